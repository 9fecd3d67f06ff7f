package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.SubjobResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was acknowledged is there after a restart on the same folder. */
class DurabilityTest {
  @TempDir Path data;
  private TestPortal portal;

  @BeforeEach
  void start() throws Exception {
    TestApps.install(data);
    portal = new TestPortal(data, Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    portal.close();
  }

  private void restart() throws Exception {
    portal.close();
    portal = new TestPortal(data, Clock.systemUTC());
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
    return TestExecutor.success(lease, List.of(), "said " + lease.index() + "\n");
  }

  @Test
  void aLeaseIsHonouredOverARestart() throws Exception {
    TestExecutor one = new TestExecutor(() -> portal, "one", 2);
    long id = submit("slow", 3);
    List<Lease> leases = one.lease(2, 0);
    restart();
    assertTrue(one.heartbeat(leases).stop().isEmpty());
    List<Lease> rest = one.lease(2, 0);
    assertEquals(1, rest.size());
    assertTrue(rest.getFirst().fence() > leases.getLast().fence());
    one.report(leases.stream().map(DurabilityTest::ok).toList());
    one.report(rest.stream().map(DurabilityTest::ok).toList());
    TestPortal.await("completes", () -> portal.state("ann", id).equals("Completed"));
    assertEquals(
        "said 0\nsaid 1\nsaid 2\n", portal.get("ann", "/jobs/" + id + "/results/stdout").text());
  }

  @Test
  void statesOfJobsOutliveARestart() throws Exception {
    long cancelled = submit("slow", 2);
    long suspended = submit("slow", 2);
    long waiting = submit("slow", 2);
    portal.post("ann", "/jobs/" + cancelled + "/cancel", Map.of());
    portal.post("ann", "/jobs/" + suspended + "/suspend", Map.of());
    restart();
    assertEquals("Removed", portal.state("ann", cancelled));
    assertEquals("Suspended", portal.state("ann", suspended));
    assertEquals("Idle", portal.state("ann", waiting));
    assertEquals(3, portal.get("ann", "/jobs").json().path("count").asInt());
    assertEquals(204, portal.delete("ann", "/jobs/" + cancelled).status());
    assertTrue(Files.notExists(data.resolve("jobs/" + cancelled)));
    restart();
    assertEquals(404, portal.get("ann", "/jobs/" + cancelled).status());
    assertTrue(submit("slow", 1) > waiting);
  }

  @Test
  void aJobRunsToItsEndWithTheApplicationItWasSubmittedWith() throws Exception {
    TestExecutor one = new TestExecutor(() -> portal, "one", 2);
    long id = submit("slow", 1);
    Files.delete(data.resolve("apps/slow/app.yaml"));
    restart();
    assertEquals(1, one.work(DurabilityTest::ok));
    TestPortal.await("completes", () -> portal.state("ann", id).equals("Completed"));
  }

  @Test
  void everySubjobHasOneResultOverRandomRestarts() throws Exception {
    boolean soak = Boolean.getBoolean("soak");
    long seed = Long.getLong("seed", 20061121L);
    int restarts = soak ? 200 : 8;
    System.out.println("random restarts: seed " + seed + ", " + restarts + " restarts");
    Random random = new Random(seed);
    TestExecutor one = new TestExecutor(() -> portal, "one", 2);
    TestExecutor two = new TestExecutor(() -> portal, "two", 2);
    long id = submit("nothing", 500);
    Map<Integer, Integer> taken = new HashMap<>();
    Map<TestExecutor, List<Lease>> holding = new HashMap<>();
    holding.put(one, new ArrayList<>());
    holding.put(two, new ArrayList<>());
    int left = restarts;
    while (portal.job("ann", id).at("/counts/completed").asInt() < 500) {
      TestExecutor executor = random.nextBoolean() ? one : two;
      List<Lease> held = holding.get(executor);
      if (left > 0 && random.nextInt(4) == 0) {
        restart();
        left--;
        if (random.nextInt(3) == 0) {
          held.clear(); // this executor was killed too: it forgets what it held
          executor.heartbeat(List.of());
        }
        continue;
      }
      held.addAll(executor.lease(1 + random.nextInt(20), 0));
      List<Lease> done = List.copyOf(held.subList(0, random.nextInt(held.size() + 1)));
      held.removeAll(done);
      if (!done.isEmpty()) {
        List<Integer> statuses = statuses(executor, done);
        for (int at = 0; at < done.size(); at++) {
          if (statuses.get(at) == 204) {
            taken.merge(done.get(at).index(), 1, Integer::sum);
          }
        }
      }
      if (held.isEmpty() && portal.get("ann", "/pool").json().path("idle").asInt() == 0) {
        abandonForgotten(List.of(one, two), holding);
      }
    }
    TestPortal.await("completes", () -> portal.state("ann", id).equals("Completed"));
    assertEquals(500, taken.size());
    assertTrue(taken.values().stream().allMatch(count -> count == 1), "seed " + seed);
  }

  /** Leases that an executor forgot are stopped for good by taking the machine out and in again. */
  private void abandonForgotten(
      List<TestExecutor> executors, Map<TestExecutor, List<Lease>> holding) {
    for (TestExecutor executor : executors) {
      executor.heartbeat(holding.get(executor));
    }
  }

  private static List<Integer> statuses(TestExecutor executor, List<Lease> leases) {
    TestPortal.Answer answer = executor.report(leases.stream().map(DurabilityTest::ok).toList());
    if (leases.size() == 1) {
      return List.of(answer.status());
    }
    List<Integer> statuses = new ArrayList<>();
    answer.json().path("statuses").forEach(status -> statuses.add(status.asInt()));
    return statuses;
  }

  @Test
  void aFullDiskIsSaidAndTakesNothing() throws Exception {
    portal.close();
    JobSettings settings = JobSettings.of(data, List.of(data.resolve("apps")));
    JobSettings full =
        new JobSettings(
            data,
            settings.appFolders(),
            settings.shortLease(),
            settings.longLease(),
            1L << 60,
            Bundles.NONE,
            SealPolicy.JOINED,
            NetworkPolicy.OFF,
            Countries.NONE,
            0);
    portal = new TestPortal(full, Clock.systemUTC());
    TestPortal.Answer answer =
        portal.post("ann", "/jobs", Map.of("app", "nothing", "inputs", Map.of()));
    assertEquals(507, answer.status());
    assertTrue(answer.json().path("detail").asText().contains("nothing was taken"));
    JsonNode jobs = portal.get("ann", "/jobs").json();
    assertEquals(0, jobs.path("count").asInt());
  }

  @Test
  void aDamagedDatabaseStopsTheStart() throws Exception {
    submit("nothing", 1);
    portal.close();
    Path file = data.resolve("db/appliance.mv.db");
    byte[] good = Files.readAllBytes(file);
    byte[] bad = good.clone();
    new Random(1).nextBytes(bad);
    Files.write(file, bad);
    assertThrows(Exception.class, () -> new TestPortal(data, Clock.systemUTC()).close());
    Files.write(file, good);
    portal = new TestPortal(data, Clock.systemUTC());
    assertEquals(1, portal.get("ann", "/jobs").json().path("count").asInt());
  }
}
