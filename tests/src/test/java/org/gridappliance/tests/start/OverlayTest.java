package org.gridappliance.tests.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gridappliance.tests.fixture.Namespaces;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two whole appliances on two hosts, joined by nothing but {@code overlay.pool} and one key. */
@Tag("root")
@Tag("netns")
class OverlayTest {
  private static final String PASSWORD = "correct horse battery";
  private static final String PROGRAM = "org.gridappliance.ipop.program.Main";
  private static final Pattern ADDRESS = Pattern.compile("inet (10\\.[0-9.]+)/9");

  @Test
  void twoAppliancesFindEachOtherByOneKeyAndKeepTheirAddresses() throws Exception {
    try (Namespaces hosts = new Namespaces();
        Script a = new Script();
        Script b = new Script()) {
      a.onHost(hosts.onA());
      b.onHost(hosts.onB());
      start(a, "overlay.pool: lab\n");
      String first = address(hosts.onA());
      assertEquals(0, login(a, "--pool").status());
      JsonNode own = state(a).path("node");
      assertEquals(first, own.path("addresses").path(0).asText());

      String known = own.path("key").asText() + "@" + Namespaces.ADDRESS_A + ":4800";
      start(b, "overlay.pool: lab\noverlay.bootstrap: [\"" + known + "\"]\n");
      String second = address(hosts.onB());
      assertNotEquals(first, second);
      // an address given before its node has met the others is handed over to them shortly after
      Script.await("a first packet passes", () -> passes(hosts.onA(), second));
      String ping = Namespaces.run(hosts.onA(), "ping", "-c", "10", "-i", "0.1", "-W", "5", second);
      assertTrue(ping.contains(" 0% packet loss"), ping);
      // the node knows whose the address is by now, and calls it by its name (thesis Table 3-1)
      Matcher bytes = Pattern.compile("10\\.(\\d+)\\.(\\d+)\\.(\\d+)").matcher(second);
      assertTrue(bytes.matches());
      String name =
          "C%03d%03d%03d"
              .formatted(
                  Integer.parseInt(bytes.group(1)),
                  Integer.parseInt(bytes.group(2)),
                  Integer.parseInt(bytes.group(3)));
      Script.Ended why = a.run("overlay", "why", name);
      assertTrue(why.text().contains("direct " + Namespaces.ADDRESS_B + ":4800"), why.text());
      assertEquals(0, a.run("overlay", "ping", second).status());
      Script.Ended unknown = a.run("overlay", "why", "C999999999");
      assertTrue(unknown.text().contains("C999999999 is no peer"), unknown.text());

      assertNoRightsButTheDevice(program(b));
      killTheAgent(b);
      Script.await("the address is back", () -> second.equals(addressNow(hosts.onB())));

      assertEquals(0, login(a, "--days=1").status()); // not for pools
      Script.Ended refused = a.run("overlay");
      assertTrue(refused.text().contains("lacks the scope pool"), refused.text());
    }
  }

  private static void start(Script script, String settings) throws Exception {
    script.with("APPLIANCE_ADMIN", "ada:" + PASSWORD);
    script.up().ready().interrupt(); // makes the data folder with its owner
    Files.writeString(script.data().resolve("appliance.yaml"), settings);
    script.up().ready();
  }

  private static Script.Ended login(Script script, String option) throws Exception {
    script.with("APPLIANCE_USER", "ada").with("APPLIANCE_PASSWORD", PASSWORD);
    return script.run("login", option, "--data", script.data().toString());
  }

  private static JsonNode state(Script script) throws Exception {
    Script.Ended status = script.run("overlay", "--json");
    assertEquals(0, status.status(), status.text());
    return new ObjectMapper().readTree(status.text());
  }

  private static String address(List<String> host) throws Exception {
    AtomicReference<String> found = new AtomicReference<>("");
    Script.await(
        "an address by DHCP",
        () -> {
          found.set(addressNow(host));
          return !found.get().isEmpty();
        });
    return found.get();
  }

  private static String addressNow(List<String> host) throws Exception {
    Matcher line = ADDRESS.matcher(Namespaces.run(host, "ip", "-4", "-o", "addr"));
    return line.find() ? line.group(1) : "";
  }

  private static boolean passes(List<String> host, String address) throws Exception {
    List<String> command = new ArrayList<>(host);
    command.addAll(List.of("ping", "-c", "1", "-W", "1", address));
    ProcessBuilder ping = new ProcessBuilder(command);
    return ping.redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
  }

  private static void assertNoRightsButTheDevice(long pid) throws Exception {
    String status = Files.readString(Path.of("/proc", Long.toString(pid), "status"));
    for (String line :
        List.of("CapEff:\t0000000000001000", "CapBnd:\t0000000000001000", "NoNewPrivs:\t1")) {
      assertTrue(status.contains(line), status);
    }
    assertTrue(status.contains("Uid:\t58480\t"), status);
  }

  /** The overlay's program goes with its agent, and another one comes. */
  private static void killTheAgent(Script script) throws Exception {
    long before = program(script);
    ProcessHandle.of(script.process("AgentMain")).orElseThrow().destroyForcibly();
    Script.await(
        "the old program is gone",
        () -> ProcessHandle.of(before).filter(ProcessHandle::isAlive).isEmpty());
    Script.await("another program runs", () -> program(script) > 0);
  }

  /** {@return the process of a host's node, 0 when there is none} */
  private static long program(Script script) throws Exception {
    String folder = script.data().toString().substring(1).replace('/', '-');
    for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
      Path line = Path.of("/proc", Long.toString(process.pid()), "cmdline");
      try {
        String words = Files.readString(line).replace('\0', ' ');
        if (words.contains(PROGRAM) && words.contains(folder)) {
          return process.pid();
        }
      } catch (IOException e) {
        // it ended meanwhile
      }
    }
    return 0;
  }
}
