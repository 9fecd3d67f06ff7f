package org.gridappliance.ca.signer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.gridappliance.ca.CaException;
import org.gridappliance.ca.OpenSsl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The signer is killed while it issues and revokes. */
class SignerKillTest {
  private static final String PASSPHRASE = "correct horse 7";
  private static final int ROUNDS = Boolean.getBoolean("soak") ? 200 : 15;

  @TempDir private Path folder;

  @Test
  void noSerialTwiceAndNoCertificateWithoutItsLineAfterKills() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("seed=" + seed);
    Random random = new Random(seed);
    String csr = Base64.getEncoder().encodeToString(new OpenSsl(folder).request("10.128.0.7"));
    Map<String, String> left = new HashMap<>(); // request → certificate that left the process
    Set<String> revoked = new HashSet<>();
    int request = 0;
    try (SignerProcess signer = new SignerProcess(folder.resolve("ca"))) {
      Map<String, Object> authority =
          Map.of(
              "name",
              "Lab",
              "algorithm",
              "p256",
              "years",
              5,
              "network",
              "10.128.0.0/9",
              "passphrase",
              PASSPHRASE,
              "by",
              "ada");
      signer.ask("make", authority);
      for (int round = 0; round < ROUNDS; round++) {
        signer.ask("unlock", Map.of("passphrase", PASSPHRASE, "by", "ada"));
        request++; // one in peace: the process is warm, whatever else this machine does
        JsonNode quiet = signer.ask("issue", question(request, csr));
        left.put(Integer.toString(request), quiet.path("json").path("certificate").asText());
        ProcessHandle process = ProcessHandle.of(signer.pid()).orElseThrow();
        long delay = random.nextLong(1, 100_000_000);
        Thread killer =
            Thread.ofPlatform()
                .start(
                    () -> {
                      long end = System.nanoTime() + delay;
                      while (System.nanoTime() < end) {
                        Thread.onSpinWait();
                      }
                      process.destroyForcibly();
                    });
        try {
          while (killer.isAlive() || process.isAlive()) {
            if (request > 0 && random.nextInt(3) == 0) {
              String serial = serial(signer, random.nextInt(request) + 1);
              if (!serial.isEmpty()) {
                signer.ask("revoke", Map.of("serial", serial, "reason", 4, "by", "ada"));
                revoked.add(serial);
              }
            }
            request++;
            JsonNode line = signer.ask("issue", question(request, csr));
            left.put(Integer.toString(request), line.path("json").path("certificate").asText());
          }
        } catch (CaException e) {
          // killed: what was asked may or may not be in the log; started again it is locked
        }
        killer.join();
        assertTrue(process.onExit().get(5, TimeUnit.SECONDS) != null);
      }
      check(signer, left, revoked);
    }
    System.out.println("issued=" + left.size() + " revoked=" + revoked.size());
    assertTrue(left.size() >= ROUNDS, "too few certificates for a test: " + left.size());
  }

  private static Map<String, Object> question(int request, String csr) {
    return Map.of(
        "request",
        Integer.toString(request),
        "csr",
        csr,
        "profile",
        "node",
        "name",
        "10.128.0.7",
        "days",
        30,
        "replace",
        List.of(),
        "by",
        "ada",
        "why",
        "");
  }

  private static String serial(SignerProcess signer, int request) throws CaException {
    for (JsonNode entry : signer.ask("entries", Map.of("after", 0))) {
      if (entry.path("json").path("request").asText().equals(Integer.toString(request))) {
        return entry.path("json").path("serial").asText();
      }
    }
    return "";
  }

  private static void check(SignerProcess signer, Map<String, String> left, Set<String> revoked)
      throws CaException {
    Set<String> serials = new HashSet<>();
    Set<String> gone = new HashSet<>();
    Map<String, String> logged = new HashMap<>();
    long after = 0;
    while (true) {
      JsonNode entries = signer.ask("entries", Map.of("after", after));
      if (entries.isEmpty()) {
        break;
      }
      for (JsonNode entry : entries) {
        after = entry.path("seq").asLong();
        JsonNode json = entry.path("json");
        if (json.path("kind").asText().equals("issue")) {
          assertTrue(serials.add(json.path("serial").asText()), "twice: " + json);
          logged.put(json.path("request").asText(), json.path("certificate").asText());
        } else if (json.path("kind").asText().equals("revoke")) {
          gone.add(json.path("serial").asText());
        }
      }
    }
    left.forEach((request, certificate) -> assertEquals(certificate, logged.get(request)));
    assertTrue(gone.containsAll(revoked), "a revocation was forgotten");
  }
}
