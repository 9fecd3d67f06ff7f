package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.SubjobResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Workflows through HTTP. */
class WorkflowsTest {
  private static final String DIAMOND =
      """
      name: Diamond
      steps:
        - { name: top, app: nothing, inputs: { number: 1 } }
        - { name: left, app: count, inputs: { data: { from: top, file: stdout }, times: 2 } }
        - { name: right, app: count, inputs: { data: { from: top, file: stdout } } }
        - { name: bottom, app: count, inputs: { data: { from: left, file: counts.tsv } }, after: [right] }
      """;

  @TempDir Path data;
  private final ManualClock clock = new ManualClock();
  private TestPortal portal;
  private TestExecutor one;

  @BeforeEach
  void start() throws Exception {
    TestApps.install(data);
    portal = new TestPortal(data, clock);
    one = new TestExecutor(() -> portal, "one", 4);
  }

  @AfterEach
  void stop() {
    portal.close();
  }

  private long create(String file) {
    TestPortal.Answer answer = portal.post("ann", "/workflows", Map.of("file", file));
    assertEquals(201, answer.status(), answer.text());
    return answer.json().path("id").asLong();
  }

  private JsonNode workflow(long id) {
    return portal.get("ann", "/workflows/" + id).json();
  }

  private Map<String, String> states(long id) {
    Map<String, String> states = new TreeMap<>();
    workflow(id)
        .path("steps")
        .forEach(step -> states.put(step.path("name").asText(), step.path("state").asText()));
    return states;
  }

  private long job(long id, String name) {
    for (JsonNode step : workflow(id).path("steps")) {
      if (step.path("name").asText().equals(name)) {
        return step.path("job").asLong();
      }
    }
    throw new AssertionError("no step " + name);
  }

  /** Works until the workflow has ended. */
  private String work(long id, Function<Lease, SubjobResult> program) {
    TestPortal.await(
        "workflow " + id + " ends",
        () -> {
          int _ = one.work(program);
          return !workflow(id).path("state").asText().equals("Running");
        });
    return workflow(id).path("state").asText();
  }

  /** Says what it was given, and leaves how many bytes that has. */
  private SubjobResult run(Lease lease) {
    if (lease.inputs().isEmpty()) {
      return TestExecutor.success(lease, List.of(), "top said this\n");
    }
    String given = new String(one.input(lease, lease.inputs().getFirst()), StandardCharsets.UTF_8);
    byte[] table = ("bytes\t" + given.length() + "\n").getBytes(StandardCharsets.UTF_8);
    FileRef file = one.output(lease, "counts.tsv", table);
    return TestExecutor.success(lease, List.of(file), "");
  }

  @Test
  void aStepBeginsWhenThoseItNeedsHaveCompletedAndTakesTheirResults() {
    long id = create(DIAMOND);
    TestPortal.await("the first step is a job", () -> job(id, "top") > 0);
    assertEquals("Waiting", states(id).get("left"));
    assertEquals("Completed", work(id, this::run));
    long bottom = job(id, "bottom");
    assertTrue(bottom > job(id, "left") && bottom > job(id, "right"));
    JsonNode left = portal.job("ann", job(id, "left"));
    assertEquals("top said this\n".length(), left.at("/inputFiles/0/bytes").asInt());
    assertEquals("left", left.at("/workflow/step").asText());
    assertEquals(id, left.at("/workflow/id").asLong());
  }

  @Test
  void aFailedStepHoldsUpOnlyWhatNeedsItAndARescueRunsOnlyWhatIsMissing() {
    long id = create(DIAMOND);
    Map<String, Integer> runs = new HashMap<>();
    boolean[] broken = {true};
    Function<Lease, SubjobResult> program =
        lease -> {
          String times = lease.inputs().isEmpty() ? "top" : lease.command().get(1);
          runs.merge(times, 1, Integer::sum);
          return broken[0] && times.equals("2") ? TestExecutor.exit(lease, 3, "bad") : run(lease);
        };
    assertEquals("Failed", work(id, program));
    assertEquals(
        Map.of("top", "Completed", "left", "Failed", "right", "Completed", "bottom", "Blocked"),
        states(id));
    assertEquals(409, portal.post("ann", "/workflows/" + id + "/cancel", Map.of()).status());
    broken[0] = false;
    assertEquals(200, portal.post("ann", "/workflows/" + id + "/rescue", Map.of()).status());
    assertEquals("Completed", work(id, program));
    assertEquals(1, runs.get("top"));
    assertEquals(409, portal.post("ann", "/workflows/" + id + "/rescue", Map.of()).status());
  }

  @Test
  void aStepAfterAnyBeginsHoweverTheOthersEndedAndNotBefore() {
    long id =
        create(
            """
            name: Tidy
            steps:
              - { name: top, app: nothing, inputs: { number: 1 } }
              - { name: next, app: count, inputs: { data: { from: top, file: stdout }, times: 2 } }
              - { name: tidy, app: nothing, inputs: { number: 3 }, afterAny: [next, top] }
            """);
    TestPortal.await("the first step is a job", () -> job(id, "top") > 0);
    assertEquals("Waiting", states(id).get("tidy"));
    JsonNode tidy = workflow(id).at("/steps/2");
    assertEquals("[\"next\",\"top\"]", tidy.path("afterAny").toString());
    Function<Lease, SubjobResult> topFails =
        lease -> lease.job() == job(id, "top") ? TestExecutor.exit(lease, 3, "bad") : run(lease);
    assertEquals("Failed", work(id, topFails));
    assertEquals(Map.of("top", "Failed", "next", "Blocked", "tidy", "Completed"), states(id));
  }

  @Test
  void eachStepIsBegunOnceThoughThePortalIsStartedAnew() throws Exception {
    long id = create(DIAMOND);
    TestPortal.await("the first step is a job", () -> job(id, "top") > 0);
    portal.close();
    portal = new TestPortal(data, clock);
    assertEquals("Completed", work(id, this::run));
    assertEquals(4, portal.get("ann", "/jobs").json().path("count").asInt());
  }

  @Test
  void cancellingEndsItsJobsAndBeginsNoMore() {
    long id = create(DIAMOND);
    TestPortal.await("the first step is a job", () -> job(id, "top") > 0);
    assertEquals(200, portal.post("ann", "/workflows/" + id + "/cancel", Map.of()).status());
    assertEquals("Removed", portal.state("ann", job(id, "top")));
    assertEquals("Blocked", states(id).get("left"));
    assertEquals(0, one.work(this::run));
  }

  @Test
  void nobodyElseSeesAWorkflowOrTakesAnothersResult() {
    long id = create(DIAMOND);
    assertEquals("Completed", work(id, this::run));
    assertEquals(404, portal.get("bob", "/workflows/" + id).status());
    assertEquals(404, portal.post("bob", "/workflows/" + id + "/cancel", Map.of()).status());
    String result = "result:" + job(id, "top") + "/stdout";
    Map<String, ?> request = Map.of("app", "count", "inputs", Map.of("data", result));
    assertEquals(400, portal.post("bob", "/jobs", request).status());
    assertEquals(201, portal.post("ann", "/jobs", request).status());
  }

  @Test
  void aResultThatIsNotThereFailsTheStepWithWhatThereIs() {
    long id = create(DIAMOND.replace("counts.tsv", "other.tsv"));
    assertEquals("Failed", work(id, this::run));
    String message = workflow(id).path("steps").path(3).path("message").asText();
    assertTrue(message.contains("no result \"other.tsv\"; it has counts.tsv"), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "steps: []                                                           | 1..200 steps",
        "steps: [{ name: a, app: nothing, after: [a] }]                      | circle: a",
        "steps: [{ name: a, app: nothing, after: [b] }]                      | which is no step",
        "steps: [{ name: a, app: nothing }, { name: a, app: nothing }]       | two steps",
        "steps: [{ name: a, app: none }]                                     | no application",
        "steps: [{ name: 'a b', app: nothing }]                              | letters, digits",
        "steps: [{ name: a, app: nothing, inputs: { x: { from: b } } }]      | {from: STEP",
        "steps: [{ name: a, app: nothing, input: {} }]                       | not known here",
        "steps: [                                                            | not YAML",
        "nothing                                                             | no mapping",
      })
  void aFileThatIsNoWorkflowIsRefusedInWords(String file, String wanted) {
    TestPortal.Answer answer = portal.post("ann", "/workflows", Map.of("file", file));
    assertEquals(400, answer.status());
    String detail = answer.json().path("detail").asText();
    assertTrue(detail.contains(wanted), detail);
  }
}
