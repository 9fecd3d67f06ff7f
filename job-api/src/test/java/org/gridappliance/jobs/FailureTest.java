package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Failure.Kind;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.SubjobResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose fault a failure is, and what becomes of it (Entropia §4.3.3). */
class FailureTest {
  @TempDir Path data;
  private final ManualClock clock = new ManualClock();
  private TestPortal portal;
  private TestExecutor one;

  @BeforeEach
  void start() throws Exception {
    TestApps.install(data);
    portal = new TestPortal(data, clock);
    one = new TestExecutor(() -> portal, "one", 2);
  }

  @AfterEach
  void stop() {
    portal.close();
  }

  private long submit(int subjobs) {
    return portal.submit(
        "ann",
        Map.of(
            "app", "slow",
            "inputs", Map.of(),
            "sweep", Map.of("number", IntStream.rangeClosed(1, subjobs).boxed().toList())));
  }

  private static SubjobResult ok(Lease lease) {
    return TestExecutor.success(lease, List.of(), "");
  }

  private JsonNode ended(long id) {
    TestPortal.await(
        "job ends", () -> !Set.of("Idle", "Running").contains(portal.state("ann", id)));
    return portal.job("ann", id);
  }

  private String nodeState(TestExecutor executor) {
    for (JsonNode node : portal.get("ann", "/nodes").json().path("nodes")) {
      if (node.path("id").asLong() == executor.id) {
        return node.path("state").asText();
      }
    }
    return "absent";
  }

  @Test
  void anExitStatusIsTheProgramsAndIsShownWithItsLastLines() {
    long id = submit(2);
    one.work(lease -> lease.index() == 0 ? ok(lease) : TestExecutor.exit(lease, 3, "a\nbad gap"));
    JsonNode job = ended(id);
    assertEquals("Failed", job.path("state").asText());
    assertTrue(job.at("/failure/message").asText().startsWith("1 of 2 subjobs failed"));
    JsonNode failed =
        portal.get("ann", "/jobs/" + id + "/subjobs?state=Failed").json().at("/subjobs/0");
    assertEquals("program", failed.at("/failure/kind").asText());
    assertEquals(3, failed.at("/failure/exitCode").asInt());
    assertEquals("bad gap", failed.at("/failure/lines/1").asText());
    assertTrue(failed.at("/failure/remedy").asText().length() > 10);
  }

  @Test
  void resubmitRunsOnlyWhatFailed() {
    long id = submit(3);
    one.work(lease -> lease.index() == 1 ? TestExecutor.exit(lease, 1, "") : ok(lease));
    ended(id);
    assertEquals(200, portal.post("ann", "/jobs/" + id + "/resubmit", Map.of()).status());
    assertEquals(1, one.work(FailureTest::ok));
    assertEquals("Completed", ended(id).path("state").asText());
    assertEquals(409, portal.post("ann", "/jobs/" + id + "/resubmit", Map.of()).status());
  }

  @Test
  void aLimitIsNotTriedAgain() {
    long id = submit(1);
    one.work(
        lease ->
            new SubjobResult(
                lease.lease(),
                lease.fence(),
                null,
                "SIGKILL",
                Failure.of(Kind.LIMIT, "used 12 MiB of memory, 10 MiB are allowed", "ask for more"),
                5,
                5.0,
                12L << 20,
                List.of(),
                null,
                null));
    JsonNode job = ended(id);
    assertEquals("limit", job.at("/failure/kind").asText());
    assertTrue(job.at("/failure/message").asText().contains("12 MiB"));
  }

  @Test
  void anExecutorsOwnFailureIsTriedOnAnotherNodeFirst() {
    TestExecutor other = new TestExecutor(() -> portal, "other", 2);
    other.lease(1, 0);
    long id = submit(1);
    Lease first = one.lease(1, 0).getFirst();
    one.report(List.of(TestExecutor.failed(first, Kind.ENVELOPE)));
    assertTrue(one.lease(1, 0).isEmpty());
    Lease second = other.lease(1, 0).getFirst();
    other.report(List.of(ok(second)));
    assertEquals("Completed", ended(id).path("state").asText());
  }

  @Test
  void anExecutorsFailureFailsTheSubjobAfterThreeTries() {
    long id = submit(1);
    Set<Integer> attempts = new HashSet<>();
    for (int attempt = 0; attempt < 3; attempt++) {
      List<Lease> leases = one.lease(1, 0);
      attempts.add(leases.size());
      one.report(List.of(TestExecutor.failed(leases.getFirst(), Kind.INPUT)));
      clock.advance(Duration.ofMinutes(10));
    }
    assertEquals(Set.of(1), attempts);
    JsonNode job = ended(id);
    assertEquals("Failed", job.path("state").asText());
    assertEquals("input", job.at("/failure/kind").asText());
  }

  @Test
  void aBlackHoleIsPausedLongerEachTime() {
    TestExecutor good = new TestExecutor(() -> portal, "good", 2);
    submit(40);
    Lease healthy = good.lease(1, 0).getFirst();
    good.report(List.of(ok(healthy)));
    for (int failure = 0; failure < 3; failure++) {
      Lease lease = one.lease(1, 0).getFirst();
      one.report(List.of(TestExecutor.exit(lease, 127, "not found")));
    }
    assertEquals("Paused", nodeState(one));
    assertTrue(one.lease(1, 0).isEmpty());
    clock.advance(Duration.ofSeconds(31));
    Lease again = one.lease(1, 0).getFirst();
    one.report(List.of(TestExecutor.exit(again, 127, "not found")));
    clock.advance(Duration.ofSeconds(31));
    assertEquals("Paused", nodeState(one));
    clock.advance(Duration.ofSeconds(31));
    one.report(List.of(ok(one.lease(1, 0).getFirst())));
    assertEquals("Ready", nodeState(one));
  }

  @Test
  void aMalformedJobStopsEarlyAndIsNotHeldAgainstTheNodes() {
    TestExecutor other = new TestExecutor(() -> portal, "other", 2);
    other.lease(1, 0);
    long id = submit(200);
    for (int round = 0; round < 20 && portal.state("ann", id).matches("Idle|Running"); round++) {
      for (TestExecutor executor : List.of(one, other)) {
        executor
            .lease(2, 0)
            .forEach(
                lease -> executor.report(List.of(TestExecutor.exit(lease, 1, "unknown option"))));
      }
    }
    JsonNode job = ended(id);
    assertEquals("Failed", job.path("state").asText());
    assertTrue(job.at("/failure/message").asText().contains("2 different nodes"));
    assertTrue(job.at("/counts/removed").asInt() > 150);
    assertEquals("Ready", nodeState(one));
  }

  @Test
  void onASingleNodeAMalformedJobStopsToo() {
    long id = submit(100);
    one.work(lease -> TestExecutor.exit(lease, 2, "usage: true [N]"));
    JsonNode job = ended(id);
    assertEquals("Failed", job.path("state").asText());
    assertTrue(job.at("/failure/message").asText().contains("so the job was stopped"));
    assertEquals("Ready", nodeState(one));
  }

  @Test
  void aNodeThatGoesAwayTimeAndAgainWithASubjobEndsIt() {
    long id = submit(1);
    for (int loss = 0; loss < 10; loss++) {
      assertEquals(1, one.lease(1, 0).size());
      clock.advance(Duration.ofSeconds(31));
      TestPortal.await(
          "taken back", () -> portal.job("ann", id).at("/counts/running").asInt() == 0);
    }
    assertEquals("lost", ended(id).at("/failure/kind").asText());
  }
}
