package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.gridappliance.jobs.lease.Lease;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the members of a group see of one another's jobs, at every door: ann and bob are in the
 * group, eve is not.
 */
class GroupJobsTest {
  @TempDir Path data;
  private final ManualClock clock = new ManualClock();
  private TestPortal portal;
  private TestExecutor executor;

  /** Of a job, what only reads. */
  private static final List<String> READING =
      List.of(
          "",
          "/subjobs",
          "/efficiency",
          "/results",
          "/tables/counts",
          "/results.zip",
          "/crate.zip",
          "/results/counts.tsv",
          "/text?file=counts.tsv",
          "/text/matches?file=counts.tsv&words=a",
          "/subjobs/0/output/stdout");

  @BeforeEach
  void start() throws Exception {
    TestApps.install(data);
    portal = new TestPortal(data, clock);
    executor = new TestExecutor(() -> portal, "one", 2);
    Files.writeString(portal.home("ann").resolve("words.txt"), "b\na\n");
  }

  @AfterEach
  void stop() {
    portal.close();
  }

  /** Members by name, each since the beginning unless the name has {@code @} and a time. */
  private void lab(Long listedSince, Long readSince, String... members) {
    Map<String, Long> since = new TreeMap<>();
    for (String member : members) {
      String[] parts = member.split("@", -1);
      since.put(parts[0], parts.length > 1 ? Long.parseLong(parts[1]) : 0L);
    }
    portal.homes.shown.put("lab", new Homes.Group("lab", since, listedSince, readSince));
  }

  private long done() {
    return done("anns");
  }

  private long done(String name) {
    Map<String, Object> inputs = Map.of("data", "words.txt");
    long id = portal.submit("ann", Map.of("app", "count", "name", name, "inputs", inputs));
    assertTrue(executor.work(lease -> JobLifeTest.count(executor, lease)) > 0);
    TestPortal.await("job completes", () -> portal.state("ann", id).equals("Completed"));
    return id;
  }

  private long waiting(String user, String name) {
    return portal.submit(user, Map.of("app", "slow", "inputs", Map.of(), "name", name));
  }

  private List<String> names(String user, String query) {
    TestPortal.Answer answer = portal.get(user, "/jobs?group=lab" + query);
    assertEquals(200, answer.status(), answer.text());
    List<String> names = new ArrayList<>();
    answer.json().path("jobs").forEach(job -> names.add(job.path("name").asText()));
    assertEquals(names.size(), answer.json().path("count").asInt());
    return names;
  }

  private void assertReads(int status, String user, long job) {
    for (String path : READING) {
      assertEquals(status, portal.get(user, "/jobs/" + job + path).status(), user + path);
    }
    Map<String, Object> rows = Map.of("rows", "0");
    String chosen = "/jobs/" + job + "/tables/counts/rows";
    assertEquals(status, portal.post(user, chosen, rows).status(), user);
  }

  /** What acts on a job, or goes on with it, is its owner's whatever a group shows. */
  private void assertDoesNothing(String user, long job) {
    for (String action :
        List.of(
            "suspend",
            "resume",
            "hold",
            "release",
            "cancel",
            "finish",
            "resubmit",
            "resubmit-with-more-memory",
            "copy-results")) {
      assertEquals(
          404, portal.post(user, "/jobs/" + job + "/" + action, Map.of()).status(), action);
    }
    assertEquals(404, portal.delete(user, "/jobs/" + job).status());
    byte[] note = TestPortal.bytes(Map.of("note", "mine", "tags", List.of("x")));
    assertEquals(404, portal.send(user, null, "PATCH", "/jobs/" + job, note).status());
    assertEquals(404, portal.get(user, "/jobs/" + job + "/events").status());
    TestPortal.Answer wait = portal.get(user, "/jobs/" + job + "/wait");
    // of an ended job, as of one that never was, there is nothing to say
    assertTrue(wait.status() == 404 || wait.text().equals("{\"reasons\":[]}"), wait.text());
    Map<String, Object> inputs = Map.of("data", "result:" + job + "/counts.tsv");
    TestPortal.Answer used = portal.post(user, "/jobs", Map.of("app", "count", "inputs", inputs));
    assertTrue(used.status() == 400 || used.status() == 422, used.text());
    assertTrue(used.text().contains("job " + job + " is not here"), used.text());
    assertEquals(403, portal.get(user, "/jobs?owner=all").status());
    assertEquals(0, portal.get(user, "/jobs").json().path("count").asInt());
    assertEquals(0, portal.get(user, "/pool/runs").json().path("runs").size());
    assertEquals(403, portal.get(user, "/pool/runs?owner=all").status());
    assertEquals(0, portal.get(user, "/pool/efficiency").json().path("jobs").size());
  }

  @Test
  void byDefaultAGroupShowsNothing() {
    lab(null, null, "ann", "bob");
    long job = done();
    assertReads(404, "bob", job);
    assertDoesNothing("bob", job);
    TestPortal.Answer refused = portal.get("bob", "/jobs?group=lab");
    assertEquals(403, refused.status());
    assertTrue(refused.text().contains("does not show its members' jobs"), refused.text());
  }

  @Test
  void aGroupThatShowsTheListShowsNoMore() {
    lab(clock.millis(), null, "ann", "bob");
    long job = done();
    byte[] words = TestPortal.bytes(Map.of("note", "secret", "tags", List.of("paper")));
    assertEquals(200, portal.send("ann", null, "PATCH", "/jobs/" + job, words).status());
    long held = waiting("ann", "stopped");
    Map<String, Object> why = Map.of("reason", "secret reason");
    assertEquals(200, portal.post("ann", "/jobs/" + held + "/hold", why).status());
    long failed = waiting("ann", "broken");
    Lease lease = executor.lease(1, 0).getFirst();
    executor.report(List.of(TestExecutor.exit(lease, 3, "secret words of the program")));
    TestPortal.await("it fails", () -> portal.state("ann", failed).equals("Failed"));
    TestPortal.Answer list = portal.get("bob", "/jobs?group=lab");
    assertEquals(3, list.json().path("count").asInt());
    assertFalse(list.text().contains("secret"), list.text());
    assertFalse(list.text().contains("paper"), list.text());
    for (JsonNode one : list.json().path("jobs")) {
      assertEquals("listed", one.path("access").asText());
      assertEquals("ann", one.path("owner").asText());
    }
    for (long one : List.of(job, held, failed)) {
      assertReads(404, "bob", one);
      assertDoesNothing("bob", one);
    }
  }

  @Test
  void aGroupThatShowsResultsLetsThemBeReadAndNothingBeDone() {
    lab(clock.millis(), clock.millis(), "ann", "bob");
    long job = done();
    byte[] words = TestPortal.bytes(Map.of("note", "secret", "tags", List.of("paper")));
    assertEquals(200, portal.send("ann", null, "PATCH", "/jobs/" + job, words).status());
    assertReads(200, "bob", job);
    assertDoesNothing("bob", job);
    assertEquals("read", portal.job("bob", job).path("access").asText());
    for (String path : List.of("/jobs?group=lab", "/jobs/" + job, "/jobs/" + job + "/results")) {
      String text = portal.get("bob", path).text();
      assertFalse(text.contains("secret") || text.contains("paper"), text);
    }
    assertFalse(portal.get("bob", "/jobs/" + job + "/results").json().has("home"));
    assertTrue(portal.get("ann", "/jobs/" + job + "/results").json().has("home"));
    assertFalse(portal.job("ann", job).has("access"));
    assertReads(404, "eve", job);
    assertDoesNothing("eve", job);
    assertEquals(404, portal.get("eve", "/jobs?group=lab").status());
    assertEquals(404, portal.get("eve", "/jobs?group=never").status());
  }

  @Test
  void leavingTheGroupAndSwitchingItOffEndItAtOnce() {
    long since = clock.millis();
    lab(since, since, "ann", "bob");
    long job = done();
    assertReads(200, "bob", job);
    lab(since, since, "ann");
    assertReads(404, "bob", job);
    assertEquals(404, portal.get("bob", "/jobs?group=lab").status());
    lab(since, since, "bob");
    assertReads(404, "bob", job);
    assertEquals(List.of(), names("bob", ""));
    lab(since, null, "ann", "bob");
    assertReads(404, "bob", job);
    assertEquals(1, names("bob", "").size());
    lab(null, null, "ann", "bob");
    assertReads(404, "bob", job);
    assertEquals(403, portal.get("bob", "/jobs?group=lab").status());
    portal.homes.shown.remove("lab");
    assertReads(404, "bob", job);
    assertEquals(404, portal.get("bob", "/jobs?group=lab").status());
  }

  @Test
  void jobsFromBeforeTheGroupShowedThemOrTheirOwnerWasInItStayHis() {
    lab(null, null, "ann", "bob");
    long before = done();
    clock.advance(Duration.ofMinutes(1));
    lab(clock.millis(), clock.millis(), "ann", "bob");
    assertReads(404, "bob", before);
    assertEquals(List.of(), names("bob", ""));
    long after = done();
    assertReads(200, "bob", after);
    clock.advance(Duration.ofMinutes(1));
    lab(clock.millis() - 60_000, clock.millis() - 60_000, "ann@" + clock.millis(), "bob");
    assertReads(404, "bob", after);
    assertEquals(List.of(), names("bob", ""));
    lab(clock.millis() - 60_000, clock.millis(), "ann", "bob");
    assertReads(404, "bob", after);
    assertEquals(1, names("bob", "").size());
  }

  @Test
  void theListOfAGroupIsFilteredAndIsOnlyItsMembers() {
    lab(clock.millis(), null, "ann", "bob");
    waiting("ann", "anns");
    long tagged = waiting("bob", "bobs");
    waiting("eve", "eves");
    byte[] words = TestPortal.bytes(Map.of("tags", List.of("paper")));
    assertEquals(200, portal.send("bob", null, "PATCH", "/jobs/" + tagged, words).status());
    assertEquals(List.of("bobs", "anns"), names("ann", ""));
    assertEquals(List.of("bobs"), names("ann", "&q=owner:bob"));
    assertEquals(List.of("anns"), names("ann", "&q=ann"));
    assertEquals(List.of(), names("ann", "&q=tag:paper"), "another's tags find nothing");
    assertEquals(List.of("bobs"), names("bob", "&q=tag:paper"));
    assertEquals(List.of("bobs", "anns"), names("admin", ""));
    assertEquals(List.of("bobs"), names("admin", "&q=tag:paper"));
    assertEquals(400, portal.get("admin", "/jobs?group=lab&owner=all").status());
    assertEquals(404, portal.get("admin", "/jobs?group=never").status());
  }

  /** The lines of the group's file without its head. */
  private List<String> csv(String user) {
    TestPortal.Answer answer = portal.get(user, "/pool/efficiency.csv?group=lab");
    assertEquals(200, answer.status(), answer.text());
    return answer.text().lines().skip(1).toList();
  }

  private JsonNode used(String user) {
    TestPortal.Answer answer = portal.get(user, "/pool/efficiency?group=lab");
    assertEquals(200, answer.status(), answer.text());
    return answer.json();
  }

  @Test
  void aGroupThatShowsJobsShowsWhatTheyUsedByPersonAndNoOthers() {
    lab(null, null, "ann", "bob");
    done();
    long runs = used("admin").at("/people/0/runs").asLong();
    clock.advance(Duration.ofMinutes(1));
    lab(clock.millis(), null, "ann", "bob");
    assertEquals(0, used("bob").path("people").size(), "from before");
    long job = done("=1+1");
    JsonNode used = used("bob");
    assertTrue(used.at("/group/byPerson").asBoolean());
    assertEquals("ann", used.at("/people/0/name").asText());
    assertEquals(1, used.path("jobs").size());
    assertEquals(job, used.at("/jobs/0/job").asLong());
    assertEquals(404, portal.get("eve", "/pool/efficiency?group=lab").status());
    List<String> lines = csv("bob");
    assertEquals(1, lines.size(), lines.toString());
    assertTrue(lines.getFirst().startsWith(job + ",'=1+1,ann,"), "no formula: " + lines);
    assertEquals(404, portal.get("eve", "/pool/efficiency.csv?group=lab").status());
    assertEquals(204, portal.delete("ann", "/jobs/" + job).status());
    assertEquals(0, used("bob").path("jobs").size(), "a deleted job is not named");
    assertEquals(List.of(), csv("bob"), "nor counted on the day on which the group began to show");
    assertEquals(
        runs + used.at("/people/0/runs").asLong(), used("admin").at("/people/0/runs").asLong());
    clock.advance(Duration.ofDays(1));
    long next = done();
    assertEquals(204, portal.delete("ann", "/jobs/" + next).status());
    assertTrue(csv("bob").getFirst().startsWith(",,ann,"), "counted, not named");
    assertTrue(csv("admin").getLast().startsWith(",,ann,"), "for administrators too");
  }

  @Test
  void aGroupThatShowsNoJobsTellsOneSumOfThreeOrMore() {
    lab(null, null, "ann", "bob");
    done();
    TestPortal.Answer two = portal.get("bob", "/pool/efficiency?group=lab");
    assertEquals(403, two.status());
    assertTrue(two.text().contains("fewer than 3 members"), two.text());
    assertEquals(403, portal.get("bob", "/pool/efficiency.csv?group=lab").status());
    lab(null, null, "ann", "bob", "eve");
    JsonNode used = used("bob");
    assertFalse(used.at("/group/byPerson").asBoolean());
    assertEquals("lab", used.at("/people/0/name").asText());
    assertEquals(1, used.path("people").size());
    assertTrue(used.at("/people/0/runs").asLong() > 0);
    assertEquals(0, used.path("apps").size() + used.path("jobs").size());
    assertEquals("lab", used.at("/points/0/person").asText());
    assertFalse(used.toString().contains("ann"), used.toString());
    List<String> lines = csv("bob");
    assertEquals(1, lines.size(), lines.toString());
    assertTrue(lines.getFirst().matches(",,lab,,[1-9].*,,,[^,]*,[^,]*,[^,]*"), lines.getFirst());
  }

  @Test
  void anAdministratorListsAGroupThatShowsNothing() {
    lab(null, null, "ann", "bob");
    waiting("ann", "anns");
    assertEquals(List.of("anns"), names("admin", ""));
  }
}
