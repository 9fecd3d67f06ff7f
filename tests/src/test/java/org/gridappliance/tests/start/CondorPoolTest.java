package org.gridappliance.tests.start;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.gridappliance.tests.fixture.Await;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A real HTCondor pool of three nodes, as {@code ./appliance pool up} makes it, driven through the
 * portal: manager and schedd on this machine, two workers in network namespaces.
 */
@Tag("root")
@Tag("netns")
class CondorPoolTest {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Path AGENTS = Path.of("/var/lib/grid-appliance-agent");

  private static Script script;
  private static Script.Up up;
  private static PortalClient ada;

  @BeforeAll
  static void start() throws Exception {
    // The root folder with HTCondor takes minutes to make: once for this machine, not for each
    // test.
    String cache = Optional.ofNullable(System.getenv("GRID_CACHE")).orElse("");
    String home = Optional.ofNullable(System.getenv("HOME")).orElse("/root");
    script =
        new Script()
            .with("APPLIANCE_ADMIN", "ada:correct horse battery")
            .with("GRID_CACHE", cache.isEmpty() ? home + "/.cache/grid-appliance" : cache);
    TestApps.drop(script.data().resolve("apps"), "say");
    TestApps.drop(script.data().resolve("apps"), "count");
    TestApps.drop(script.data().resolve("apps"), "probe");
    own(script.data());
    up = script.pool("--cpus", "8", "--port", Integer.toString(freePort()));
    Await.until("the pool is up", PATIENCE, () -> up.text().contains("in network namespaces"));
    ada = login();
    Await.until(
        "both workers are in the pool", PATIENCE, () -> condor().path("slots").asInt() == 16);
  }

  /** The portal comes back where it was after it was killed. */
  private static int freePort() throws Exception {
    try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static JsonNode condor() throws Exception {
    return ada.get("/api/v1/pool").path("condor");
  }

  private static PortalClient login() throws Exception {
    return PortalClient.login(URI.create(up.address()), "ada", "correct horse battery");
  }

  /** The portal's user may not exist yet on this machine: then `up` makes it and its folder. */
  private static void own(Path data) throws Exception {
    run(
        "sh",
        "-c",
        "id grid-appliance >/dev/null 2>&1 || useradd --system --user-group"
            + " --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin grid-appliance");
    run("chown", "-R", "grid-appliance:grid-appliance", data.toString());
    run("chmod", "700", data.toString());
  }

  private static void run(String... command) throws Exception {
    assertEquals(
        0, new ProcessBuilder(command).inheritIO().start().waitFor(), List.of(command)::toString);
  }

  @AfterAll
  static void stop() throws Exception {
    String key = script.data().toString().substring(1).replace('/', '-');
    try {
      run("kill", "-TERM", Long.toString(up.pid()));
      assertEquals(0, up.ended());
      assertEquals(List.of(), script.processes(), "something still runs");
      assertFalse(output("ip", "netns", "list").contains("ga-p" + up.pid()), "a namespace is left");
      assertFalse(output("ip", "link").contains("gap" + up.pid()), "a cable is left");
    } finally {
      script.close();
      for (String node : List.of("", "-w1", "-w2")) {
        remove(AGENTS.resolve(key + node));
      }
    }
  }

  private static String output(String... command) throws Exception {
    Process process = new ProcessBuilder(command).start();
    String text =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor());
    return text;
  }

  private static void remove(Path folder) throws Exception {
    if (Files.exists(folder)) {
      try (Stream<Path> all = Files.walk(folder)) {
        all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
      }
    }
  }

  private static Map<String, ?> sweep(int subjobs, String pool) {
    return Map.of("pool", pool, "sweep", Map.of("n", IntStream.range(0, subjobs).boxed().toList()));
  }

  /** The thesis's validation. */
  @Test
  void aHundredJobsBringTheirStandardOutput() throws Exception {
    long begin = System.nanoTime();
    long job = ada.submit("say", Map.of("n", 0), sweep(100, "condor"));
    JsonNode ended = ada.awaitCompleted(job, PATIENCE);
    System.out.printf("100 standard-output jobs: %.1f s%n", (System.nanoTime() - begin) / 1e9);
    assertEquals("condor", ended.get("pool").asText());
    assertEquals(100, ended.get("counts").get("completed").asInt());
    for (int index : new int[] {0, 1, 42, 99}) {
      assertEquals("number " + index + "\n", said(job, index));
    }
    JsonNode first = ada.get("/api/v1/jobs/" + job + "/subjobs?limit=1").at("/subjobs/0");
    assertEquals("HTCondor", first.path("node").asText());
  }

  private static String said(long job, int index) throws Exception {
    return new String(
        ada.bytes("/api/v1/jobs/" + job + "/subjobs/" + index + "/output/stdout"),
        java.nio.charset.StandardCharsets.UTF_8);
  }

  @Test
  void hmmsearchFindsTheSameBytesOnBothPools() throws Exception {
    String profile = ada.upload("family.hmm", TestApps.exampleEnding("hmmsearch", ".hmm"));
    String sequences = ada.upload("proteins.fasta", TestApps.exampleEnding("hmmsearch", ".fasta"));
    Map<String, ?> inputs = Map.of("profile", profile, "sequences", sequences, "evalue", 10);
    long local = ada.submit("hmmsearch", inputs, Map.of("chunks", 4, "pool", "local"));
    long condor = ada.submit("hmmsearch", inputs, Map.of("chunks", 4, "pool", "condor"));
    ada.awaitCompleted(local, PATIENCE);
    ada.awaitCompleted(condor, PATIENCE);
    List<String> files = files(local);
    assertEquals(files, files(condor));
    assertTrue(files.size() > 1, files::toString);
    for (String file : files) {
      assertArrayEquals(bytes(local, file), bytes(condor, file), file);
    }
  }

  /** A result; the report without the lines that tell how long the search took. */
  private static byte[] bytes(long job, String file) throws Exception {
    byte[] all = ada.bytes("/api/v1/jobs/" + job + "/results/" + file);
    if (!file.equals("report.txt")) {
      return all;
    }
    String text = new String(all, java.nio.charset.StandardCharsets.UTF_8);
    return text.replaceAll("(?m)^# (CPU time|Mc/sec):.*$", "")
        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private static List<String> files(long job) throws Exception {
    JsonNode all = ada.get("/api/v1/jobs/" + job + "/results").path("files");
    return StreamSupport.stream(all.spliterator(), false)
        .map(f -> f.path("path").asText())
        .toList();
  }

  @Test
  void aJobReachesNeitherTheMachineNorTheNetwork() throws Exception {
    String probe = ada.upload("probe.sh", TestApps.file("probe.sh"));
    long portal = script.process("org.gridappliance.portal.PortalMain");
    long job =
        ada.submit(
            "probe",
            Map.of(
                "script",
                probe,
                "data",
                script.data().toString(),
                "port",
                URI.create(up.address()).getPort(),
                "pid",
                portal),
            Map.of("pool", "condor"));
    ada.awaitCompleted(job, PATIENCE);
    assertEquals(
        "",
        new String(
            ada.bytes("/api/v1/jobs/" + job + "/results/reached.txt"),
            java.nio.charset.StandardCharsets.UTF_8));
  }

  @Test
  void cancellingTakesTheJobOutOfHtcondorsQueue() throws Exception {
    long job = ada.submit("count", Map.of("n", 0), sweep(2000, "condor"));
    Await.until("it is submitted", PATIENCE, () -> !clusters(job).isEmpty());
    assertEquals(200, ada.send("POST", "/api/v1/jobs/" + job + "/cancel", null).statusCode());
    Await.until("its clusters are gone", PATIENCE, () -> clusters(job).isEmpty());
    assertEquals("Removed", ada.job(job).get("state").asText());
  }

  /** The batches of a job that are under way. */
  private static List<Path> clusters(long job) throws Exception {
    Path folder = script.data().resolve("jobs/" + job + "/condor");
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> marks = Files.list(folder)) {
      return marks.filter(mark -> Files.exists(mark.resolve("cluster"))).toList();
    }
  }

  @Test
  void everyResultComesExactlyOnceThoughPortalAndScheddAreKilled() throws Exception {
    int subjobs = 500;
    long job = ada.submit("count", Map.of("n", 0), sweep(subjobs, "condor"));
    Await.until("some ended", PATIENCE, () -> completed(job) > 0);
    kill(script.process("org.gridappliance.portal.PortalMain"));
    Await.until("the portal is back", PATIENCE, () -> ada.answers("/api/v1/session"));
    ada = login();
    kill(schedd());
    JsonNode ended = ada.awaitCompleted(job, PATIENCE);
    assertEquals(subjobs, ended.get("counts").get("completed").asInt());
    JsonNode rows = ada.get("/api/v1/jobs/" + job + "/tables/rows?limit=1000&columns=value");
    List<Integer> values =
        StreamSupport.stream(rows.get("rows").spliterator(), false)
            .map(row -> row.get(0).asInt())
            .sorted()
            .toList();
    assertEquals(IntStream.range(0, subjobs).boxed().toList(), values);
    Await.until("nothing is left under way", PATIENCE, () -> clusters(job).isEmpty());
  }

  @Test
  void aWorkerCannotSignAToken() throws Exception {
    Script.Ended minted = script.run("pool", "token", "worker", "--data", script.data() + "-w1");
    assertEquals(1, minted.status());
    assertTrue(minted.text().contains("there is no pool's key"), minted.text());
  }

  private static int completed(long job) throws Exception {
    return ada.job(job).at("/counts/completed").asInt();
  }

  private static void kill(long pid) throws Exception {
    run("kill", "-9", Long.toString(pid));
  }

  private static long schedd() throws Exception {
    String root = output("pgrep", "-x", "condor_schedd").strip();
    for (String pid : root.split("\n", -1)) {
      String mounts = Files.readString(Path.of("/proc", pid, "mountinfo"));
      if (mounts.contains(script.data().toString().substring(1).replace('/', '-'))) {
        return Long.parseLong(pid);
      }
    }
    throw new AssertionError("no condor_schedd of " + script.data() + " among " + root);
  }
}
