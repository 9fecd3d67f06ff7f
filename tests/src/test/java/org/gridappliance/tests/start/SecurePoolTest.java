package org.gridappliance.tests.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gridappliance.tests.fixture.Namespaces;
import org.gridappliance.tests.fixture.Switched;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Three whole appliances on the real overlay with real charons: two are approved, one is denied,
 * one is revoked while its SAs stand.
 */
@Tag("root")
@Tag("netns")
class SecurePoolTest {
  private static final String PASSWORD = "correct horse battery";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern ADDRESS = Pattern.compile("inet (10\\.[0-9.]+)/9");
  private static final long BOUND_SECONDS = 60;

  private final List<String> cookies = new ArrayList<>();

  @Test
  void approvedOnesTalkByIpsecAloneTheDeniedAndTheRevokedAreCut() throws Exception {
    try (Switched hosts = new Switched(3);
        Script a = new Script();
        Script b = new Script();
        Script c = new Script()) {
      List<Script> scripts = List.of(a, b, c);
      for (int i = 1; i <= 3; i++) {
        scripts.get(i - 1).onHost(hosts.on(i));
      }
      String portal = start(a, Switched.address(1), "overlay.pool: lab\n");
      String first = address(hosts.on(1));
      JsonNode overlay = api(hosts, portal, "GET", "/overlay", "");
      String known =
          overlay.path("node").path("key").asText() + "@" + Switched.address(1) + ":4800";
      String joins = "overlay.pool: lab\noverlay.bootstrap: [\"" + known + "\"]\n";
      start(b, Switched.address(2), joins);
      start(c, Switched.address(3), joins);
      String second = address(hosts.on(2));
      String third = address(hosts.on(3));
      Script.await("the open pool", () -> pings(hosts.on(2), first) && pings(hosts.on(3), second));

      JsonNode made =
          api(
              hosts,
              portal,
              "POST",
              "/ca",
              "{\"name\":\"Lab\",\"algorithm\":\"p256\",\"years\":5,\"passphrase\":\"long"
                  + " enough\"}");
      String link = made.path("link").asText();
      assertTrue(link.contains("#pool=" + made.path("fingerprint").asText()), made.toString());
      Path capture = a.folder().resolve("overlay.pcap");
      for (Script one : scripts) {
        Script.Ended asked =
            one.run(
                "node",
                "enrol",
                link,
                "--contact",
                "room 4",
                "--no-wait",
                "yes",
                "--data",
                one.data().toString());
        assertEquals(0, asked.status(), asked.text());
      }
      long approved = System.nanoTime();
      decide(hosts, portal, first, "approve");
      decide(hosts, portal, second, "approve");
      decide(hosts, portal, third, "deny");
      Script.await("IPsec stands", () -> peers(b).path(first).asBoolean());
      System.out.printf("click to secure: %d ms%n", millisSince(approved));
      Script.await("the third is told", () -> state(c).path("state").asText().equals("denied"));

      Process sniffer = capture(hosts.on(2), capture);
      String ping = Namespaces.run(hosts.on(2), "ping", "-c", "10", "-i", "0.1", "-W", "2", first);
      assertTrue(ping.contains(" 0% packet loss"), ping);
      assertFalse(pings(hosts.on(3), first), "the denied one reaches a member");
      assertFalse(pings(hosts.on(2), third), "a member reaches the denied one");
      forged(hosts.on(3), first);
      end(sniffer);
      assertOnlyIpsec(capture, List.of(first, second));

      killCharon(hosts.on(2));
      Script.await("charon is back", () -> pings(hosts.on(2), first));

      String serial = serialOf(hosts, portal, second);
      long revoked = System.nanoTime();
      api(hosts, portal, "POST", "/certificates/" + serial + "/revoke", "{\"reason\":1}");
      Script.await("the revoked one is cut", () -> !pings(hosts.on(1), second));
      long millis = millisSince(revoked);
      System.out.printf("revoke to cut: %d ms%n", millis);
      assertTrue(millis < TimeUnit.SECONDS.toMillis(BOUND_SECONDS));
      assertFalse(pings(hosts.on(2), first));
      Script.await("it knows", () -> state(b).path("state").asText().equals("revoked"));
      assertTrue(pings(hosts.on(2), third), "it is on the open pool again");
    }
  }

  private static String start(Script script, String listen, String settings) throws Exception {
    script.with("APPLIANCE_ADMIN", "ada:" + PASSWORD);
    script.up("--listen", listen).ready().interrupt(); // makes the data folder with its owner
    Files.writeString(script.data().resolve("appliance.yaml"), settings);
    script.up("--listen", listen).ready();
    return Files.readString(script.data().resolve("run/address")).strip();
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }

  private static String address(List<String> host) throws Exception {
    AtomicReference<String> found = new AtomicReference<>("");
    Script.await(
        "an address by DHCP",
        () -> {
          Matcher line = ADDRESS.matcher(Namespaces.run(host, "ip", "-4", "-o", "addr"));
          found.set(line.find() ? line.group(1) : "");
          return !found.get().isEmpty();
        });
    return found.get();
  }

  private static boolean pings(List<String> host, String address) throws Exception {
    List<String> words = new ArrayList<>(host);
    words.addAll(List.of("ping", "-c", "2", "-i", "0.2", "-W", "1", address));
    Process process =
        new ProcessBuilder(words).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    return process.waitFor() == 0;
  }

  private static JsonNode state(Script script) throws Exception {
    Script.Ended said = script.run("node", "state", "--data", script.data().toString());
    assertEquals(0, said.status(), said.text());
    return JSON.readTree(said.text());
  }

  private static JsonNode peers(Script script) throws Exception {
    return state(script).path("peers");
  }

  /** Asks the portal on host 1, by curl there, as its administrator. */
  private JsonNode api(Switched hosts, String portal, String method, String path, String body)
      throws Exception {
    if (cookies.isEmpty()) {
      List<String> made =
          curl(
              hosts,
              portal,
              "POST",
              "/session",
              "{\"name\":\"ada\",\"password\":\"" + PASSWORD + "\"}");
      Matcher cookie = Pattern.compile("(?i)set-cookie: ([^;]+)").matcher(made.getFirst());
      assertTrue(cookie.find(), made.toString());
      cookies.add("Cookie: " + cookie.group(1));
      cookies.add("X-CSRF-Token: " + JSON.readTree(made.getLast()).path("csrf").asText());
    }
    return JSON.readTree(curl(hosts, portal, method, path, body).getLast());
  }

  private List<String> curl(Switched hosts, String portal, String method, String path, String body)
      throws Exception {
    List<String> words = new ArrayList<>(List.of("curl", "-sk", "-i", "-X", method));
    cookies.forEach(header -> words.addAll(List.of("-H", header)));
    if (!body.isEmpty()) {
      words.addAll(List.of("-H", "Content-Type: application/json", "-d", body));
    }
    words.add(portal + "/api/v1" + path);
    String said = Namespaces.run(hosts.on(1), words.toArray(String[]::new));
    int head = said.indexOf("\r\n\r\n");
    assertTrue(said.substring(0, head).matches("(?s)HTTP/\\S+ 2.*"), path + ": " + said);
    String rest = said.substring(head).strip();
    return List.of(said.substring(0, head), rest.isEmpty() ? "{}" : rest);
  }

  private void decide(Switched hosts, String portal, String address, String verb) throws Exception {
    AtomicReference<String> id = new AtomicReference<>("");
    Script.await(
        address + " asks",
        () -> {
          for (JsonNode one :
              api(hosts, portal, "GET", "/certificates/requests", "").path("waiting")) {
            if (one.path("name").asText().equals(address)) {
              assertEquals("room 4", one.path("contact").asText());
              id.set(one.path("id").asText());
            }
          }
          return !id.get().isEmpty();
        });
    api(hosts, portal, "POST", "/certificates/requests/" + id + "/" + verb, "{}");
  }

  private String serialOf(Switched hosts, String portal, String address) throws Exception {
    for (JsonNode one : api(hosts, portal, "GET", "/certificates", "").path("certificates")) {
      if (one.path("name").asText().equals(address)) {
        return one.path("serial").asText();
      }
    }
    throw new AssertionError("no certificate of " + address);
  }

  private static Process capture(List<String> host, Path file) throws Exception {
    List<String> words = new ArrayList<>(host);
    words.addAll(List.of("tcpdump", "-i", "ipop0", "-U", "-w", file.toString(), "-Z", "root"));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    byte[] said = process.getInputStream().readNBytes("tcpdump: listening".length());
    assertEquals("tcpdump: listening", new String(said, StandardCharsets.UTF_8));
    return process;
  }

  private static void end(Process sniffer) throws Exception {
    sniffer.destroy();
    assertTrue(sniffer.waitFor(5, TimeUnit.SECONDS));
  }

  /** A datagram that pretends to be ESP, and one in plain text. */
  private static void forged(List<String> host, String to) throws Exception {
    Namespaces.run(
        host,
        "bash",
        "-c",
        "for port in 4500 9; do printf 'not-from-a-member' >/dev/udp/" + to + "/$port; done");
  }

  /** Between members nothing but IKE and ESP in UDP was on the overlay. */
  private static void assertOnlyIpsec(Path capture, List<String> members) throws Exception {
    String between = "host " + members.getFirst() + " and host " + members.getLast();
    String wrapped = read(capture, between + " and udp port 4500");
    assertTrue(wrapped.lines().count() >= 20, "20 packets of ping, wrapped: " + wrapped);
    assertEquals(
        "", read(capture, between + " and not arp and not (udp port 4500 or udp port 500)"));
  }

  private static String read(Path capture, String filter) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("tcpdump", "-n", "-r", capture.toString(), filter)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said.strip();
  }

  private static void killCharon(List<String> host) throws Exception {
    String inside = Namespaces.run(host, "ip", "netns", "pids", host.getLast());
    for (String pid : inside.strip().split("\\s+", -1)) {
      ProcessHandle.of(Long.parseLong(pid))
          .filter(p -> p.info().command().orElse("").endsWith("charon-systemd"))
          .ifPresent(ProcessHandle::destroyForcibly);
    }
  }
}
