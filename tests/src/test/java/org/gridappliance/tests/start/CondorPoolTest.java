package org.gridappliance.tests.start;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
  private static final Duration PATIENCE = LabPool.PATIENCE;
  private static final Path COUNTRIES = Path.of("/usr/share/libloc-location/location.db");
  private static final ObjectMapper JSON = new ObjectMapper();

  private static LabPool lab;
  private static Script script;

  /** Their addresses, as jobs are shown to run on them. */
  private static List<String> workers = List.of();

  private static PortalClient ada;

  @BeforeAll
  static void start() throws Exception {
    lab = new LabPool("say", "count", "probe", "lines", "steps");
    script = lab.script();
    LabPool.drop(Path.of(script.data() + "-m1"), "steps");
    String port = Integer.toString(freePort());
    ada = lab.up(16, "--cpus", "8", "--second", "--member", "--port", port);
    String net = lab.manager().replaceAll("1$", "");
    workers = List.of(net + "11", net + "12");
  }

  /** The portal comes back where it was after it was killed. */
  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @AfterAll
  static void stop() throws Exception {
    lab.stop();
    long pid = lab.up().pid();
    assertFalse(
        LabPool.output("ip", "netns", "list").contains("ga-p" + pid), "a namespace is left");
    assertFalse(LabPool.output("ip", "link").contains("gap" + pid), "a cable is left");
  }

  private static JsonNode condor() throws Exception {
    return ada.get("/api/v1/pool").path("condor");
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
    assertTrue(first.path("node").asText().startsWith("10.77."), first::toString);
    JsonNode history =
        ada.get("/api/v1/pool/runs?limit=500&q=job:" + job + "%20pool:condor%20state:completed");
    assertEquals(100, history.path("count").asInt());
    for (JsonNode run : history.path("runs")) {
      assertTrue(workers.contains(run.path("machine").asText()), run::toString);
    }
  }

  /** The thesis's validation. */
  @Test
  void aDiamondOfStepsRunsOnHtcondorAndEachTakesTheResultsOfOthers() throws Exception {
    String file =
        """
        name: Diamond
        steps:
          - { name: top, app: say, inputs: { n: 7 } }
          - { name: left, app: lines, inputs: { data: { from: top, file: stdout } } }
          - { name: right, app: lines, inputs: { data: { from: top, file: stdout } } }
          - { name: bottom, app: lines, inputs: { data: { from: left, file: lines.tsv } }, after: [right] }
        """;
    long begin = System.nanoTime();
    long id =
        JSON.readTree(
                ada.send("POST", "/api/v1/workflows", Map.of("file", file, "pool", "condor"))
                    .body())
            .path("id")
            .asLong();
    Await.until(
        "the workflow ends",
        PATIENCE,
        () -> !ada.get("/api/v1/workflows/" + id).path("state").asText().equals("Running"));
    System.out.printf("a diamond of four steps: %.1f s%n", (System.nanoTime() - begin) / 1e9);
    JsonNode ended = ada.get("/api/v1/workflows/" + id);
    assertEquals("Completed", ended.path("state").asText(), ended::toString);
    for (JsonNode step : ended.path("steps")) {
      assertEquals("condor", ada.job(step.path("job").asLong()).path("pool").asText());
    }
    long bottom = ended.path("steps").path(3).path("job").asLong();
    JsonNode rows = ada.get("/api/v1/jobs/" + bottom + "/tables/lines?limit=1").path("rows");
    assertEquals("2", rows.path(0).path(1).asText(), rows::toString); // a heading and a row
  }

  /** The thesis's validation, and live output. */
  @Test
  void aJobThatWritesItsStateIsWatchedAndGoesOnFromIt() throws Exception {
    long job = ada.submit("steps", Map.of("steps", 6, "seconds", 2), Map.of("pool", "condor"));
    Await.until("it runs", PATIENCE, () -> ada.job(job).at("/counts/running").asInt() == 1);
    Await.until(
        "a later step is seen while it runs", PATIENCE, () -> said(job, 0).contains("at 2"));
    JsonNode running = ada.get("/api/v1/jobs/" + job + "/subjobs").at("/subjobs/0");
    assertEquals("Running", running.path("state").asText());
    assertTrue(workers.contains(running.path("node").asText()), running::toString);
    ada.awaitCompleted(job, PATIENCE);
    List<String> lines = said(job, 0).lines().toList();
    assertEquals("did 6", lines.getLast());
    assertEquals(
        1, lines.stream().filter(one -> one.equals("begins at 0")).count(), lines::toString);
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
                URI.create(lab.up().address()).getPort(),
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

  @Test
  void ofAHeldJobWhatRunsEndsAndNothingMoreStartsUntilItIsReleased() throws Exception {
    long job = ada.submit("steps", Map.of("steps", 1, "seconds", 6), sweep(60, "condor"));
    Await.until("some run", PATIENCE, () -> count(job, "running") > 0);
    assertEquals(
        200,
        ada.send("POST", "/api/v1/jobs/" + job + "/hold", Map.of("reason", "later")).statusCode());
    Await.until("what ran has ended", PATIENCE, () -> count(job, "running") == 0);
    int completed = count(job, "completed");
    assertTrue(completed > 0 && completed < 60, completed + " completed");
    long other = ada.submit("count", Map.of("n", 0), sweep(8, "condor"));
    ada.awaitCompleted(other, PATIENCE);
    assertEquals(completed, count(job, "completed"));
    assertEquals(60 - completed, count(job, "held"));
    assertEquals("later", ada.job(job).at("/hold/reason").asText());
    assertEquals(200, ada.send("POST", "/api/v1/jobs/" + job + "/release", null).statusCode());
    ada.awaitCompleted(job, PATIENCE);
  }

  private static int count(long job, String state) throws Exception {
    return ada.job(job).at("/counts/" + state).asInt();
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
  void everyResultComesExactlyOnceThoughDaemonsMachinesAndThePortalAreKilledAndACableIsOut()
      throws Exception {
    boolean soak = Boolean.getBoolean("soak");
    int subjobs = soak ? 2000 : 500;
    long seed = Long.getLong("seed", soak ? System.nanoTime() : 20061);
    Random random = new Random(seed);
    System.out.println("CondorPoolTest seed=" + seed + " subjobs=" + subjobs);
    long begin = System.nanoTime();
    long job = ada.submit("count", Map.of("n", 0), sweep(subjobs, "condor"));
    int rounds = soak ? 4 : 1;
    for (int round = 0; round < rounds; round++) {
      int some = Math.min(subjobs, completed(job) + 1);
      Await.until("some ended", PATIENCE, () -> completed(job) >= some);
      List<Fault> faults = new ArrayList<>(List.of(Fault.values()));
      Collections.shuffle(faults, random);
      for (Fault fault : faults) {
        System.out.printf("%s after %d of %d%n", fault, completed(job), subjobs);
        strike(fault, random.nextInt(1, 3));
      }
    }
    JsonNode ended = ada.awaitCompleted(job, PATIENCE);
    System.out.printf("all ended after %.0f s%n", (System.nanoTime() - begin) / 1e9);
    assertEquals(subjobs, ended.get("counts").get("completed").asInt());
    JsonNode rows = ada.get("/api/v1/jobs/" + job + "/tables/rows?limit=10000&columns=value");
    List<Integer> values =
        StreamSupport.stream(rows.get("rows").spliterator(), false)
            .map(row -> row.get(0).asInt())
            .sorted()
            .toList();
    assertEquals(IntStream.range(0, subjobs).boxed().toList(), values);
    Await.until("nothing is left under way", PATIENCE, () -> clusters(job).isEmpty());
    Await.until("both workers are back", PATIENCE, () -> condor().path("slots").asInt() == 16);
  }

  private enum Fault {
    PORTAL,
    SCHEDD,
    STARTD,
    MACHINE,
    CABLE
  }

  /**
   * @param worker whose startd, machine or cable it is
   */
  private static void strike(Fault fault, int worker) throws Exception {
    String node = "-w" + worker;
    String agent = "AgentMain pool --data " + script.data() + node;
    switch (fault) {
      case PORTAL -> {
        kill(script.process("org.gridappliance.portal.PortalMain"));
        Await.until("the portal is back", PATIENCE, () -> ada.answers("/api/v1/session"));
        ada = lab.login();
      }
      case SCHEDD -> kill(schedd());
      case STARTD -> {
        Await.until(
            "there is a startd", PATIENCE, () -> !lab.daemons("condor_startd", node).isEmpty());
        kill(lab.daemon("condor_startd", node));
      }
      case MACHINE -> {
        Await.until(
            "the machine is up",
            PATIENCE,
            () -> script.processes().stream().anyMatch(line -> line.contains(agent)));
        kill(script.process(agent));
      }
      case CABLE -> {
        String hub = "ga-p" + lab.up().pid() + "-hub";
        LabPool.output("ip", "-n", hub, "link", "set", "w" + worker, "down");
        long back = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        Await.until("the cable was out for 30 s", PATIENCE, () -> System.nanoTime() > back);
        LabPool.output("ip", "-n", hub, "link", "set", "w" + worker, "up");
      }
    }
  }

  /**
   * HTCondor's shadow would try the claim that the new startd does not know until the job's lease
   * is over, which is longer than this test is patient.
   */
  @Test
  void whatRanUnderAStartdThatIsKilledAloneIsTriedAgainAtOnce() throws Exception {
    long job = ada.submit("steps", Map.of("steps", 1, "seconds", 25), sweep(16, "condor"));
    String worker = workers.getFirst();
    Await.until("something runs there", PATIENCE, () -> runsOn(job, worker));
    long begin = System.nanoTime();
    kill(lab.daemon("condor_startd", "-w1"));
    JsonNode ended = ada.awaitCompleted(job, PATIENCE);
    System.out.printf("a startd killed alone: %.0f s%n", (System.nanoTime() - begin) / 1e9);
    assertEquals(16, ended.at("/counts/completed").asInt());
    JsonNode lost = ada.get("/api/v1/pool/runs?limit=100&q=job:" + job + "%20machine:" + worker);
    assertTrue(lost.path("count").asInt() > 0, lost::toString);
    Await.until("nothing is left under way", PATIENCE, () -> clusters(job).isEmpty());
    Await.until("both workers take work", PATIENCE, () -> condor().path("slots").asInt() == 16);
  }

  /** It is always the first to be free, and would fail all that waits (Entropia §4.3.3). */
  @Test
  void aMachineThatFailsWhatItGetsIsLeftAloneWithTheEvidenceAndTheRestIsDoneElsewhere()
      throws Exception {
    Path program = lab.agent("-w1").resolve("condor/node/etc/evm-run");
    Path whole = Files.readSymbolicLink(program);
    String worker = workers.getFirst();
    link(program, Path.of("/usr/bin/false"));
    try {
      long job = ada.submit("steps", Map.of("steps", 1, "seconds", 2), sweep(40, "condor"));
      Await.until(
          "it is paused", PATIENCE, () -> node(worker).path("state").asText().equals("Paused"));
      String why = node(worker).path("reason").asText();
      assertTrue(why.startsWith("3 fast failures in a row; tried again in "), why);
      JsonNode ended = ada.awaitCompleted(job, PATIENCE);
      assertEquals(40, ended.at("/counts/completed").asInt());
      JsonNode failed = ada.get("/api/v1/pool/runs?limit=500&q=job:" + job + "%20state:retried");
      assertTrue(failed.path("count").asInt() >= 3, failed::toString);
      for (JsonNode run : failed.path("runs")) {
        assertEquals(worker, run.path("machine").asText());
      }
      assertFalse(nodesOf(job).contains(worker));
      Await.until("nothing is left under way", PATIENCE, () -> clusters(job).isEmpty());
    } finally {
      link(program, whole);
      strike(Fault.PORTAL, 1); // its pause is forgotten
    }
    Await.until("both workers take work", PATIENCE, () -> condor().path("slots").asInt() == 16);
  }

  private static void link(Path link, Path to) throws IOException {
    Files.delete(link);
    Files.createSymbolicLink(link, to);
  }

  private static JsonNode node(String name) throws Exception {
    for (JsonNode one : ada.get("/api/v1/nodes?q=kind:machine%20name:" + name).path("nodes")) {
      return one;
    }
    throw new AssertionError("no machine " + name);
  }

  @Test
  void jobsWithoutRoomGoToAnotherPoolWhoseTokenWasGiven() throws Exception {
    Script.Ended minted = script.run("pool", "token", "flock", "--data", script.data() + "-f1");
    assertEquals(0, minted.status(), minted.text());
    String token = minted.text().strip().lines().reduce((a, b) -> b).orElseThrow();
    String manager = workers.getFirst().replaceAll("11$", "21");
    assertEquals(
        200,
        ada.send(
                "PUT", "/api/v1/pool/condor/neighbours", Map.of("address", manager, "token", token))
            .statusCode());
    assertEquals(List.of(manager), texts(ada.get("/api/v1/pool/condor").path("neighbours")));
    long job =
        ada.submit(
            "steps",
            Map.of("steps", 1, "seconds", 15),
            Map.of(
                "pool", "condor", "sweep", Map.of("n", IntStream.range(0, 20).boxed().toList())));
    ada.awaitCompleted(job, PATIENCE);
    List<String> nodes = new ArrayList<>();
    ada.get("/api/v1/jobs/" + job + "/subjobs")
        .path("subjobs")
        .forEach(one -> nodes.add(one.path("node").asText()));
    assertTrue(nodes.contains(workers.getFirst().replaceAll("11$", "22")), nodes::toString);
    assertTrue(workers.stream().anyMatch(nodes::contains), nodes::toString);
    assertEquals(
        204, ada.send("DELETE", "/api/v1/pool/condor/neighbours/" + manager, null).statusCode());
    assertEquals(List.of(), texts(ada.get("/api/v1/pool/condor").path("neighbours")));
    Path leaving = lab.agent("").resolve("condor/node/tokens/leaving-" + manager);
    Await.until("the other pool was told", PATIENCE, () -> !Files.exists(leaving));
    Await.until("what ran has left the queue", PATIENCE, () -> clusters(job).isEmpty());
    long later = ada.submit("steps", Map.of("steps", 1, "seconds", 2), sweep(20, "condor"));
    ada.awaitCompleted(later, PATIENCE);
    assertTrue(workers.containsAll(nodesOf(later)), () -> "a pool that was removed got work");
  }

  @Test
  void anotherPoolIsWatchedWithATokenThatOnlyReadsAndOneThatIsOffOrWhoseTokenEndedSaysSo()
      throws Exception {
    Script.Ended minted = script.run("pool", "token", "watch", "--data", script.data() + "-f1");
    assertEquals(0, minted.status(), minted.text());
    String token = minted.text().strip().lines().reduce((a, b) -> b).orElseThrow();
    String manager = workers.getFirst().replaceAll("11$", "21");
    String worker = workers.getFirst().replaceAll("11$", "22");
    String nobody = workers.getFirst().replaceAll("11$", "99");
    watch(200, Map.of("address", manager, "name", "The second", "token", token));
    watch(200, Map.of("address", nobody, "name", "Nobody"));
    Await.until("its worker is seen", PATIENCE, () -> state(watched(manager)).equals("Ready"));
    Await.until(
        "the other was tried",
        PATIENCE,
        () -> watched(nobody).path("reason").asText().startsWith("nobody answers at"));
    JsonNode second = watched(manager);
    assertEquals("The second", second.path("name").asText());
    assertEquals(worker, second.at("/machines/0/name").asText());
    assertTrue(second.path("cpus").asInt() > 0, second::toString);
    assertEquals(second.path("cpus").asInt(), second.at("/machines/0/cpus").asInt());
    String sheet = "/api/v1/pool/watched/" + manager + "/machines/";
    assertEquals("Ready", ada.get(sheet + worker).path("state").asText());
    assertEquals(404, ada.send("GET", sheet + nobody, null).statusCode());
    String nodes = ada.get("/api/v1/nodes").toString();
    assertFalse(nodes.contains("\"" + worker + "\""), "it is a node of ours");
    assertFalse(ada.get("/api/v1/pool/condor").toString().contains(token.substring(0, 40)));
    assertReadsAndNothingElse(token, manager);

    JsonNode more =
        JSON.readTree(
            ada.send("POST", "/api/v1/pool/condor/tokens", Map.of("kind", "flock")).body());
    String refused =
        watch(422, Map.of("address", nobody, "name", "N", "token", more.path("token").asText()));
    assertTrue(refused.contains("may do more than read (ADVERTISE_SCHEDD READ)"), refused);

    watch(200, Map.of("address", manager, "name", "The second", "token", shortLived(token)));
    Await.until(
        "its token has ended",
        PATIENCE,
        () -> watched(manager).path("reason").asText().startsWith("the token for it ended at"));
    assertEquals("Away", state(watched(manager)));
    watch(200, Map.of("address", manager, "name", "The second", "token", token));
    Await.until("it is seen again", PATIENCE, () -> state(watched(manager)).equals("Ready"));

    for (String address : List.of(manager, nobody)) {
      assertEquals(
          204, ada.send("DELETE", "/api/v1/pool/condor/watched/" + address, null).statusCode());
    }
    Await.until(
        "they are watched no more",
        PATIENCE,
        () -> ada.get("/api/v1/pool/watched").path("pools").isEmpty());
  }

  private static String watch(int status, Map<String, String> pool) throws Exception {
    HttpResponse<String> answer = ada.send("PUT", "/api/v1/pool/condor/watched", pool);
    assertEquals(status, answer.statusCode(), answer.body());
    return answer.body();
  }

  private static JsonNode watched(String address) throws Exception {
    for (JsonNode pool : ada.get("/api/v1/pool/watched").path("pools")) {
      if (pool.path("address").asText().equals(address)) {
        return pool;
      }
    }
    return JSON.createObjectNode();
  }

  private static String state(JsonNode pool) {
    return pool.at("/machines/0/state").asText();
  }

  /** A token of the second pool to watch it, that ends in some seconds. */
  private static String shortLived(String like) throws Exception {
    String claims = new String(Base64.getUrlDecoder().decode(like.split("\\.", -1)[1]), UTF_8);
    String trust = JSON.readTree(claims).path("iss").asText();
    List<String> command = lab.on("-f1", List.of());
    command.addAll(List.of("condor_token_create", "-identity", "watch@" + trust));
    command.addAll(List.of("-authz", "READ", "-lifetime", "10"));
    return LabPool.output(command.toArray(String[]::new)).strip();
  }

  /** Tried with HTCondor's own programs, elsewhere than on the pool's manager. */
  private static void assertReadsAndNothingElse(String token, String manager) throws Exception {
    Path folder = Files.createDirectories(lab.agent("-w1").resolve("condor/node/watch"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    Path file = Files.writeString(folder.resolve("token"), token + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(folder.resolve("ad"), "MyType = \"Machine\"\nName = \"made@up\"\n");
    List<String> with =
        List.of(
            "_CONDOR_SEC_TOKEN_SYSTEM_DIRECTORY=/mnt/node/watch",
            "_CONDOR_SEC_TOKEN_DIRECTORY=/mnt/node/watch",
            "_CONDOR_SEC_CLIENT_AUTHENTICATION_METHODS=IDTOKENS");
    String schedd = manager.replace('.', '-') + ".grid.appliance";
    List<String> read = lab.on("-w1", with);
    read.addAll(List.of("condor_status", "-pool", manager, "-af", "Machine"));
    assertTrue(LabPool.output(read.toArray(String[]::new)).contains(".grid.appliance"));
    for (List<String> tried :
        List.of(
            List.of("condor_q", "-allusers", "-pool", manager, "-name", schedd),
            List.of(
                "condor_advertise",
                "-tcp",
                "-pool",
                manager,
                "UPDATE_STARTD_AD",
                "/mnt/node/watch/ad"),
            List.of("condor_off", "-pool", manager, "-name", schedd))) {
      List<String> command = lab.on("-w1", with);
      command.addAll(tried);
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertTrue(process.waitFor() != 0, tried + " was done: " + said);
    }
  }

  private static List<String> texts(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText).toList();
  }

  @Test
  void theOwnersWishSuspendsAndResumesJobsOfHtcondorEachOfWhichHasAUserOfItsOwn() throws Exception {
    long job =
        ada.submit(
            "steps",
            Map.of("steps", 1, "seconds", 33),
            Map.of("pool", "condor", "sweep", Map.of("n", List.of(1, 2, 3, 4))));
    Await.until("all run", PATIENCE, () -> sleepers().size() == 4);
    List<String> users = new ArrayList<>();
    for (ProcessHandle one : sleepers()) {
      users.add(Files.getAttribute(Path.of("/proc", "" + one.pid()), "unix:uid").toString());
    }
    // two slots of one machine have two users; machines here share the numbers
    assertTrue(users.stream().distinct().count() >= 2, users::toString);
    double paused;
    double resumed;
    try {
      paused = change("OFF", true);
    } finally {
      resumed = change("ALWAYS", false);
    }
    System.out.printf(
        "owner there: suspended after %.1f s, resumed after %.1f s%n", paused, resumed);
    ada.awaitCompleted(job, PATIENCE);
  }

  @Test
  void thePolicyOfItsGroupBoundsAMachineOfHtcondorAndNoOther() throws Exception {
    String worker = workers.getFirst();
    long id = machine(worker).path("id").asLong();
    ObjectNode closed = sharing(1).put("level", "OFF");
    assertEquals(200, ada.send("PUT", "/api/v1/pool/policies/closed", closed).statusCode());
    try {
      assertEquals(200, group(id, "closed"));
      long begin = System.nanoTime();
      Await.until(
          "its jobs are paused",
          PATIENCE,
          () -> machine(worker).path("state").asText().equals("Paused"));
      System.out.printf("a policy: bounds after %.1f s%n", (System.nanoTime() - begin) / 1e9);
      assertEquals(
          "the pool's policy allows no jobs here", machine(worker).path("reason").asText());
      assertNotEquals("Paused", machine(workers.getLast()).path("state").asText());
      JsonNode policy = ada.get("/api/v1/pool/policies").path("policies").path(0);
      assertEquals("closed", policy.path("group").asText());
      assertEquals(worker, policy.at("/nodes/0/name").asText());
    } finally {
      assertEquals(200, group(id, "default"));
      ada.send("DELETE", "/api/v1/pool/policies/closed", null);
    }
    Await.until(
        "it takes work", PATIENCE, () -> machine(worker).path("state").asText().equals("Ready"));
  }

  private static int group(long node, String name) throws Exception {
    return ada.send("PATCH", "/api/v1/nodes/" + node, Map.of("group", name)).statusCode();
  }

  /** {@return what the owner of a worker allows} */
  private static ObjectNode sharing(int worker) throws Exception {
    String socket = script.data() + "-w" + worker + "/run/agent.sock";
    return (ObjectNode)
        JSON.readTree(LabPool.output("curl", "-sS", "--unix-socket", socket, "http://a/sharing"))
            .path("sharing");
  }

  /** Sets what owners allow on both workers. {@return seconds until it holds for their jobs} */
  private static double change(String level, boolean stopped) throws Exception {
    for (int worker = 1; worker <= 2; worker++) {
      String socket = script.data() + "-w" + worker + "/run/agent.sock";
      ObjectNode sharing = sharing(worker).put("level", level);
      LabPool.output(
          "curl",
          "-sSf",
          "-o",
          "/dev/null",
          "-X",
          "PUT",
          "-d",
          sharing.toString(),
          "--unix-socket",
          socket,
          "http://a/sharing");
    }
    long begin = System.nanoTime();
    Await.until(
        stopped ? "they are suspended" : "they go on",
        Duration.ofSeconds(30),
        () -> {
          boolean all = true;
          for (ProcessHandle one : sleepers()) {
            all &= isStopped(one) == stopped;
          }
          return all;
        });
    return (System.nanoTime() - begin) / 1e9;
  }

  private static List<ProcessHandle> sleepers() {
    return ProcessHandle.allProcesses()
        .filter(one -> one.info().commandLine().orElse("").matches("\\S*sleep 33"))
        .toList();
  }

  private static boolean isStopped(ProcessHandle process) throws Exception {
    String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
    char state = stat.charAt(stat.lastIndexOf(')') + 2); // traced: its tracer is stopped as well
    return state == 'T' || state == 't';
  }

  @Test
  void aMachineIsARowThatIsDrainedBannedAndOpenedAndTellsWhatRanThere() throws Exception {
    String worker = workers.getFirst();
    long id = machine(worker).path("id").asLong();
    try {
      long first = ada.submit("steps", Map.of("steps", 1, "seconds", 15), sweep(16, "condor"));
      Await.until("it runs there", PATIENCE, () -> machine(worker).path("slots").size() > 3);
      assertEquals("Draining", stand(id, "draining").path("state").asText());
      assertEquals(
          403,
          ada.newUser("carl")
              .send("PATCH", "/api/v1/nodes/" + id, Map.of("standing", "open"))
              .statusCode());
      ada.awaitCompleted(first, PATIENCE);
      assertTrue(nodesOf(first).contains(worker), "what ran there was not let to its end");
      Await.until("nothing runs there", PATIENCE, () -> machine(worker).path("slots").isEmpty());
      long other = ada.submit("steps", Map.of("steps", 1, "seconds", 1), sweep(4, "condor"));
      ada.awaitCompleted(other, PATIENCE);
      assertFalse(nodesOf(other).contains(worker));
      assertEquals(first, machine(worker).at("/jobs/0/job").asLong());

      stand(id, "open");
      long third = ada.submit("steps", Map.of("steps", 1, "seconds", 15), sweep(16, "condor"));
      Await.until("it runs there", PATIENCE, () -> machine(worker).path("slots").size() > 3);
      long begin = System.nanoTime();
      assertEquals("Banned", stand(id, "banned").path("state").asText());
      Await.until(
          "what ran there went elsewhere",
          Duration.ofSeconds(30),
          () -> machine(worker).path("slots").isEmpty());
      System.out.printf("banned: empty after %.1f s%n", (System.nanoTime() - begin) / 1e9);
      ada.awaitCompleted(third, PATIENCE);
      assertFalse(nodesOf(third).contains(worker)); // some may have gone to the other pool
    } finally {
      stand(id, "open");
    }
    Await.until(
        "it takes work", PATIENCE, () -> machine(worker).path("state").asText().equals("Ready"));
  }

  /** Of a university whose addresses have been in one country since there is an internet. */
  @Test
  void aMachineElsewhereIsGuessedToBeInTheCountryOfItsAddress() throws Exception {
    assertTrue(Files.exists(COUNTRIES), COUNTRIES + " is missing: apt-get install libloc-database");
    List<String> tell = lab.on("", List.of());
    tell.addAll(List.of("condor_advertise", "-tcp", "UPDATE_SCHEDD_AD", "/mnt/node/elsewhere"));
    Files.writeString(
        lab.agent("").resolve("condor/node/elsewhere"),
        """
        MyType = "Scheduler"
        Name = "elsewhere.example.org"
        Machine = "elsewhere.example.org"
        MyAddress = "<130.149.7.201:9618?addrs=130.149.7.201-9618>"
        CondorVersion = "$CondorVersion: 24.0.8 2025-06-12 PackageID: 24.0.8-1 $"
        """);
    LabPool.output(tell.toArray(String[]::new));
    Await.until(
        "it is a row", PATIENCE, () -> ada.get("/api/v1/nodes").toString().contains("elsewhere"));
    for (JsonNode node : ada.get("/api/v1/nodes").path("nodes")) {
      boolean there = node.path("name").asText().equals("elsewhere");
      assertEquals(there ? "DE" : "", node.path("country").asText(), node::toString);
    }
  }

  @Test
  void aMachineThatOnlySubmitsIsMadeAWorkerThatSubmitsTooOnItsPageAndBack() throws Exception {
    String address = workers.getFirst().replaceAll("11$", "31");
    PortalClient member =
        PortalClient.login(
            URI.create("https://" + address + ":" + URI.create(lab.up().address()).getPort()),
            Path.of(script.data() + "-m1/run/ca.pem"),
            "ada",
            LabPool.PASSWORD);
    awaitSlots(member, 16);
    long away = member.submit("steps", Map.of("steps", 1, "seconds", 1), sweep(4, "condor"));
    member.awaitCompleted(away, PATIENCE);
    assertTrue(workers.containsAll(nodesOf(member, away)), () -> "ran on itself");
    JsonNode submits = machine(address); // on the manager's page, so that it can be banned
    assertEquals(0, submits.path("cpus").asInt(), submits::toString);
    assertEquals("jobs are only submitted here", submits.path("reason").asText());
    assertEquals("Banned", stand(submits.path("id").asLong(), "banned").path("state").asText());
    assertEquals("Ready", stand(submits.path("id").asLong(), "open").path("state").asText());
    try {
      role(member, "worker");
      awaitSlots(member, 18);
      awaitSlots(ada, 18);
      long here = member.submit("steps", Map.of("steps", 1, "seconds", 3), sweep(18, "condor"));
      member.awaitCompleted(here, PATIENCE);
      assertTrue(nodesOf(member, here).contains(address), "nothing ran on itself");
      assertEquals("machine", machine(address).path("kind").asText()); // on the manager's page
    } finally {
      role(member, "submit");
    }
    awaitSlots(ada, 16);
    HttpResponse<String> refused =
        member.send(
            "PATCH",
            "/api/v1/nodes/" + find(member, address).path("id").asLong(),
            Map.of("standing", "banned"));
    assertEquals(409, refused.statusCode(), refused::body);
  }

  private static void awaitSlots(PortalClient portal, int slots) throws Exception {
    Await.until(
        slots + " slots",
        PATIENCE,
        () -> portal.get("/api/v1/pool").at("/condor/slots").asInt() == slots);
  }

  private static void role(PortalClient member, String role) throws Exception {
    HttpResponse<String> answer =
        member.send(
            "PUT",
            "/api/v1/pool/condor",
            Map.of(
                "role",
                role,
                "manager",
                workers.getFirst().replaceAll("11$", "1"),
                "address",
                "eth0",
                "cpus",
                2));
    assertEquals(200, answer.statusCode(), answer::body);
  }

  private static JsonNode stand(long id, String standing) throws Exception {
    return JSON.readTree(
        ada.send("PATCH", "/api/v1/nodes/" + id, Map.of("standing", standing)).body());
  }

  /** The sheet of one of the workers. */
  private static JsonNode machine(String name) throws Exception {
    JsonNode row = find(ada, name);
    assertEquals("machine", row.path("kind").asText());
    return ada.get("/api/v1/nodes/" + row.path("id").asLong());
  }

  private static JsonNode find(PortalClient portal, String name) throws Exception {
    JsonNode nodes = portal.get("/api/v1/nodes").path("nodes");
    return StreamSupport.stream(nodes.spliterator(), false)
        .filter(one -> one.path("name").asText().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is no row: " + nodes));
  }

  private static boolean runsOn(long job, String node) throws Exception {
    JsonNode all = ada.get("/api/v1/jobs/" + job + "/subjobs").path("subjobs");
    return StreamSupport.stream(all.spliterator(), false)
        .filter(one -> one.path("state").asText().equals("Running"))
        .anyMatch(one -> one.path("node").asText().equals(node));
  }

  private static List<String> nodesOf(long job) throws Exception {
    return nodesOf(ada, job);
  }

  private static List<String> nodesOf(PortalClient portal, long job) throws Exception {
    JsonNode all = portal.get("/api/v1/jobs/" + job + "/subjobs").path("subjobs");
    return StreamSupport.stream(all.spliterator(), false)
        .map(one -> one.path("node").asText())
        .toList();
  }

  @Test
  void aWorkerNeitherReadsTheQueueNorActsAsAdministrator() throws Exception {
    String manager =
        workers.getFirst().replaceAll("11$", "1").replace('.', '-') + ".grid.appliance";
    for (List<String> tried :
        List.of(
            List.of("condor_q", "-allusers", "-name", manager),
            List.of("condor_rm", "-all", "-name", manager),
            List.of("condor_off", "-name", manager),
            List.of("condor_config_val", "-name", manager, "-set", "X = 1"))) {
      List<String> command = lab.on("-w1", List.of());
      command.addAll(tried);
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertTrue(process.waitFor() != 0, tried + " was done: " + said);
    }
  }

  @Test
  void noTokenOfAnAdministratorIsMade() throws Exception {
    String address = "/api/v1/pool/condor/tokens";
    assertEquals(201, ada.send("POST", address, Map.of("kind", "member")).statusCode());
    assertEquals(400, ada.send("POST", address, Map.of("kind", "condor")).statusCode());
    PortalClient bob = ada.newUser("bob");
    assertEquals(403, bob.send("POST", address, Map.of("kind", "worker")).statusCode());
    assertEquals(403, bob.send("GET", "/api/v1/pool/condor", null).statusCode());
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
    LabPool.output("kill", "-9", Long.toString(pid));
  }

  private static long schedd() throws Exception {
    return lab.daemon("condor_schedd", "");
  }
}
