package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.StreamSupport;
import org.gridappliance.jobs.lease.Lease;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Applications made and changed in the browser, through HTTP. */
class AppSourceTest {
  private static final String AUTHOR = "author-ann";
  private static final String APP = "/apps/mine";
  private static final String SOURCE = APP + "/source";

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

  private String create() {
    TestPortal.Answer answer =
        portal.post(AUTHOR, "/apps", Map.of("id", "mine", "title", "My: \"first\""));
    assertEquals(201, answer.status(), answer.text());
    return answer.json().path("text").asText();
  }

  private TestPortal.Answer save(String user, int version, String text) {
    return portal.change(user, "\"" + version + "\"", "PUT", SOURCE, Map.of("text", text));
  }

  private JsonNode check(String text) {
    TestPortal.Answer answer = portal.post(AUTHOR, SOURCE + "/check", Map.of("text", text));
    assertEquals(200, answer.status(), answer.text());
    return answer.json();
  }

  private TestPortal.Answer publish(String stage, int version) {
    Map<String, Object> body =
        Map.of(
            "stage", stage,
            "authors", List.of(AUTHOR),
            "users", List.of(),
            "groups", List.of(),
            "version", version);
    return portal.send(AUTHOR, null, "PUT", APP + "/access", TestPortal.bytes(body));
  }

  @Test
  void aNewApplicationIsADraftOfItsAuthorThatRunsAtOnce() {
    String text = create();
    assertTrue(text.startsWith("title: \"My: \\\"first\\\"\"\n"), text);
    JsonNode app = portal.get(AUTHOR, APP).json();
    assertEquals("My: \"first\"", app.path("title").asText(), app.toString());
    assertEquals("draft", app.path("stage").asText());
    assertTrue(app.path("editable").asBoolean() && app.path("runnable").asBoolean());
    for (String path : List.of("", "/source", "/access", "/settings")) {
      assertEquals(404, portal.get("eve", APP + path).status(), path);
      assertEquals(404, portal.get("author-eve", APP + path).status(), path);
    }
    assertEquals(404, portal.post("author-eve", SOURCE + "/check", Map.of("text", "")).status());
    assertEquals(404, save("author-eve", 1, text).status());
    assertEquals(200, portal.get("admin", SOURCE).status());
    assertEquals(200, publish("everyone", 1).status());
    assertEquals(403, portal.get("author-eve", SOURCE).status(), "who only runs it");
    assertEquals(403, save("eve", 1, text).status());
    assertFalse(portal.get("eve", APP).json().path("editable").asBoolean());
    assertTrue(portal.submit("eve", Map.of("app", "mine", "inputs", Map.of())) > 0);
    assertTrue(portal.audit.contains(AUTHOR + " app.created app mine"), portal.audit.toString());
  }

  @Test
  void onlyWhoHasTheRightMakesOne() {
    Map<String, Object> body = Map.of("id", "mine", "title", "Mine");
    TestPortal.Answer answer = portal.post("eve", "/apps", body);
    assertEquals(403, answer.status());
    assertTrue(answer.text().contains("the role Application author"), answer.text());
    create();
    assertEquals(409, portal.post("author-eve", "/apps", body).status());
    assertEquals(409, portal.post(AUTHOR, "/apps", Map.of("id", "nothing", "title", "x")).status());
    assertEquals(400, portal.post(AUTHOR, "/apps", Map.of("id", "../up", "title", "x")).status());
    assertEquals(409, portal.get("admin", "/apps/nothing/source").status(), "dropped as a folder");
  }

  @Test
  void mistakesAreToldAtTheirLinesAndNothingIsKept() {
    String text = create();
    assertEquals(0, check(text).path("problems").size());
    assertTrue(check(text).path("app").path("schema").path("properties").has("greeting"));
    JsonNode answer = check(text.replace("type: integer", "type: integr"));
    assertTrue(answer.path("app").isNull());
    JsonNode problem = answer.path("problems").path(0);
    assertEquals(
        text.lines().toList().indexOf("    type: integer") + 1, problem.path("line").asInt());
    assertEquals("inputs[1].type", problem.path("place").asText());
    assertTrue(problem.path("message").asText().contains("integr"), problem.toString());
    assertEquals(1, portal.get(AUTHOR, SOURCE).json().path("version").asInt());
    assertTrue(check("title: [").path("problems").size() > 0);
  }

  @Test
  void everySaveIsAVersionAndOldJobsKeepTheirs() throws Exception {
    String text = create();
    long job = portal.submit(AUTHOR, Map.of("app", "mine", "inputs", Map.of()));
    String second = text.replace("[seq, -f, \"{greeting} %g\", \"{times}\"]", "[echo, second]");
    assertEquals(200, save(AUTHOR, 1, second).status());
    long later = portal.submit(AUTHOR, Map.of("app", "mine", "inputs", Map.of()));
    TestExecutor one = new TestExecutor(() -> portal, "one", 2);
    List<Lease> leases = one.lease(2, 0);
    assertEquals(
        List.of("seq -f hello %g 3", "echo second"),
        List.of(job, later).stream()
            .map(id -> leases.stream().filter(l -> l.job() == id).findFirst().orElseThrow())
            .map(lease -> String.join(" ", lease.command()))
            .toList());
    TestPortal.Answer back =
        portal.change(AUTHOR, "\"2\"", "POST", SOURCE + "/versions/1/restore", null);
    assertEquals(200, back.status(), back.text());
    assertEquals(text, back.json().path("text").asText());
    assertEquals(3, back.json().path("version").asInt());
    assertEquals(1, back.json().path("versions").path(0).path("from").asInt());
    assertEquals(second, portal.get(AUTHOR, SOURCE + "?version=2").json().path("text").asText());
    assertEquals(404, portal.get(AUTHOR, SOURCE + "?version=9").status());
  }

  @Test
  void ofTwoTabsTheSecondIsToldAndLosesNothing() throws Exception {
    String text = create();
    assertEquals(200, save(AUTHOR, 1, text + "# a\n").status());
    TestPortal.Answer answer = save(AUTHOR, 1, text + "# b\n");
    assertEquals(412, answer.status());
    assertTrue(answer.text().contains("nothing was saved"), answer.text());
    assertEquals(text + "# a\n", portal.get(AUTHOR, SOURCE).json().path("text").asText());
    assertEquals(
        "\"2\"", portal.get(AUTHOR, SOURCE).raw().headers().firstValue("ETag").orElseThrow());
    List<Callable<Integer>> tabs =
        Collections.nCopies(
            8, () -> save(AUTHOR, 2, text + "# " + Thread.currentThread()).status());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Integer> statuses =
          threads.invokeAll(tabs).stream().map(one -> one.resultNow()).sorted().toList();
      assertEquals(List.of(200, 412, 412, 412, 412, 412, 412, 412), statuses);
    }
  }

  @Test
  void theFilesOfExamplesComeFromOnesOwnFilesAndBelongToTheirVersion() throws Exception {
    create();
    Files.writeString(portal.home(AUTHOR).resolve("words.txt"), "one two");
    Files.writeString(portal.home("eve").resolve("secret.txt"), "hers");
    Map<String, Object> body = Map.of("file", "home:words.txt");
    String at = SOURCE + "/examples/words.txt";
    TestPortal.Answer answer = portal.change(AUTHOR, "\"1\"", "PUT", at, body);
    assertEquals(200, answer.status(), answer.text());
    assertEquals("words.txt", answer.json().path("files").path(0).path("name").asText());
    assertEquals("one two", portal.get(AUTHOR, APP + "/examples/words.txt").text());
    assertEquals(404, portal.get("eve", APP + "/examples/words.txt").status());
    Files.writeString(portal.home(AUTHOR).resolve("words.txt"), "other");
    assertEquals(200, portal.change(AUTHOR, "\"2\"", "PUT", at, body).status());
    assertEquals("other", portal.get(AUTHOR, APP + "/examples/words.txt").text());
    assertEquals(
        200, portal.change(AUTHOR, "\"3\"", "POST", SOURCE + "/versions/2/restore", null).status());
    assertEquals("one two", portal.get(AUTHOR, APP + "/examples/words.txt").text());
    assertEquals(200, portal.change(AUTHOR, "\"4\"", "DELETE", at, null).status());
    assertEquals(404, portal.get(AUTHOR, APP + "/examples/words.txt").status());
    for (String outside : List.of("home:../../eve/home/secret.txt", "/etc/passwd", "home:")) {
      TestPortal.Answer no = portal.change(AUTHOR, "\"5\"", "PUT", at, Map.of("file", outside));
      assertEquals(400, no.status(), outside);
    }
    assertEquals(
        400, portal.change(AUTHOR, "\"5\"", "PUT", SOURCE + "/examples/.hidden", body).status());
    assertEquals(5, portal.get(AUTHOR, SOURCE).json().path("version").asInt());
  }

  @Test
  void aDraftMayBeBrokenButNotWhatOthersUse() {
    String text = create();
    assertEquals(200, save(AUTHOR, 1, "title: half\n").status());
    assertEquals("title: half\n", portal.get(AUTHOR, SOURCE).json().path("text").asText());
    assertEquals(409, publish("everyone", 1).status());
    assertEquals(200, save(AUTHOR, 2, text).status());
    assertEquals(200, publish("everyone", 1).status());
    TestPortal.Answer answer = save(AUTHOR, 3, "title: half\n");
    assertEquals(400, answer.status());
    assertTrue(answer.text().contains("others use this application"), answer.text());
    assertEquals(text, portal.get(AUTHOR, SOURCE).json().path("text").asText());
  }

  @Test
  void anAuthorOpensNoNetworkAndPacksNoFilesOfOthers() {
    String text = create();
    String reaching = text + "network: [{ host: data.example.org, port: 443 }]\n";
    JsonNode problem = check(reaching).path("problems").path(0);
    assertEquals(text.lines().count() + 1, problem.path("line").asLong());
    assertTrue(problem.path("message").asText().contains("only an administrator"));
    assertEquals(400, save(AUTHOR, 1, reaching).status());
    assertEquals(200, save("admin", 1, reaching).status());
    assertEquals(200, save(AUTHOR, 2, reaching + "# the same\n").status(), "it stands there");
    for (String program : List.of("/var/lib/x", "/usr/../var/x", "../../var/x", "/etc/shadow")) {
      String bad = text.replace("[seq,", "[\"" + program + "\",");
      JsonNode answer = check(bad);
      assertTrue(answer.path("problems").toString().contains("want the name of a program"), bad);
      assertTrue(answer.path("app").isNull());
      assertEquals(400, save("admin", 3, bad).status(), program);
    }
  }

  @Test
  void aPatternThatWouldTakeForEverIsEnded() {
    String text = create().replace("\"[^%]*\"", "\"(a+)+b\"").replace("hello", "ab");
    String good = text.replace("greeting: good morning", "greeting: aab");
    assertEquals(200, save(AUTHOR, 1, good).status(), good);
    Map<String, Object> slow = Map.of("greeting", "a".repeat(60));
    TestPortal.Answer answer =
        portal.post(AUTHOR, "/jobs/estimate", Map.of("app", "mine", "inputs", slow));
    assertEquals(400, answer.status(), answer.text());
  }

  @Test
  void onlyTheNewestVersionsAreKept() {
    String text = create();
    for (int version = 1; version < 60; version++) {
      assertEquals(200, save(AUTHOR, version, text + "# " + version + "\n").status());
    }
    JsonNode versions = portal.get(AUTHOR, SOURCE).json().path("versions");
    assertEquals(50, versions.size());
    List<Integer> kept =
        StreamSupport.stream(versions.spliterator(), false)
            .map(one -> one.path("version").asInt())
            .toList();
    assertEquals(60, kept.getFirst());
    assertEquals(11, kept.getLast());
  }

  @Test
  void whatWasMadeIsThereAfterARestart() throws Exception {
    String text = create();
    portal.close();
    portal = new TestPortal(data, clock);
    assertEquals(text, portal.get(AUTHOR, SOURCE).json().path("text").asText());
    assertEquals(404, portal.get("eve", APP).status());
  }
}
