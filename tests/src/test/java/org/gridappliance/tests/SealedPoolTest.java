package org.gridappliance.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Await;
import org.gridappliance.tests.fixture.Jvm;
import org.gridappliance.tests.fixture.Namespaces;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A machine that joined runs a subjob without a byte of it lying open there: while it runs, after
 * its scratch was altered, after the agent was killed, at the end.
 */
@Tag("root")
@Tag("netns")
class SealedPoolTest {
  private static final String SECRET = "MVLSPADKTNVKAAWGKVGAHAGEYGAEALERMFLSFPTT";
  private static final int STRIDE = 4112;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  private Namespaces hosts;
  private CurlPerson ada;
  private Process portal;
  private Process agent;
  private String link = "";
  private int starts;

  @BeforeEach
  void start() throws Exception {
    hosts = new Namespaces();
    Path data = folder.resolve("a");
    TestApps.drop(data.resolve("apps"), "keep-secret");
    portal =
        Jvm.start(
            hosts.onA(),
            folder.resolve("portal.log"),
            Map.of("APPLIANCE_ADMIN", Appliance.ADMIN + ":" + Appliance.PASSWORD),
            "org.gridappliance.portal.PortalMain",
            "--data",
            data.toString(),
            "--listen",
            Namespaces.ADDRESS_A,
            "--port",
            "8443");
    ada = new CurlPerson(hosts, data);
    Await.until("the portal answers; see " + folder, Duration.ofSeconds(60), ada::healthy);
    ada.login();
    link =
        ada.post("/api/v1/nodes/join-tokens", PortalClient.JSON.createObjectNode())
            .get("link")
            .asText();
    startAgent();
  }

  private void startAgent() throws IOException {
    Path log = folder.resolve("agent-" + starts++ + ".log");
    agent =
        Jvm.start(
            hosts.onB(),
            log,
            Map.of(),
            "org.gridappliance.agent.AgentMain",
            "join",
            link,
            "--data",
            machine().toString());
  }

  /** Everything that the joined machine's agent keeps. */
  private Path machine() {
    return folder.resolve("b");
  }

  @AfterEach
  void stop() throws Exception {
    for (Process process : List.of(agent, portal)) {
      process.destroy();
      assertTrue(process.waitFor(20, TimeUnit.SECONDS), "ends when asked to");
    }
    hosts.close();
  }

  @Test
  void nothingOfItLiesOpenOnAJoinedMachineWhateverHappensThere() throws Exception {
    Path file = Files.writeString(folder.resolve("in"), (SECRET + "\n").repeat(300));
    ObjectNode body = PortalClient.JSON.createObjectNode().put("app", "keep-secret");
    body.putObject("inputs").put("secret", ada.upload("secret-name.txt", file));
    String job = "/api/v1/jobs/" + ada.post("/api/v1/jobs", body).get("id").asLong();

    Path copy = awaitCopy(1, job); // while it runs
    assertTrue(live(job).contains(SECRET), "its output is seen while it runs");
    search();
    try (RandomAccessFile raw = new RandomAccessFile(copy.toFile(), "rw")) {
      raw.seek(STRIDE + 77); // who owns the disk changes a byte of its result
      int old = raw.read();
      raw.seek(STRIDE + 77);
      raw.write(old ^ 8);
    }
    Await.until(
        "it runs again: the altered result was not taken; " + ada.get(job),
        Duration.ofMinutes(2),
        () -> subjob(job).get("attempt").asInt() == 2);

    awaitCopy(2, job);
    agent.destroyForcibly().waitFor(); // and with it all keys
    Await.until(
        "nothing of it runs any more",
        Duration.ofSeconds(60),
        () -> ProcessHandle.allProcesses().noneMatch(p -> runsThere(p.pid())));
    search();
    startAgent();
    Await.until(
        job + " completes; " + ada.get(job),
        Duration.ofSeconds(100),
        () -> ada.get(job).get("state").asText().equals("Completed"));
    assertTrue(subjob(job).get("attempt").asInt() >= 3);
    assertEquals(Files.readString(file), ada.text(job + "/results/copy.txt"));
    search();
  }

  private JsonNode subjob(String job) throws Exception {
    return ada.get(job + "/subjobs?limit=1").get("subjobs").get(0);
  }

  private String live(String job) throws Exception {
    return ada.text(job + "/subjobs/0/output/stdout?offset=0");
  }

  /** Waits until the program has written its copy; {@return the ciphertext of it} */
  private Path awaitCopy(int attempt, String job) throws Exception {
    Path[] found = {folder};
    Await.until(
        "attempt " + attempt + " writes; see " + folder,
        Duration.ofSeconds(60),
        () -> {
          if (subjob(job).get("attempt").asInt() != attempt
              || !subjob(job).get("state").asText().equals("Running")
              || !live(job).contains("ready")) {
            return false;
          }
          try (Stream<Path> all = Files.walk(machine())) {
            for (Path path : all.filter(p -> p.endsWith("work/3")).toList()) {
              found[0] = path;
              return Files.size(path) >= 2 * STRIDE;
            }
          } catch (NoSuchFileException | java.io.UncheckedIOException e) {
            return false; // it goes while we look
          }
          return false;
        });
    return found[0];
  }

  private boolean runsThere(long pid) {
    try {
      String name = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"));
      return name.contains(machine().toString()) && name.contains("evm-");
    } catch (IOException e) {
      return false; // it has ended
    }
  }

  /** No file, log, command line or environment of the machine has the secret, or its name. */
  private void search() throws Exception {
    try (Stream<Path> all = Files.walk(machine())) {
      for (Path path : all.toList()) {
        assertFalse(path.toString().contains("secret-name"), path.toString());
        if (Files.isRegularFile(path)) {
          check(path);
        }
      }
    }
    try (Stream<Path> logs = Files.list(folder)) {
      for (Path log : logs.filter(p -> p.toString().endsWith(".log")).toList()) {
        check(log);
      }
    }
    for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
      for (String what : List.of("cmdline", "environ")) {
        check(Path.of("/proc", Long.toString(process.pid()), what));
      }
    }
  }

  private static void check(Path file) {
    try {
      String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
      assertFalse(bytes.contains(SECRET.substring(0, 16)), file.toString());
    } catch (IOException e) {
      assertFalse(Files.isRegularFile(file) && !file.startsWith("/proc"), file + ": " + e);
    }
  }
}
