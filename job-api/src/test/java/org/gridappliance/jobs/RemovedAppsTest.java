package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gridappliance.jobs.lease.Lease;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Applications that are removed and restored, through HTTP. */
class RemovedAppsTest {
  private static final String AUTHOR = "author-ann";
  private static final String NOTHING = "/apps/nothing";
  private static final Map<String, Object> JOB = Map.of("app", "nothing", "inputs", Map.of());

  @TempDir Path data;
  private final ManualClock clock = new ManualClock();
  private TestPortal portal;

  @BeforeEach
  void start() throws Exception {
    TestApps.install(data);
    portal = new TestPortal(data, clock);
  }

  @AfterEach
  void stop() {
    portal.close();
  }

  private void create() {
    TestPortal.Answer answer = portal.post(AUTHOR, "/apps", Map.of("id", "mine", "title", "Mine"));
    assertEquals(201, answer.status(), answer.text());
  }

  private JsonNode remove(String user, String app) {
    TestPortal.Answer answer = portal.delete(user, app);
    assertEquals(200, answer.status(), answer.text());
    return answer.json();
  }

  private void restore(String user, String app) {
    TestPortal.Answer answer = portal.post(user, app + "/restore", Map.of());
    assertEquals(204, answer.status(), answer.text());
  }

  private JsonNode removed(String user) {
    return portal.get(user, "/removed-apps").json().path("apps");
  }

  private boolean listed(String user, String id) {
    return portal.get(user, "/apps").json().path("apps").findValuesAsText("id").contains(id);
  }

  @Test
  void jobsRunOnAndOldOnesStayReadableWhileNothingNewIsStarted() throws Exception {
    long old = portal.submit("bob", JOB);
    long running = portal.submit("bob", JOB);
    long cancelled = portal.submit("bob", JOB);
    assertEquals(200, portal.post("bob", "/jobs/" + cancelled + "/cancel", Map.of()).status());
    TestExecutor one = new TestExecutor(() -> portal, "one", 2);
    List<Lease> leases = one.lease(2, 0);
    assertEquals(2, leases.size());
    JsonNode answer = remove("admin", NOTHING);
    assertEquals("Nothing", answer.path("title").asText());
    assertEquals(2, answer.at("/uses/jobs").asInt());
    assertTrue(answer.path("until").isNull(), "its folder is not the portal's to delete");
    one.report(leases.stream().map(l -> TestExecutor.success(l, List.of(), "said")).toList());
    for (long job : List.of(old, running)) {
      TestPortal.await("job " + job, () -> portal.state("bob", job).equals("Completed"));
      assertEquals(200, portal.get("bob", "/jobs/" + job + "/results").status());
    }
    assertTrue(Files.exists(data.resolve("apps/nothing/app.yaml")));
    TestPortal.Answer again = portal.post("bob", "/jobs/" + cancelled + "/resubmit", Map.of());
    assertEquals(200, again.status(), "from the job's own copy: " + again.text());
    for (TestPortal.Answer refused :
        List.of(
            portal.get("bob", NOTHING),
            portal.get("admin", NOTHING),
            portal.post("bob", "/jobs", JOB),
            portal.post("bob", "/jobs/estimate", JOB),
            portal.delete("admin", NOTHING))) {
      assertEquals(410, refused.status());
      assertTrue(refused.text().contains("was removed"), refused.text());
    }
    assertEquals(false, listed("bob", "nothing") || listed("admin", "nothing"));
    restore("admin", NOTHING);
    assertTrue(listed("bob", "nothing"));
    assertTrue(portal.submit("bob", JOB) > cancelled);
    assertTrue(portal.audit.contains("admin app.removed app nothing"), portal.audit.toString());
    assertTrue(
        portal.audit.contains("admin app.brought-back app nothing"), portal.audit.toString());
  }

  @Test
  void onlyWhoMayChangeItRemovesItAndFindsItAmongTheRemovedOnes() {
    create();
    assertEquals(404, portal.delete("eve", "/apps/mine").status(), "a draft of ann's");
    assertEquals(403, portal.delete("eve", NOTHING).status());
    assertEquals(403, portal.delete(AUTHOR, NOTHING).status());
    assertEquals(404, portal.delete("admin", "/apps/never").status());
    remove(AUTHOR, "/apps/mine");
    assertEquals(404, portal.get("eve", "/apps/mine").status(), "as one that never was");
    assertEquals(List.of("mine"), removed(AUTHOR).findValuesAsText("id"));
    assertEquals(List.of("mine"), removed("admin").findValuesAsText("id"));
    assertEquals(0, removed("eve").size());
    assertEquals(0, removed("author-eve").size());
    for (String other : List.of("eve", "author-eve")) {
      assertEquals(404, portal.post(other, "/apps/mine/restore", Map.of()).status());
    }
    TestPortal.Answer taken =
        portal.post("author-eve", "/apps", Map.of("id", "mine", "title", "Other"));
    assertEquals(409, taken.status());
    assertTrue(taken.text().contains("among the removed ones"), taken.text());
    restore(AUTHOR, "/apps/mine");
    assertEquals(404, portal.get("eve", "/apps/mine").status(), "a draft again");
    assertEquals(200, portal.get(AUTHOR, "/apps/mine/source").status());
    assertEquals(404, portal.post(AUTHOR, "/apps/mine/restore", Map.of()).status());
  }

  @Test
  void aTriggerWaitsAndStartsItsJobOnceItIsBack() throws Exception {
    Path inbox = Files.createDirectories(portal.home("ann").resolve("inbox"));
    Map<String, Object> trigger =
        Map.of(
            "name",
            "each",
            "job",
            Map.of("app", "count", "inputs", Map.of()),
            "folder",
            Map.of("path", "inbox", "input", "data", "settleSeconds", 0));
    TestPortal.Answer made = portal.post("ann", "/triggers", trigger);
    assertEquals(201, made.status(), made.text());
    String path = "/triggers/" + made.json().path("id").asLong();
    assertEquals(1, remove("admin", "/apps/count").at("/uses/triggers").asInt());
    Files.writeString(inbox.resolve("new.txt"), "a\n");
    TestPortal.await(
        "it waits",
        () -> portal.get("ann", path).json().path("reason").asText().contains("was removed"));
    assertEquals("waiting", portal.get("ann", path).json().path("state").asText());
    assertEquals(0, portal.get("ann", path + "/runs").json().path("runs").size(), "none refused");
    restore("admin", "/apps/count");
    Files.writeString(inbox.resolve("next.txt"), "b\n"); // has it look before its next rescan
    TestPortal.await(
        "the file of before starts a job too",
        () ->
            Set.of("inbox/new.txt", "inbox/next.txt")
                .equals(
                    Set.copyOf(
                        portal
                            .get("ann", path + "/runs")
                            .json()
                            .path("runs")
                            .findValuesAsText("cause"))));
    assertEquals(
        List.of("submitted", "submitted"),
        portal.get("ann", path + "/runs").json().path("runs").findValuesAsText("outcome"));
  }

  @Test
  void aStepOfAWorkflowFailsWithTheReasonAndIsTriedAgainOnceItIsBack() throws Exception {
    TestExecutor one = new TestExecutor(() -> portal, "one", 2);
    String file =
        """
        name: Two
        steps:
          - { name: first, app: slow, inputs: {} }
          - { name: then, app: nothing, after: [first], inputs: {} }
        """;
    TestPortal.Answer made = portal.post("ann", "/workflows", Map.of("file", file));
    assertEquals(201, made.status(), made.text());
    String path = "/workflows/" + made.json().path("id").asLong();
    assertEquals(1, remove("admin", NOTHING).at("/uses/workflows").asInt());
    TestPortal.await(
        "it fails",
        () -> {
          int _ = one.work(lease -> TestExecutor.success(lease, List.of(), ""));
          return portal.get("ann", path).json().path("state").asText().equals("Failed");
        });
    String then = portal.get("ann", path).json().at("/steps/1").toString();
    assertTrue(then.contains("was removed"), then);
    restore("admin", NOTHING);
    TestPortal.Answer again = portal.post("ann", path + "/rescue", Map.of());
    assertEquals(200, again.status(), again.text());
    TestPortal.await(
        "it completes",
        () -> {
          int _ = one.work(lease -> TestExecutor.success(lease, List.of(), ""));
          return portal.get("ann", path).json().path("state").asText().equals("Completed");
        });
  }

  @Test
  void itStaysRemovedOverARestartAndOneMadeHereIsDeletedAfterThirtyDays() throws Exception {
    create();
    String settings = "/apps/mine/settings/Kept";
    byte[] kept =
        TestPortal.bytes(Map.of("request", Map.of("app", "mine", "inputs", Map.of("times", 2))));
    assertEquals(200, portal.send(AUTHOR, null, "PUT", settings, kept).status());
    long job = portal.submit(AUTHOR, Map.of("app", "mine", "inputs", Map.of()));
    assertEquals(1, remove(AUTHOR, "/apps/mine").at("/uses/settings").asInt());
    clock.advance(Duration.ofSeconds(1));
    remove("admin", NOTHING);
    stop();
    portal = new TestPortal(data, clock);
    assertEquals(410, portal.get(AUTHOR, "/apps/mine").status());
    assertEquals(List.of("nothing", "mine"), ids());
    clock.advance(Duration.ofDays(30).plusSeconds(1));
    assertEquals(List.of("nothing"), ids(), "that of the machine stays hidden");
    assertTrue(Files.notExists(data.resolve("apps/.authored/mine")));
    assertEquals(404, portal.get(AUTHOR, "/apps/mine").status());
    assertEquals(200, portal.get(AUTHOR, "/jobs/" + job).status(), "its jobs stay");
    assertTrue(
        portal.audit.contains(AUTHOR + " app.deleted app mine, removed long ago"),
        portal.audit.toString());
    TestPortal.Answer next =
        portal.post("author-eve", "/apps", Map.of("id", "mine", "title", "Other"));
    assertEquals(201, next.status(), "the name is free");
    assertEquals(404, portal.get(AUTHOR, "/apps/mine").status(), "it is another author's draft");
    assertEquals(0, portal.get("author-eve", "/apps/mine/settings").json().path("settings").size());
  }

  @Test
  void theDailySweepDeletesWhatNobodyLooksAtAgain() {
    create();
    remove(AUTHOR, "/apps/mine");
    clock.advance(Duration.ofDays(30));
    portal.api.sweep();
    assertTrue(Files.exists(data.resolve("apps/.authored/mine")), "restored to the last day");
    clock.advance(Duration.ofMillis(1));
    portal.api.sweep();
    assertTrue(Files.notExists(data.resolve("apps/.authored/mine")));
    assertTrue(
        portal.audit.contains(AUTHOR + " app.deleted app mine, removed long ago"),
        portal.audit.toString());
    assertEquals(404, portal.post(AUTHOR, "/apps/mine/restore", Map.of()).status());
    portal.api.sweep();
  }

  private List<String> ids() {
    return removed("admin").findValuesAsText("id");
  }
}
