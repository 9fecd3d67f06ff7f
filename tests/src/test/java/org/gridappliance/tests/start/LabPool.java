package org.gridappliance.tests.start;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.gridappliance.tests.fixture.Await;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.TestApps;

/**
 * A real HTCondor pool for one class of tests, as {@code ./appliance pool up} makes it: manager and
 * schedd on this machine, workers in network namespaces.
 */
final class LabPool {
  static final Duration PATIENCE = Duration.ofMinutes(5);
  static final String PASSWORD = "correct horse battery";
  private static final Path AGENTS = Path.of("/var/lib/grid-appliance-agent");

  private final Script script;
  private Script.Up up;

  /**
   * @param apps of the tests, which its portal has
   */
  @SuppressWarnings("NullAway.Init") // set by up
  LabPool(String... apps) throws Exception {
    // The root folder with HTCondor takes minutes to make: once for this machine, not for each
    // test.
    String cache = Optional.ofNullable(System.getenv("GRID_CACHE")).orElse("");
    String home = Optional.ofNullable(System.getenv("HOME")).orElse("/root");
    script =
        new Script()
            .with("APPLIANCE_ADMIN", "ada:" + PASSWORD)
            .with("GRID_CACHE", cache.isEmpty() ? home + "/.cache/grid-appliance" : cache);
    drop(script.data(), apps);
  }

  /** Lays applications into a data folder that `up` is to find, as its portal's user. */
  static void drop(Path data, String... apps) throws Exception {
    for (String app : apps) {
      TestApps.drop(data.resolve("apps"), app);
    }
    // The portal's user may not exist yet on this machine: then `up` makes it and its folder.
    output(
        "sh",
        "-c",
        "id grid-appliance >/dev/null 2>&1 || useradd --system --user-group --no-create-home"
            + " --home-dir /nonexistent --shell /usr/sbin/nologin grid-appliance;"
            + " chown -R grid-appliance: \"$1\"; chmod 700 \"$1\"",
        "sh",
        data.toString());
  }

  /**
   * Starts it and waits for its workers.
   *
   * @param slots of all workers together
   */
  PortalClient up(int slots, String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of(words));
    if (!all.contains("--port")) {
      all.addAll(List.of("--port", "0"));
    }
    up = script.pool(all.toArray(String[]::new));
    Await.until(
        "the pool is up",
        PATIENCE,
        () -> {
          if (ProcessHandle.of(up.pid()).isEmpty()) {
            throw new AssertionError("it ended: " + up.text());
          }
          return up.text().contains("in network namespaces");
        });
    PortalClient ada = login();
    Await.until(
        "the workers are in the pool",
        PATIENCE,
        () -> ada.get("/api/v1/pool").at("/condor/slots").asInt() == slots);
    return ada;
  }

  PortalClient login() throws Exception {
    return PortalClient.login(URI.create(up.address()), "ada", PASSWORD);
  }

  Script script() {
    return script;
  }

  Script.Up up() {
    return up;
  }

  /** {@return the manager's address} */
  String manager() throws IOException {
    return up.text().replaceAll("(?s).*manager (\\S+) and.*", "$1");
  }

  /**
   * {@return where the agent of a machine keeps what is root's}
   *
   * @param node {@code ""} the manager, {@code -w1} the first worker
   */
  Path agent(String node) {
    return AGENTS.resolve(script.data().toString().substring(1).replace('/', '-') + node);
  }

  /** {@return HTCondor's daemons of that name on a machine} */
  List<Long> daemons(String name, String node) {
    String folder = agent(node).getFileName() + "/condor/";
    List<Long> found = new ArrayList<>();
    for (ProcessHandle one : ProcessHandle.allProcesses().toList()) {
      Path process = Path.of("/proc", Long.toString(one.pid()));
      try {
        if (Files.readString(process.resolve("comm")).strip().equals(name)
            && Files.readString(process.resolve("mountinfo")).contains("/" + folder)) {
          found.add(one.pid());
        }
      } catch (IOException e) {
        // it has just ended
      }
    }
    return found;
  }

  long daemon(String name, String node) {
    return daemons(name, node).stream()
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + " of \"" + node + "\""));
  }

  /**
   * {@return the beginning of a command among the daemons of a machine, as its root}
   *
   * @param environment beside HTCondor's configuration, as {@code NAME=value}
   */
  List<String> on(String node, List<String> environment) {
    List<String> command = new ArrayList<>(List.of("nsenter", "-m", "-n", "-p", "-u", "-t"));
    command.add(Long.toString(daemon("condor_master", node)));
    command.addAll(List.of("env", "-i", "PATH=/usr/bin:/usr/sbin"));
    command.add("CONDOR_CONFIG=/mnt/node/etc/condor_config");
    command.addAll(environment);
    return command;
  }

  /** {@return what a command said that ended well} */
  static String output(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), () -> List.of(command) + ": " + text);
    return text;
  }

  /** Ends it, and asserts that it ended cleanly. */
  void stop() throws Exception {
    try {
      output("kill", "-TERM", Long.toString(up.pid()));
      assertEquals(0, up.ended());
      assertEquals(List.of(), script.processes(), "something still runs");
    } finally {
      script.close();
      for (String node : List.of("", "-w1", "-w2", "-f1", "-f2", "-m1")) {
        remove(agent(node));
      }
    }
  }

  private static void remove(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> all = Files.walk(folder)) {
        all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
      }
    }
  }
}
