package org.gridappliance.tests.start;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gridappliance.tests.fixture.Await;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The Entropia VM as the wrapper of HTCondor's jobs, on a real pool of three nodes: applications'
 * bundles on the workers, and what ends in words.
 */
@Tag("root")
@Tag("netns")
class CondorEvmTest {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Path AGENTS = Path.of("/var/lib/grid-appliance-agent");

  private static Script script;
  private static Script.Up up;
  private static PortalClient ada;

  @BeforeAll
  static void start() throws Exception {
    String cache = Optional.ofNullable(System.getenv("GRID_CACHE")).orElse("");
    String home = Optional.ofNullable(System.getenv("HOME")).orElse("/root");
    script =
        new Script()
            .with("APPLIANCE_ADMIN", "ada:correct horse battery")
            .with("GRID_CACHE", cache.isEmpty() ? home + "/.cache/grid-appliance" : cache);
    for (String app : List.of("bundled", "limits")) {
      TestApps.drop(script.data().resolve("apps"), app);
    }
    // The portal's user may not exist yet on this machine: then `up` makes it and its folder.
    run(
        "sh",
        "-c",
        "id grid-appliance >/dev/null 2>&1 || useradd --system --user-group --no-create-home"
            + " --home-dir /nonexistent --shell /usr/sbin/nologin grid-appliance;"
            + " chown -R grid-appliance: \"$1\"; chmod 700 \"$1\"",
        "sh",
        script.data().toString());
    up = script.pool("--cpus", "4", "--port", "0");
    Await.until("the pool is up", PATIENCE, () -> up.text().contains("in network namespaces"));
    ada = PortalClient.login(URI.create(up.address()), "ada", "correct horse battery");
    Await.until(
        "both workers are in the pool",
        PATIENCE,
        () -> ada.get("/api/v1/pool").at("/condor/slots").asInt() == 8);
  }

  @AfterAll
  static void stop() throws Exception {
    try {
      run("kill", "-TERM", Long.toString(up.pid()));
      assertEquals(0, up.ended());
      assertEquals(List.of(), script.processes(), "something still runs");
    } finally {
      script.close();
      for (String node : List.of("", "-w1", "-w2")) {
        remove(agent(node));
      }
    }
  }

  private static Path agent(String node) {
    return AGENTS.resolve(script.data().toString().substring(1).replace('/', '-') + node);
  }

  private static void run(String... command) throws Exception {
    assertEquals(
        0, new ProcessBuilder(command).inheritIO().start().waitFor(), List.of(command)::toString);
  }

  private static void remove(Path folder) throws Exception {
    if (Files.exists(folder)) {
      try (Stream<Path> all = Files.walk(folder)) {
        all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
      }
    }
  }

  @Test
  void aBundleComesToAMachineOnceIsCheckedAndGivesTheResultsOfTheFirstPool() throws Exception {
    String local = seen("local");
    assertEquals(local, seen("condor"));
    Await.until("they are the machines' own", PATIENCE, () -> owners().equals(List.of(0)));
    List<Object> first = keys();
    assertEquals(local, seen("condor"));
    assertTrue(keys().containsAll(first), "brought again");

    for (Path bundle : kept()) { // as a disk or a person might
      Files.writeString(bundle.resolve("root/usr/bin/mawk"), "another", StandardOpenOption.APPEND);
      Files.deleteIfExists(use(bundle).resolve("checked")); // as when HTCondor starts anew
    }
    assertEquals(local, seen("condor"));
    Await.until(
        "every altered one that was used is another now",
        PATIENCE,
        () -> keys().stream().anyMatch(key -> !first.contains(key)));
  }

  /** What the program of a bundle sees there. */
  private static String seen(String pool) throws Exception {
    long job = ada.submit("bundled", Map.of("script", "example:look.awk"), Map.of("pool", pool));
    ada.awaitCompleted(job, PATIENCE);
    return new String(ada.bytes("/api/v1/jobs/" + job + "/results/seen.txt"), UTF_8);
  }

  /** The bundles on both workers. */
  private static List<Path> kept() throws Exception {
    List<Path> found = new ArrayList<>();
    for (String node : List.of("-w1", "-w2")) {
      try (Stream<Path> all = Files.list(agent(node).resolve("condor/node/bundles/kept"))) {
        all.filter(path -> path.getFileName().toString().matches("[0-9a-f]{64}"))
            .forEach(found::add);
      }
    }
    return found;
  }

  private static Path use(Path bundle) {
    return bundle.resolveSibling("../use").resolve(bundle.getFileName()).normalize();
  }

  private static List<Integer> owners() throws Exception {
    List<Integer> uids = new ArrayList<>();
    for (Path one : kept()) {
      uids.add((int) Files.getAttribute(one, "unix:uid", LinkOption.NOFOLLOW_LINKS));
    }
    return uids.stream().distinct().toList();
  }

  /** When each came: inodes are used again, changes of a file inside do not count. */
  private static List<Object> keys() throws Exception {
    List<Object> keys = new ArrayList<>();
    for (Path one : kept()) {
      keys.add(Files.getAttribute(one, "unix:ctime", LinkOption.NOFOLLOW_LINKS));
    }
    return keys;
  }

  @Test
  void limitsAndRefusedCallsAreToldAndEveryProgramRunsInTheEntropiaVm() throws Exception {
    List<String> words = List.of("memory", "time", "call", "file");
    long job =
        ada.submit(
            "limits",
            Map.of("what", "none"),
            Map.of("pool", "condor", "sweep", Map.of("what", words)));
    Await.until(
        "all ended", PATIENCE, () -> ada.job(job).at("/counts/failed").asInt() == words.size());
    List<String> told = new ArrayList<>();
    for (JsonNode one : ada.get("/api/v1/jobs/" + job + "/subjobs").path("subjobs")) {
      told.add(one.at("/failure/message").asText());
    }
    for (String part :
        List.of("more memory than", "longer than the", "; it tried to", "wrote more than")) {
      assertEquals(
          1,
          IntStream.range(0, told.size()).filter(i -> told.get(i).contains(part)).count(),
          part + told);
    }
    assertFalse(told.contains(""), told::toString);
  }
}
