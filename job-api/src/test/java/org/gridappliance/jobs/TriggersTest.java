package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drop folders and timers through HTTP. */
class TriggersTest {
  @TempDir Path data;
  private final ManualClock clock = new ManualClock();
  private TestPortal portal;
  private Path inbox;

  @BeforeEach
  void start() throws Exception {
    TestApps.install(data);
    portal = new TestPortal(data, clock);
    inbox = Files.createDirectory(portal.home("ann").resolve("inbox"));
  }

  @AfterEach
  void stop() {
    portal.close();
  }

  private static ObjectNode folder(String path) {
    ObjectNode request = TestPortal.JSON.createObjectNode();
    request.put("name", "Count what comes");
    request.putObject("job").put("app", "count").putObject("inputs");
    request.putObject("folder").put("path", path).put("input", "data").put("settleSeconds", 0);
    return request;
  }

  private static ObjectNode timer(String schedule) throws IOException {
    ObjectNode request = TestPortal.JSON.createObjectNode();
    request.put("name", "Often");
    request.putObject("job").put("app", "nothing").putObject("inputs");
    request.set("schedule", TestPortal.JSON.readTree(schedule));
    return request;
  }

  private long create(ObjectNode request) {
    TestPortal.Answer answer = portal.post("ann", "/triggers", request);
    assertEquals(201, answer.status(), answer.text());
    return answer.json().path("id").asLong();
  }

  private void drop(String name, String text) throws IOException {
    Path part = Files.writeString(data.resolve("part"), text);
    Files.move(part, inbox.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  private List<JsonNode> runs(long trigger) {
    JsonNode answer = portal.get("ann", "/triggers/" + trigger + "/runs?limit=500").json();
    return StreamSupport.stream(answer.path("runs").spliterator(), false).toList();
  }

  private List<String> causes(long trigger, String outcome) {
    return runs(trigger).stream()
        .filter(run -> run.path("outcome").asText().equals(outcome))
        .map(run -> run.path("cause").asText())
        .sorted()
        .toList();
  }

  private void awaitRuns(long trigger, int count) {
    TestPortal.await(count + " runs", () -> runs(trigger).size() >= count);
  }

  private JsonNode trigger(long id) {
    return portal.get("ann", "/triggers/" + id).json();
  }

  private void act(long id, String action) {
    assertEquals(200, portal.post("ann", "/triggers/" + id + "/" + action, Map.of()).status());
  }

  @Test
  void eachNewFileStartsOneJobAndOldOnesNone() throws IOException {
    drop("old.txt", "a\n");
    long id = create(folder("inbox"));
    drop("new.txt", "a\nb\n");
    awaitRuns(id, 1);
    drop("other.txt", "c\n");
    awaitRuns(id, 2);
    assertEquals(List.of("inbox/new.txt", "inbox/other.txt"), causes(id, "submitted"));
    JsonNode job = portal.job("ann", runs(id).getLast().path("job").asLong());
    assertEquals("Count what comes: new.txt", job.path("name").asText());
    assertEquals("inbox/new.txt", job.at("/inputFiles/0/name").asText());
    drop("new.txt", "another content\n");
    awaitRuns(id, 3);
  }

  @Test
  void aProgramWithWindowsIsRefusedInAFolderAndOnATimerAlsoWhenATriggerIsChanged()
      throws IOException {
    String windows = "interactive: vnc\ncommand:";
    TestApps.install(
        data,
        "windows",
        TestApps.NOTHING
            .replace("sweepable: true", "sweepable: false")
            .replace("command:", windows));
    ObjectNode onFile = folder("inbox");
    ObjectNode often = timer("{\"kind\":\"every\",\"minutes\":5}");
    long fine = create(folder("inbox"));
    for (ObjectNode request : List.of(onFile, often)) {
      request.withObject("/job").put("app", "windows");
      TestPortal.Answer created = portal.post("ann", "/triggers", request);
      assertEquals(400, created.status(), created.text());
      assertTrue(created.text().contains("cannot run by itself"), created.text());
      TestPortal.Answer changed =
          portal.send("ann", null, "PUT", "/triggers/" + fine, TestPortal.bytes(request));
      assertEquals(400, changed.status(), changed.text());
    }
    assertEquals(1, portal.get("ann", "/triggers").json().path("triggers").size());
  }

  @Test
  void filesThatLieThereStartTooWhenAskedFor() throws IOException {
    drop("old.txt", "a\n");
    ObjectNode request = folder("inbox");
    request.withObject("/folder").put("existing", true);
    awaitRuns(create(request), 1);
  }

  @Test
  void aFileThatIsBeingWrittenWaits() throws IOException {
    long id = create(folder("inbox"));
    try (OutputStream out = Files.newOutputStream(inbox.resolve("slow.txt"))) {
      out.write("a\n".getBytes(StandardCharsets.UTF_8));
      out.flush();
      drop("whole.txt", "b\n");
      awaitRuns(id, 1);
      assertEquals(List.of("inbox/whole.txt"), causes(id, "submitted"));
      out.write("c\n".getBytes(StandardCharsets.UTF_8));
    }
    awaitRuns(id, 2);
    assertEquals(
        4,
        portal
            .job("ann", runs(id).getFirst().path("job").asLong())
            .at("/inputFiles/0/bytes")
            .asInt());
  }

  @Test
  void emptyHiddenAndUnfinishedFilesAndFoldersAndLinksStartNothing() throws IOException {
    long id = create(folder("inbox"));
    Files.createFile(inbox.resolve("empty.txt"));
    drop(".hidden", "a\n");
    drop("movie.part", "a\n");
    Files.writeString(Files.createDirectory(inbox.resolve("deeper")).resolve("x.txt"), "a\n");
    Files.createSymbolicLink(inbox.resolve("link.txt"), data.resolve("apps/count/app.yaml"));
    drop("good.txt", "a\n");
    awaitRuns(id, 1);
    assertEquals(List.of("inbox/good.txt"), causes(id, "submitted"));
  }

  @Test
  void hostileNamesAreOnlyEverNames() throws IOException {
    long id = create(folder("inbox"));
    List<String> names =
        List.of(
            "-rf", "; touch x", "$(touch x)", "a\nb", "'\"`", "example:x", "🧬", "é".repeat(120));
    for (String name : names) {
      drop(name, name.strip().length() + "\n");
    }
    awaitRuns(id, names.size());
    assertEquals(names.size(), causes(id, "submitted").size());
    TestExecutor executor = new TestExecutor(() -> portal, "one", 2);
    executor.work(
        lease -> {
          assertEquals(List.of("count", "1", "1", "data.txt"), lease.command());
          return JobLifeTest.count(executor, lease);
        });
  }

  @Test
  void nobodySeesOrChangesAnothersTriggers() throws IOException {
    long id = create(folder("inbox"));
    assertEquals(404, portal.get("bob", "/triggers/" + id).status());
    assertEquals(404, portal.get("admin", "/triggers/" + id + "/runs").status());
    assertEquals(404, portal.delete("bob", "/triggers/" + id).status());
    assertEquals(404, portal.post("bob", "/triggers/" + id + "/pause", Map.of()).status());
    assertEquals(0, portal.get("bob", "/triggers").json().path("triggers").size());
    assertEquals(403, portal.post("reader", "/triggers", folder("inbox")).status());
  }

  @Test
  void whatCannotWorkIsRefusedInWords() throws IOException {
    for (String path : List.of("jobs", "jobs/1-x", "/", "../bob", "gone")) {
      TestPortal.Answer answer = portal.post("ann", "/triggers", folder(path));
      assertEquals(400, answer.status(), path);
      assertEquals("folder.path", answer.json().at("/errors/0/field").asText(), path);
    }
    ObjectNode noFile = folder("inbox");
    noFile.withObject("/folder").put("input", "times");
    assertEquals(400, portal.post("ann", "/triggers", noFile).status());
    ObjectNode both = folder("inbox");
    both.putObject("schedule").put("kind", "every").put("minutes", 5);
    assertEquals(400, portal.post("ann", "/triggers", both).status());
    assertEquals(
        400,
        portal
            .post(
                "ann",
                "/triggers",
                timer("{\"kind\":\"daily\",\"at\":\"08:30\",\"zone\":\"Mars\"}"))
            .status());
  }

  @Test
  void aDisabledAccountsTriggersWait() throws IOException {
    long id = create(folder("inbox"));
    portal.homes.disabled.add("ann");
    drop("x.txt", "a\n");
    TestPortal.await("waits", () -> trigger(id).path("state").asText().equals("waiting"));
    assertTrue(trigger(id).path("reason").asText().contains("disabled"));
    assertEquals(0, runs(id).size());
    portal.homes.disabled.clear();
    Files.createFile(inbox.resolve("wakes the watch"));
    awaitRuns(id, 1);
  }

  @Test
  void pausedTriggersStartNothingUntilResumed() throws IOException {
    long id = create(folder("inbox"));
    long other = create(folder("inbox"));
    act(id, "pause");
    drop("x.txt", "a\n");
    awaitRuns(other, 1);
    assertEquals(0, runs(id).size());
    act(id, "resume");
    awaitRuns(id, 1);
    assertEquals(204, portal.delete("ann", "/triggers/" + id).status());
    assertEquals(404, portal.get("ann", "/triggers/" + id).status());
  }

  @Test
  void afterFiveRefusalsInARowItPausesItself() throws IOException {
    TestApps.install(
        data, "tiny", TestApps.COUNT.replace("as: data.txt", "as: data.txt, maximumSize: 1 B"));
    ObjectNode request = folder("inbox");
    request.withObject("/job").put("app", "tiny");
    long id = create(request);
    for (int i = 0; i < 7; i++) {
      drop(i + ".txt", "too large\n");
    }
    TestPortal.await("paused", () -> trigger(id).path("state").asText().equals("paused"));
    assertEquals(5, causes(id, "refused").size());
    assertTrue(trigger(id).path("reason").asText().contains("want at most 1"));
  }

  @Test
  void moreRunsThanAnHourAllowsWaitAndAreNotLost() throws IOException {
    ObjectNode request = folder("inbox").put("perHour", 2);
    long id = create(request);
    for (int i = 0; i < 4; i++) {
      drop(i + ".txt", i + "\n");
    }
    TestPortal.await("waits", () -> trigger(id).path("state").asText().equals("waiting"));
    assertEquals(2, causes(id, "submitted").size());
    clock.advance(Duration.ofMinutes(61));
    drop("wakes.part", "");
    awaitRuns(id, 4);
  }

  @Test
  void triggersDoNotRunInACircle() throws IOException {
    long id = create(folder("inbox"));
    TestExecutor executor = new TestExecutor(() -> portal, "one", 2);
    drop("round0.txt", "a\n");
    for (int round = 1; round <= 4; round++) {
      awaitRuns(id, round);
      long job = runs(id).getFirst().path("job").asLong();
      TestPortal.await(
          "completes",
          () -> {
            executor.work(
                lease -> {
                  byte[] table = ("w" + job + "\t1\n").getBytes(StandardCharsets.UTF_8);
                  return TestExecutor.success(
                      lease, List.of(executor.output(lease, "counts.tsv", table)), null);
                });
            return portal.state("ann", job).equals("Completed");
          });
      drop(
          "round" + round + ".txt",
          portal.get("ann", "/jobs/" + job + "/results/counts.tsv").text());
    }
    awaitRuns(id, 5);
    JsonNode last = runs(id).getFirst();
    assertEquals("refused", last.path("outcome").asText());
    assertTrue(last.path("message").asText().contains("in a circle"), last.toString());
  }

  @Test
  void timersRunAtTheirTimes() throws IOException {
    long id = create(timer("{\"kind\":\"every\",\"minutes\":10}"));
    clock.advance(Duration.ofMinutes(9));
    act(id, "run");
    awaitRuns(id, 1);
    clock.advance(Duration.ofMinutes(2));
    awaitRuns(id, 2);
    clock.advance(Duration.ofMinutes(10));
    awaitRuns(id, 3);
    assertEquals(3, runs(id).stream().filter(run -> run.path("job").isNumber()).count());
  }

  @Test
  void missedTimesAreLeftOutOrRunOnce() throws Exception {
    long skip = create(timer("{\"kind\":\"every\",\"minutes\":60}"));
    long once = create(timer("{\"kind\":\"every\",\"minutes\":60,\"missed\":\"once\"}"));
    portal.close();
    clock.advance(Duration.ofMinutes(60 * 5 + 30));
    portal = new TestPortal(data, clock);
    awaitRuns(skip, 1);
    awaitRuns(once, 1);
    clock.advance(Duration.ofMinutes(31));
    awaitRuns(skip, 2);
    awaitRuns(once, 2);
    assertEquals(1, causes(skip, "missed").size());
    assertEquals(2, causes(once, "submitted").size());
  }

  /** Restarts at seeded moments while files arrive: what was noted and what was started agree. */
  @Test
  void eachFileStartsOnceOverRestarts() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    Random random = new Random(seed);
    long id = create(folder("inbox"));
    List<String> dropped = new ArrayList<>();
    for (int round = 0; round < 4; round++) {
      for (int i = 0; i < 5; i++) {
        String name = round + "-" + i + ".txt";
        drop(name, name + "\n");
        dropped.add("inbox/" + name);
      }
      java.util.concurrent.locks.LockSupport.parkNanos(random.nextLong(900_000_000L));
      portal.close();
      portal = new TestPortal(data, clock);
    }
    awaitRuns(id, dropped.size());
    assertEquals(dropped.stream().sorted().toList(), causes(id, "submitted"), "seed " + seed);
    assertEquals(
        dropped.size(), portal.get("ann", "/jobs").json().path("count").asInt(), "seed " + seed);
  }
}
