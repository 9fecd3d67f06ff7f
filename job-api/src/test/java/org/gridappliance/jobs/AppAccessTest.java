package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.gridappliance.jobs.lease.Lease;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may see, run and publish an application, through HTTP and with the wrong people. */
class AppAccessTest {
  private static final String AUTHOR = "author-ann";
  private static final Map<String, Object> JOB = Map.of("app", "nothing", "inputs", Map.of());

  @TempDir Path data;
  private final ManualClock clock = new ManualClock();
  private TestPortal portal;

  @BeforeEach
  void start() throws Exception {
    TestApps.install(data);
    Path examples = Files.createDirectories(data.resolve("apps/nothing/examples"));
    Files.writeString(examples.resolve("words.txt"), "one two");
    open();
  }

  private void open() throws Exception {
    portal = new TestPortal(data, clock);
    portal.homes.numbers.put("lab", 1L);
    portal.homes.numbers.put("other", 2L);
    portal.homes.members.put("lab", Set.of("gil", AUTHOR));
    portal.homes.members.put("other", Set.of("eve"));
  }

  @AfterEach
  void stop() {
    portal.close();
  }

  private TestPortal.Answer set(
      String user, String stage, List<String> users, List<String> groups, int version) {
    Map<String, Object> body =
        Map.of(
            "stage", stage,
            "authors", List.of(AUTHOR),
            "users", users,
            "groups", groups,
            "version", version);
    return portal.send(user, null, "PUT", "/apps/nothing/access", TestPortal.bytes(body));
  }

  private void set(String stage, List<String> users, List<String> groups) {
    int version = portal.get("admin", "/apps/nothing/access").json().path("version").asInt();
    TestPortal.Answer answer = set("admin", stage, users, groups, version);
    assertEquals(200, answer.status(), answer.text());
  }

  private List<String> listed(String user) {
    return StreamSupport.stream(portal.get(user, "/apps").json().path("apps").spliterator(), false)
        .map(app -> app.path("id").asText())
        .toList();
  }

  private void assertOpen(String user) {
    assertTrue(listed(user).contains("nothing"), user);
    assertEquals(200, portal.get(user, "/apps/nothing").status(), user);
    assertEquals(200, portal.get(user, "/apps/nothing/examples/words.txt").status(), user);
    assertEquals(200, portal.get(user, "/apps/nothing/settings").status(), user);
    assertEquals(200, portal.post(user, "/jobs/estimate", JOB).status(), user);
  }

  private static Map<String, Object> settings() {
    return Map.of("request", JOB);
  }

  private static Map<String, Object> trigger() {
    Map<String, Object> daily = Map.of("kind", "daily", "at", "08:00", "zone", "UTC");
    return Map.of("name", "Daily", "job", JOB, "schedule", daily);
  }

  private static Map<String, Object> workflow() {
    return Map.of(
        "file", "name: W\nsteps:\n  - { name: one, app: nothing, inputs: { number: 1 } }\n");
  }

  /** What is closed answers as what never was, to the letter but for the name. */
  private void assertClosed(String user) {
    assertFalse(listed(user).contains("nothing"), user);
    for (String path : List.of("", "/access", "/settings", "/examples/words.txt")) {
      assertEquals(404, portal.get(user, "/apps/nothing" + path).status(), user + path);
    }
    assertEquals(404, set(user, "everyone", List.of(), List.of(), 0).status());
    String kept = "/apps/nothing/settings/mine";
    byte[] body = TestPortal.bytes(settings());
    assertEquals(404, portal.send(user, null, "PUT", kept, body).status());
    assertEquals(404, portal.delete(user, kept).status());
    for (String path : List.of("/jobs", "/jobs/estimate")) {
      TestPortal.Answer answer = portal.post(user, path, JOB);
      TestPortal.Answer never = portal.post(user, path, Map.of("app", "never", "inputs", Map.of()));
      assertEquals(404, answer.status());
      assertEquals(404, never.status());
      assertEquals(never.text().replace("never", "nothing"), answer.text());
    }
    assertEquals(400, portal.post(user, "/workflows", workflow()).status());
    assertEquals(404, portal.post(user, "/triggers", trigger()).status());
  }

  @Test
  void anApplicationOfWhichNothingIsSaidIsEverybodys() {
    assertOpen("eve");
    assertEquals("everyone", portal.get("eve", "/apps/nothing").json().path("stage").asText());
    assertEquals(403, portal.get("eve", "/apps/nothing/access").status());
    assertEquals(403, portal.get(AUTHOR, "/apps/nothing/access").status(), "not its author");
    JsonNode said = portal.get("admin", "/apps/nothing/access").json();
    assertEquals("everyone", said.path("stage").asText());
    assertEquals(0, said.path("version").asInt());
    assertEquals(404, portal.get("admin", "/apps/never/access").status());
  }

  @Test
  void aDraftIsSeenByItsAuthorAndAdministratorsOnly() {
    set("draft", List.of("bob"), List.of("lab"));
    assertClosed("eve");
    assertClosed("bob");
    assertClosed("gil");
    assertOpen(AUTHOR);
    assertOpen("admin");
    assertTrue(portal.get(AUTHOR, "/apps/nothing").json().path("mayChange").asBoolean());
  }

  @Test
  void aGroupsApplicationIsOpenToThoseNamedAndClosedToOthers() {
    set("group", List.of("bob"), List.of("lab"));
    assertOpen("bob");
    assertOpen("gil");
    assertOpen(AUTHOR);
    assertClosed("eve");
    assertEquals(403, portal.get("bob", "/apps/nothing/access").status(), "who runs it only");
    set("everyone", List.of(), List.of());
    assertOpen("eve");
  }

  @Test
  void aLaterGroupOfTheSameNameOpensNothing() {
    set("group", List.of(), List.of("lab"));
    assertOpen("gil");
    portal.homes.numbers.put("lab", 7L);
    portal.homes.members.put("lab", Set.of("gil"));
    assertClosed("gil");
    JsonNode said = portal.get("admin", "/apps/nothing/access").json();
    assertEquals(0, said.path("groups").size(), said.toString());
  }

  @Test
  void whoLosesAccessCannotRunItsOldJobsAgain() throws Exception {
    TestExecutor one = new TestExecutor(() -> portal, "one", 1);
    long job = portal.submit("eve", JOB);
    Lease lease = one.lease(1, 0).getFirst();
    one.report(List.of(TestExecutor.exit(lease, 3, "no")));
    long id = portal.post("eve", "/workflows", workflow()).json().path("id").asLong();
    assertTrue(id > 0);
    set("draft", List.of(), List.of());
    TestPortal.Answer answer = portal.post("eve", "/jobs/" + job + "/resubmit", Map.of());
    assertEquals(404, answer.status(), answer.text());
    assertEquals(200, portal.get("eve", "/jobs/" + job).status(), "the job itself stays his");
    assertEquals(404, portal.post("eve", "/workflows/" + id + "/rescue", Map.of()).status());
  }

  @Test
  void anAuthorPublishesToHisGroupsAndToPeopleThatExist() {
    set("draft", List.of(), List.of());
    TestPortal.Answer answer = set(AUTHOR, "group", List.of("bob"), List.of("lab"), 1);
    assertEquals(200, answer.status(), answer.text());
    assertEquals(2, answer.json().path("version").asInt());
    answer = set(AUTHOR, "group", List.of(), List.of("other"), 2);
    assertEquals(400, answer.status());
    assertTrue(answer.text().contains("\\\"other\\\" is no group of yours"), answer.text());
    answer = set(AUTHOR, "group", List.of("nobody-at-all"), List.of(), 2);
    assertEquals(400, answer.status());
    assertTrue(answer.text().contains("is no account that can log in"), answer.text());
    answer = set(AUTHOR, "group", List.of(), List.of(), 2);
    assertTrue(answer.text().contains("nobody is named"), answer.text());
    assertEquals(409, set(AUTHOR, "everyone", List.of(), List.of(), 1).status(), "another tab");
    assertEquals(200, set(AUTHOR, "everyone", List.of(), List.of(), 2).status());
    assertTrue(
        portal.audit.contains(
            AUTHOR
                + " app.access-changed app nothing: group; author author-ann, group lab, user bob"),
        portal.audit.toString());
  }

  @Test
  void anAuthorWithoutTheRightAnyMoreRunsItAndPublishesNothing() {
    Map<String, Object> body =
        Map.of(
            "stage", "draft",
            "authors", List.of("bob"),
            "users", List.of(),
            "groups", List.of(),
            "version", 0);
    byte[] bytes = TestPortal.bytes(body);
    assertEquals(200, portal.send("admin", null, "PUT", "/apps/nothing/access", bytes).status());
    assertOpen("bob");
    assertFalse(portal.get("bob", "/apps/nothing").json().path("mayChange").asBoolean());
    assertEquals(403, portal.get("bob", "/apps/nothing/access").status());
    assertEquals(403, set("bob", "everyone", List.of(), List.of(), 1).status());
  }

  @Test
  void aBrokenApplicationStaysADraft() throws Exception {
    set("draft", List.of(), List.of());
    TestApps.install(data, "nothing", "title: broken\n");
    TestPortal.await(
        "it is seen",
        () -> portal.get("admin", "/apps/nothing").text().contains("cannot be shown"));
    TestPortal.Answer answer = set(AUTHOR, "everyone", List.of(), List.of(), 1);
    assertEquals(409, answer.status());
    assertTrue(answer.text().contains("stays a draft until this is mended"), answer.text());
  }

  @Test
  void whatIsSaidSurvivesARestart() throws Exception {
    set("group", List.of("bob"), List.of("lab"));
    portal.close();
    open();
    assertOpen("bob");
    assertOpen("gil");
    assertClosed("eve");
  }
}
