package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.Heartbeat;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.LeaseRequest;
import org.gridappliance.jobs.lease.SubjobResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leases, fences and heartbeats, with a clock turned by hand. */
class LeaseTest {
  @TempDir Path data;
  private final ManualClock clock = new ManualClock();
  private TestPortal portal;
  private TestExecutor one;
  private TestExecutor other;

  @BeforeEach
  void start() throws Exception {
    TestApps.install(data);
    portal = new TestPortal(data, clock);
    one = new TestExecutor(() -> portal, "one", 2);
    other = new TestExecutor(() -> portal, "other", 2);
  }

  @AfterEach
  void stop() {
    portal.close();
  }

  private long submit(String app, int subjobs) {
    return portal.submit(
        "ann",
        Map.of(
            "app", app,
            "inputs", Map.of(),
            "sweep", Map.of("number", IntStream.rangeClosed(1, subjobs).boxed().toList())));
  }

  private static SubjobResult ok(Lease lease) {
    return TestExecutor.success(lease, List.of(), "");
  }

  @Test
  void aResultArrivingTwiceCountsOnce() {
    long id = submit("nothing", 2);
    Lease lease = one.lease(1, 0).getFirst();
    assertEquals(204, one.report(List.of(ok(lease))).status());
    assertEquals(409, one.report(List.of(ok(lease))).status());
    assertEquals(1, portal.job("ann", id).at("/counts/completed").asInt());
  }

  @Test
  void aPersonsQuotaOfCoresLeavesTheOthersRoomAndIsTheReasonThatAJobWaits() throws Exception {
    portal.close();
    JobSettings settings =
        JobSettings.of(data, List.of(data.resolve("apps"))).withCoresPerPerson(2);
    portal = new TestPortal(settings, clock);
    TestApps.install(
        data, "wide", TestApps.NOTHING.replace("memory: 10 MiB", "cpus: 4, memory: 10 MiB"));
    TestExecutor large = new TestExecutor(() -> portal, "large", 8);
    long first = submit("slow", 6);
    long second = submit("slow", 1);
    List<Lease> mine = large.lease(8, 0);
    assertEquals(2, mine.size(), "of eight cores");
    assertEquals(
        "its owner's other jobs: one person's use at most 2 cores here at once",
        portal.job("ann", second).path("phase").asText());
    portal.submit("bob", Map.of("app", "slow", "inputs", Map.of()));
    assertEquals(1, large.lease(8, 0).size(), "another person has a quota of his own");
    large.report(List.of(ok(mine.getFirst())));
    assertEquals(4, large.lease(8, 0).size(), "one ended: the short ones left share its core");
    assertEquals(1, portal.job("ann", first).at("/counts/completed").asInt());
    portal.submit("cid", Map.of("app", "wide", "inputs", Map.of()));
    assertEquals(1, large.lease(8, 0).size(), "what alone needs more runs by itself");
  }

  @Test
  void aResultNamedTwiceInOneRequestCountsOnce() {
    long id = submit("nothing", 2);
    Lease lease = one.lease(1, 0).getFirst();
    JsonNode statuses = one.report(List.of(ok(lease), ok(lease))).json().path("statuses");
    assertEquals("[204,409]", statuses.toString());
    assertEquals(1, portal.job("ann", id).at("/counts/completed").asInt());
  }

  @Test
  void anotherExecutorsLeaseIsNotFound() {
    submit("slow", 1);
    Lease lease = one.lease(1, 0).getFirst();
    assertEquals(404, other.report(List.of(ok(lease))).status());
    String file = "/executors/leases/" + lease.lease() + "/files/" + "0".repeat(64);
    assertEquals(404, portal.send(null, other.token, "GET", file, new byte[0]).status());
    assertEquals(404, portal.send(null, other.token, "PUT", file, new byte[] {1}).status());
    assertEquals(List.of(lease.lease()), other.heartbeat(List.of(lease)).stop());
    assertEquals(204, one.report(List.of(ok(lease))).status());
  }

  @Test
  void aForgedTokenIs401() {
    for (String path : List.of("/executors/leases", "/executors/heartbeat", "/executors/results")) {
      byte[] body =
          TestPortal.bytes(
              path.endsWith("leases")
                  ? new LeaseRequest(1, 1, 1, 1, 0, true, null, true)
                  : path.endsWith("heartbeat")
                      ? new Heartbeat(List.of())
                      : new SubjobResult.Batch(List.of()));
      assertEquals(401, portal.send(null, "forged", "POST", path, body).status(), path);
      assertEquals(401, portal.send(null, null, "POST", path, body).status(), path);
    }
  }

  @Test
  void anExpiredLeaseReturnsToTheQueueAndItsFenceIsStale() {
    long id = submit("slow", 1);
    Lease first = one.lease(1, 0).getFirst();
    assertEquals(30, first.leaseSeconds());
    assertEquals(10, first.heartbeatSeconds());
    clock.advance(Duration.ofSeconds(31));
    TestPortal.await("idle again", () -> portal.job("ann", id).at("/counts/idle").asInt() == 1);
    Lease second = other.lease(1, 5).getFirst();
    assertTrue(second.fence() > first.fence());
    assertEquals(409, one.report(List.of(ok(first))).status());
    assertEquals(List.of(first.lease()), one.heartbeat(List.of(first)).stop());
    assertEquals(204, other.report(List.of(ok(second))).status());
    TestPortal.await("completes", () -> portal.state("ann", id).equals("Completed"));
    JsonNode subjob = portal.get("ann", "/jobs/" + id + "/subjobs").json().at("/subjobs/0");
    assertEquals(2, subjob.path("attempt").asInt());
    assertEquals("other", subjob.path("node").asText());
  }

  @Test
  void aClockThatIsSetEndsNoLease() {
    long id = submit("slow", 2);
    Lease kept = one.lease(1, 0).getFirst();
    Lease silent = other.lease(1, 0).getFirst();
    clock.set(Duration.ofHours(-5));
    clock.advance(Duration.ofSeconds(20));
    assertTrue(one.heartbeat(List.of(kept)).stop().isEmpty());
    clock.set(Duration.ofHours(10));
    clock.advance(Duration.ofSeconds(11));
    TestPortal.await(
        "the one not heard of for 31 s is lost",
        () -> portal.job("ann", id).at("/counts/idle").asInt() == 1);
    assertEquals(List.of(silent.lease()), other.heartbeat(List.of(silent)).stop());
    assertTrue(one.heartbeat(List.of(kept)).stop().isEmpty());
    assertEquals(204, one.report(List.of(ok(kept))).status());
  }

  @Test
  void heartbeatsKeepALease() {
    submit("slow", 1);
    Lease lease = one.lease(1, 0).getFirst();
    for (int beat = 0; beat < 6; beat++) {
      clock.advance(Duration.ofSeconds(20));
      Heartbeat.Orders orders = one.heartbeat(List.of(lease));
      assertTrue(orders.stop().isEmpty() && orders.suspend().isEmpty());
    }
    assertEquals(204, one.report(List.of(ok(lease))).status());
  }

  @Test
  void aLongJobsLeaseHoldsTwoHoursAndIsRenewedEveryMinute() {
    long id = submit("long", 1);
    Lease lease = one.lease(1, 0).getFirst();
    assertEquals(7200, lease.leaseSeconds());
    assertEquals(60, lease.heartbeatSeconds());
    clock.advance(Duration.ofMinutes(119));
    assertEquals(204, one.report(List.of(ok(lease))).status());
    assertEquals(1, portal.job("ann", id).at("/counts/completed").asInt());
  }

  @Test
  void aLeaseThatItsNodeForgotReturnsAfterTwoHeartbeats() {
    long id = submit("long", 1);
    one.lease(1, 0);
    clock.advance(Duration.ofSeconds(11));
    one.heartbeat(List.of());
    assertEquals(1, portal.job("ann", id).at("/counts/running").asInt());
    one.heartbeat(List.of());
    assertEquals(1, portal.job("ann", id).at("/counts/idle").asInt());
  }

  @Test
  void cancelAnswersTheWaitingRequestForWorkEarlyAndStopsLeasesByHeartbeat() throws Exception {
    long id = submit("slow", 2);
    List<Lease> leases = one.lease(2, 0);
    assertEquals(2, leases.size());
    CompletableFuture<List<Lease>> poll = CompletableFuture.supplyAsync(() -> one.lease(2, 30));
    portal.post("ann", "/jobs/" + id + "/cancel", Map.of());
    assertTrue(poll.get(10, TimeUnit.SECONDS).isEmpty());
    assertEquals(2, one.heartbeat(leases).stop().size());
    assertEquals(409, one.report(List.of(ok(leases.getFirst()))).status());
    JsonNode job = portal.job("ann", id);
    assertEquals("Removed", job.path("state").asText());
    assertEquals(2, job.at("/counts/removed").asInt());
    assertEquals(409, portal.post("ann", "/jobs/" + id + "/cancel", Map.of()).status());
  }

  @Test
  void workWakesAWaitingRequest() throws Exception {
    CompletableFuture<List<Lease>> poll = CompletableFuture.supplyAsync(() -> one.lease(2, 30));
    submit("slow", 1);
    assertEquals(1, poll.get(10, TimeUnit.SECONDS).size());
  }

  @Test
  void aNewerRequestForWorkEndsTheOlder() throws Exception {
    CompletableFuture<List<Lease>> older = CompletableFuture.supplyAsync(() -> one.lease(2, 30));
    TestPortal.await(
        "the older waits", () -> portal.get("ann", "/nodes").json().toString().contains("Ready"));
    CompletableFuture<List<Lease>> newer = CompletableFuture.supplyAsync(() -> one.lease(2, 20));
    CompletableFuture.anyOf(older, newer).get(10, TimeUnit.SECONDS);
    submit("slow", 1);
    int leases = older.get(30, TimeUnit.SECONDS).size() + newer.get(30, TimeUnit.SECONDS).size();
    assertEquals(1, leases);
  }

  @Test
  void aSuspendedJobPausesItsLeasesAndHandsOutNoMore() {
    long id = submit("slow", 3);
    List<Lease> leases = one.lease(1, 0);
    assertEquals(
        "Suspended",
        portal.post("ann", "/jobs/" + id + "/suspend", Map.of()).json().path("state").asText());
    assertEquals(List.of(leases.getFirst().lease()), one.heartbeat(leases).suspend());
    assertTrue(other.lease(2, 0).isEmpty());
    assertEquals(
        "SII", portal.get("ann", "/jobs/" + id + "/subjobs").json().path("states").asText());
    portal.post("ann", "/jobs/" + id + "/resume", Map.of());
    assertTrue(one.heartbeat(leases).suspend().isEmpty());
    assertEquals(2, other.lease(2, 0).size());
  }

  private JsonNode act(long id, String action, Map<String, Object> body) {
    return portal.post("ann", "/jobs/" + id + "/" + action, body).json();
  }

  private String states(long id) {
    return portal.get("ann", "/jobs/" + id + "/subjobs").json().path("states").asText();
  }

  @Test
  void aHeldJobStartsNothingMoreAndWhatRunsEndsWell() {
    long id = submit("slow", 3);
    Lease lease = one.lease(1, 0).getFirst();
    JsonNode held = act(id, "hold", Map.of("reason", " the licence server is down "));
    assertEquals("Held", held.path("state").asText());
    assertEquals("ann", held.at("/hold/by").asText());
    assertEquals("the licence server is down", held.at("/hold/reason").asText());
    assertEquals(1, held.at("/counts/running").asInt());
    assertEquals(2, held.at("/counts/held").asInt());
    assertEquals("RHH", states(id));
    Heartbeat.Orders orders = one.heartbeat(List.of(lease));
    assertTrue(orders.stop().isEmpty() && orders.suspend().isEmpty());
    assertTrue(other.lease(2, 0).isEmpty());
    assertEquals(204, one.report(List.of(ok(lease))).status());
    assertTrue(one.lease(2, 0).isEmpty());
    assertEquals("CHH", states(id));
    assertEquals(409, portal.post("ann", "/jobs/" + id + "/hold", Map.of()).status());
    assertEquals(1, portal.get("ann", "/jobs?q=state:held").json().path("count").asInt());
    assertEquals("Running", act(id, "release", Map.of()).path("state").asText());
    assertTrue(portal.job("ann", id).path("hold").isNull());
    assertEquals(409, portal.post("ann", "/jobs/" + id + "/release", Map.of()).status());
    other.lease(2, 0).forEach(one -> other.report(List.of(ok(one))));
    TestPortal.await("job completes", () -> portal.state("ann", id).equals("Completed"));
  }

  @Test
  void anotherReasonTakesThePlaceOfTheOneBefore() throws Exception {
    long id = submit("slow", 2);
    act(id, "hold", Map.of("reason", "the licence server is down"));
    int told = portal.api.ends().read(100).size();
    String path = "/jobs/" + id + "/hold";
    assertEquals(404, portal.post("bob", path, Map.of("reason", "mine")).status());
    assertEquals(403, portal.post("reader", path, Map.of("reason", "mine")).status());
    JsonNode again = portal.post("admin", path, Map.of("reason", " until Friday ")).json();
    assertEquals("Held", again.path("state").asText());
    assertEquals("until Friday", again.at("/hold/reason").asText());
    assertEquals("admin", again.at("/hold/by").asText());
    assertEquals(409, portal.post("ann", path, Map.of("reason", " ")).status());
    assertEquals(told, portal.api.ends().read(100).size(), "it is no stop anew");
    portal.close();
    portal = new TestPortal(data, clock);
    assertEquals("until Friday", portal.job("ann", id).at("/hold/reason").asText());
    assertTrue(one.lease(2, 0).isEmpty());
    act(id, "release", Map.of());
    assertEquals(2, one.lease(2, 0).size());
  }

  @Test
  void aHeldJobWhoseSubjobsAllEndedEndsOnlyWhenItIsReleased() {
    long id = submit("nothing", 1);
    Lease lease = one.lease(1, 0).getFirst();
    act(id, "hold", Map.of());
    one.report(List.of(ok(lease)));
    assertEquals("Held", portal.state("ann", id));
    act(id, "release", Map.of());
    TestPortal.await("job completes", () -> portal.state("ann", id).equals("Completed"));
  }

  @Test
  void aSuspendedJobThatIsHeldGoesOnWithWhatRanAndStartsNothing() {
    long id = submit("slow", 2);
    List<Lease> leases = one.lease(1, 0);
    act(id, "suspend", Map.of());
    assertEquals(1, one.heartbeat(leases).suspend().size());
    act(id, "hold", Map.of());
    assertTrue(one.heartbeat(leases).suspend().isEmpty());
    assertEquals("RH", states(id));
    assertEquals(409, portal.post("ann", "/jobs/" + id + "/suspend", Map.of()).status());
  }

  @Test
  void aHoldOutlivesTheServer() throws Exception {
    long id = submit("slow", 2);
    act(id, "hold", Map.of("reason", "not before Monday"));
    portal.close();
    portal = new TestPortal(data, clock);
    assertEquals("not before Monday", portal.job("ann", id).at("/hold/reason").asText());
    assertTrue(one.lease(2, 0).isEmpty());
    act(id, "release", Map.of());
    assertEquals(2, one.lease(2, 0).size());
  }

  @Test
  void aRemovedNodesTokenIsRevokedAndItsLeasesReturn() {
    long id = submit("slow", 1);
    Lease lease = one.lease(1, 0).getFirst();
    assertEquals(403, portal.delete("ann", "/nodes/" + one.id).status());
    assertEquals(204, portal.delete("admin", "/nodes/" + one.id).status());
    assertEquals(401, one.report(List.of(ok(lease))).status());
    assertEquals(1, portal.job("ann", id).at("/counts/idle").asInt());
    assertEquals(1, other.lease(1, 0).size());
  }

  @Test
  void aJoinTokenWorksOnceAndNotAfterItsTime() {
    String token =
        portal
            .post("admin", "/nodes/join-tokens", Map.of("hours", 1))
            .json()
            .path("token")
            .asText();
    assertEquals(201, enrol(token, "a").status());
    assertEquals(403, enrol(token, "b").status());
    String late =
        portal
            .post("admin", "/nodes/join-tokens", Map.of("hours", 1))
            .json()
            .path("token")
            .asText();
    clock.advance(Duration.ofMinutes(61));
    assertEquals(403, enrol(late, "c").status());
    assertEquals(403, enrol("guess", "d").status());
    assertEquals(403, portal.post("ann", "/nodes/join-tokens", Map.of()).status());
  }

  private TestPortal.Answer enrol(String token, String name) {
    return portal.send(
        null,
        null,
        "POST",
        "/executors/enrol",
        TestPortal.bytes(
            Map.of(
                "joinToken",
                token,
                "name",
                name,
                "tokenHash",
                TestExecutor.sha256(name.getBytes(StandardCharsets.UTF_8)),
                "cpus",
                1,
                "memoryBytes",
                1 << 20)));
  }

  @Test
  void anOutputWithAnotherHashIsRefused() {
    submit("slow", 1);
    Lease lease = one.lease(1, 0).getFirst();
    String address = "/executors/leases/" + lease.lease() + "/files/" + "0".repeat(64);
    assertEquals(422, portal.send(null, one.token, "PUT", address, new byte[] {1}).status());
    assertEquals(
        404,
        portal
            .send(
                null,
                one.token,
                "PUT",
                "/executors/leases/" + lease.lease() + "/files/..%2f..%2fx",
                new byte[] {1})
            .status());
  }

  @Test
  void aResultThatNamesAFileWhichNeverCameIsTriedAgain() {
    long id = submit("slow", 1);
    Lease lease = one.lease(1, 0).getFirst();
    FileRef absent = new FileRef("x", "1".repeat(64), 3);
    assertEquals(
        204, one.report(List.of(TestExecutor.success(lease, List.of(absent), ""))).status());
    assertEquals(1, portal.job("ann", id).at("/counts/idle").asInt());
  }

  @Test
  void liveOutputIsAppendedByOffsetAndReadByPeople() {
    long id = submit("slow", 1);
    Lease lease = one.lease(1, 0).getFirst();
    assertEquals(204, append(lease, lease.fence(), 0, "one ").status());
    assertEquals(204, append(lease, lease.fence(), 4, "two").status());
    assertEquals(409, append(lease, lease.fence(), 4, "two").status());
    assertEquals(409, append(lease, lease.fence() - 1, 7, "x").status());
    String path = "/jobs/" + id + "/subjobs/0/output/stdout";
    assertEquals("one two", portal.get("ann", path).text());
    TestPortal.Answer rest = portal.get("ann", path + "?offset=4");
    assertEquals("two", rest.text());
    assertEquals("nosniff", rest.raw().headers().firstValue("X-Content-Type-Options").orElse(""));
    assertEquals(404, portal.get("bob", path).status());
  }

  @Test
  void whatARunningProgramSaysOfItselfIsToldAndMakesTheTimeLeft() throws Exception {
    TestApps.install(data, "telling", TestApps.TELLING);
    long id = submit("telling", 1);
    Lease lease = one.lease(1, 0).getFirst();
    assertTrue(portal.job("ann", id).path("progress").isNull());
    append(lease, lease.fence(), 0, "begun\n");
    assertTrue(portal.job("ann", id).path("progress").isNull());
    clock.advance(Duration.ofSeconds(20));
    one.heartbeat(List.of(lease));
    append(lease, lease.fence(), 6, "step 25 of 100: half the\u0007 way\nstep 3");
    JsonNode job = portal.job("ann", id);
    assertEquals(
        "{\"percent\":25.0,\"message\":\"half the way\"}", job.path("progress").toString());
    assertEquals(60, job.path("secondsLeft").asDouble(), 1e-6, "a quarter took 20 s");
    JsonNode subjob = portal.get("ann", "/jobs/" + id + "/subjobs").json().at("/subjobs/0");
    assertEquals(25, subjob.path("percent").asInt());
    assertEquals("half the way", subjob.path("message").asText());
    one.report(List.of(ok(lease)));
    TestPortal.await("completes", () -> portal.state("ann", id).equals("Completed"));
    assertTrue(portal.job("ann", id).path("progress").isNull());
  }

  @Test
  void ofManySubjobsThePartsThatRunCountTowardsTheWhole() throws Exception {
    TestApps.install(data, "telling", TestApps.TELLING);
    long id = submit("telling", 4);
    List<Lease> leases = one.lease(2, 0);
    assertEquals(2, leases.size());
    append(leases.get(0), leases.get(0).fence(), 0, "step 40 of 100: reading\n");
    append(leases.get(1), leases.get(1).fence(), 0, "step 80 of 100: reading\n");
    JsonNode progress = portal.job("ann", id).path("progress");
    assertEquals("{\"percent\":30.0,\"message\":null}", progress.toString());
    one.report(List.of(ok(leases.get(1))));
    assertEquals(35, portal.job("ann", id).at("/progress/percent").asInt());
  }

  @Test
  void aPatternThatTakesTooLongIsNotLookedForAgain() throws Exception {
    TestApps.install(
        data, "telling", TestApps.TELLING.replace("step (?<done>", "^(a+)+\\1x|(?<done>"));
    long id = submit("telling", 1);
    Lease lease = one.lease(1, 0).getFirst();
    String slow = ("a".repeat(60) + "\n").repeat(100);
    assertEquals(204, append(lease, lease.fence(), 0, slow).status());
    assertEquals(204, append(lease, lease.fence(), slow.length(), "5 of 100: on\n").status());
    assertTrue(portal.job("ann", id).path("progress").isNull());
  }

  private TestPortal.Answer append(Lease lease, long fence, long offset, String text) {
    return portal.send(
        null,
        one.token,
        "PUT",
        "/executors/leases/"
            + lease.lease()
            + "/output/stdout?fence="
            + fence
            + "&offset="
            + offset,
        text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void shortSubjobsComeInBatchesAndLongOnesOneACore() {
    submit("nothing", 1000);
    int batch = one.lease(256, 0).size();
    assertTrue(batch > 50, "batch of " + batch);
    submit("slow", 10);
    LeaseRequest small = new LeaseRequest(2, 8L << 30, 8L << 30, 256, 0, true, null, true);
    List<Lease> rest = other.lease(small);
    assertFalse(rest.isEmpty());
  }

  @Test
  void ownersTakeTurns() {
    submit("slow", 50);
    long bobs =
        portal.submit(
            "bob",
            Map.of("app", "slow", "inputs", Map.of(), "sweep", Map.of("number", List.of(1, 2, 3))));
    List<Lease> leases = one.lease(2, 0);
    assertEquals(1, leases.stream().filter(lease -> lease.job() == bobs).count());
  }

  @Test
  void aMachineThatCannotContainJobsGetsNoneAndSaysWhy() {
    submit("slow", 1);
    assertTrue(
        one.lease(
                new LeaseRequest(
                    2, 8L << 30, 8L << 30, 1, 0, false, "no user namespace; see doctor", true))
            .isEmpty());
    JsonNode pool = portal.get("ann", "/pool").json();
    assertFalse(pool.path("accepting").asBoolean());
    assertTrue(pool.path("reason").asText().contains("no user namespace"));
  }
}
