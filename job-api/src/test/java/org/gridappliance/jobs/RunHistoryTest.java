package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.SubjobResult;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job history over HTTP: what is kept of each try, who sees it, and the file of it. */
class RunHistoryTest {
  @TempDir static Path folder;
  private static TestPortal portal;

  @BeforeAll
  static void start() throws Exception {
    TestApps.install(folder);
    portal = new TestPortal(folder, new ManualClock());
  }

  @AfterAll
  static void stop() {
    portal.close();
  }

  private static long submit(String user, String name, Object number) {
    return portal.submit(
        user, Map.of("app", "slow", "inputs", Map.of("number", number), "name", name));
  }

  private static JsonNode runs(String user, String query, String more) {
    TestPortal.Answer answer =
        portal.get(user, "/pool/runs?q=" + URLEncoder.encode(query, StandardCharsets.UTF_8) + more);
    assertEquals(200, answer.status(), answer.text());
    return answer.json();
  }

  private static List<String> said(JsonNode page) {
    List<String> said = new ArrayList<>();
    page.path("runs")
        .forEach(
            run ->
                said.add(
                    run.path("name").asText()
                        + "#"
                        + run.path("index").asInt()
                        + " "
                        + run.path("state").asText()
                        + " "
                        + run.path("attempt").asInt()
                        + " "
                        + run.path("exitCode").asText("-")));
    return said;
  }

  private static Lease one(TestExecutor node) {
    List<Lease> leases = node.lease(1, 0);
    assertEquals(1, leases.size());
    return leases.getFirst();
  }

  @Test
  void everyTryOfASubjobIsKeptWithWhatItUsedAndOutlivesItsJob() {
    TestExecutor node = new TestExecutor(() -> portal, "lab-1", 1);
    long job = submit("ann", "=cmd|' /C calc'!A0", 1);
    node.report(List.of(TestExecutor.failed(one(node), Failure.Kind.EXECUTOR)));
    TestExecutor other = new TestExecutor(() -> portal, "lab-1b", 1);
    other.report(List.of(TestExecutor.success(one(other), List.of(), "done")));
    TestPortal.await("its end", () -> portal.state("ann", job).equals("Completed"));
    assertEquals(204, portal.delete("ann", "/jobs/" + job).status());

    JsonNode page = runs("ann", "", "");
    assertEquals(
        List.of("=cmd|' /C calc'!A0#0 Completed 2 0", "=cmd|' /C calc'!A0#0 Retried 1 -"),
        said(page));
    JsonNode last = page.path("runs").get(0);
    assertEquals(job, last.path("job").asLong());
    assertEquals("lab-1b", last.path("machine").asText());
    assertEquals("local", last.path("pool").asText());
    assertEquals("slow", last.path("app").asText());
    assertEquals(1, last.path("cpus").asInt());
    assertEquals(10 << 20, last.path("memoryBytes").asInt());
    assertEquals(1 << 20, last.path("peakMemoryBytes").asInt());
    assertEquals(0.01, last.path("cpuSeconds").asDouble());
    assertEquals("no", page.path("runs").get(1).path("reason").asText());
    assertEquals(366, page.path("keptDays").asInt());

    TestPortal.Answer file = portal.get("ann", "/pool/runs.csv?q=state:completed");
    assertEquals("text/csv; charset=utf-8; header=present", type(file));
    String[] lines = file.text().split("\r\n", -1);
    assertTrue(lines[0].startsWith("job,subjob,name,owner,application,pool,machine,state,try"));
    assertTrue(
        lines[1].startsWith(job + ",0,'=cmd|' /C calc'!A0,ann,slow,local,lab-1b,Completed,2,"),
        lines[1]);
    assertEquals("", lines[2]);
  }

  private static String type(TestPortal.Answer answer) {
    return answer.raw().headers().firstValue("Content-Type").orElse("");
  }

  @Test
  void aPersonSeesHisOwnAndAnAdministratorAll() {
    TestExecutor node = new TestExecutor(() -> portal, "lab-2", 4);
    long mine = submit("bob", "bob's", 1);
    long his = submit("cleo", "cleo's", 2);
    // not so fast that another machine is tried
    node.work(
        lease ->
            new SubjobResult(
                lease.lease(), lease.fence(), 3, null, null, 300, 290.0, 1L, List.of(), "", "bad"));
    TestPortal.await("their ends", () -> portal.state("bob", mine).equals("Failed"));
    TestPortal.await("their ends", () -> portal.state("cleo", his).equals("Failed"));
    assertTrue(said(runs("bob", "", "")).stream().allMatch(run -> run.startsWith("bob's#0")));
    assertEquals(403, portal.get("bob", "/pool/runs?owner=all").status());
    assertEquals(403, portal.get("bob", "/pool/runs.csv?owner=all").status());
    assertFalse(portal.get("bob", "/pool/runs.csv").text().contains("cleo"));
    assertEquals(0, runs("admin", "", "").path("count").asInt());
    assertEquals(
        List.of("cleo's#0 Failed"),
        said(runs("admin", "owner:cleo state:failed exit:3 machine:lab-2", "&owner=all")).stream()
            .map(run -> run.substring(0, "cleo's#0 Failed".length()))
            .toList());
    assertTrue(portal.get("admin", "/pool/runs.csv?owner=all&q=exit:3").text().contains("cleo"));
  }

  @Test
  void whatACancelledJobRanIsRemovedAndPagesFollowTheCursor() {
    TestExecutor node = new TestExecutor(() -> portal, "lab-3", 8);
    long job =
        portal.submit(
            "dora",
            Map.of(
                "app",
                "slow",
                "inputs",
                Map.of(),
                "name",
                "swept",
                "sweep",
                Map.of("number", List.of(1, 2, 3, 4, 5))));
    List<Lease> leases = node.lease(4, 0);
    assertEquals(4, leases.size());
    assertEquals(200, portal.post("dora", "/jobs/" + job + "/cancel", Map.of()).status());
    JsonNode first = runs("dora", "state:removed job:" + job, "&limit=3");
    assertEquals(4, first.path("count").asInt());
    assertEquals(3, first.path("runs").size());
    JsonNode rest = runs("dora", "state:removed", "&limit=3&before=" + first.path("next").asLong());
    assertEquals(1, rest.path("runs").size());
    assertTrue(rest.path("next").isNull());
    TestPortal.Answer bad = portal.get("dora", "/pool/runs?q=colour:red");
    assertEquals(400, bad.status());
    assertTrue(bad.text().contains("there is no \\\"colour\\\"; known are state, app"), bad.text());
  }

  @Test
  void whatAJobAskedForIsComparedWithWhatItUsedAndLessIsSuggested() {
    TestExecutor node = new TestExecutor(() -> portal, "lab-4", 4);
    long job =
        portal.submit(
            "eve",
            Map.of(
                "app",
                "slow",
                "inputs",
                Map.of("number", 1),
                "memoryBytes",
                1L << 30,
                "name",
                "e"));
    JsonNode before = portal.get("eve", "/jobs/" + job + "/efficiency").json();
    assertEquals(0, before.path("measured").asInt());
    assertTrue(before.path("peakMemoryBytes").isNull());
    node.work(
        lease ->
            new SubjobResult(
                lease.lease(),
                lease.fence(),
                0,
                null,
                null,
                100,
                25.0,
                100L << 20,
                List.of(),
                "",
                null));
    TestPortal.await("its end", () -> portal.state("eve", job).equals("Completed"));
    JsonNode used = portal.get("eve", "/jobs/" + job + "/efficiency").json();
    assertEquals(1, used.path("measured").asInt());
    assertEquals(0.25, used.path("usedCores").asDouble());
    assertEquals(1 << 30, used.path("memoryBytes").asLong());
    assertEquals(100 << 20, used.path("peakMemoryBytes").asLong());
    assertEquals(192 << 20, used.path("suggestedMemoryBytes").asLong());
    assertEquals(100, used.path("longestSeconds").asDouble());
    assertEquals(120, used.path("maximumSeconds").asDouble());
    assertEquals(404, portal.get("bob", "/jobs/" + job + "/efficiency").status());

    JsonNode mine = portal.get("eve", "/pool/efficiency?span=week").json();
    assertEquals("[\"eve\"]", mine.path("people").findValues("name").toString());
    assertEquals("[\"slow\"]", mine.path("apps").findValues("name").toString());
    assertEquals(100 / 3600.0, mine.at("/people/0/coreHours").asDouble(), 1e-12);
    assertEquals(25 / 3600.0, mine.at("/people/0/cpuHours").asDouble(), 1e-12);
    assertEquals(100 / 3600.0, mine.at("/people/0/memoryAskedGiBHours").asDouble(), 1e-12);
    assertEquals(100 / 3600.0, mine.at("/people/0/timeUsedHours").asDouble(), 1e-12);
    assertEquals(60 / 3600.0, mine.at("/apps/0/timeExpectedHours").asDouble(), 1e-12);
    assertEquals(120 / 3600.0, mine.at("/jobs/0/timeAllowedHours").asDouble(), 1e-12);
    assertEquals(job, mine.at("/jobs/0/job").asLong());
    assertEquals(1, mine.path("points").size());
    assertEquals(403, portal.get("bob", "/pool/efficiency?owner=all").status());
    assertTrue(
        portal
            .get("admin", "/pool/efficiency?owner=all")
            .json()
            .path("people")
            .toString()
            .contains("eve"));
    assertEquals(403, portal.get("bob", "/pool/efficiency.csv?owner=all").status());
    String[] lines = portal.get("eve", "/pool/efficiency.csv?span=year").text().split("\r\n", -1);
    assertTrue(lines[0].startsWith("job,name,owner,application,runs,completed,core hours"));
    assertEquals(
        job
            + ",e,eve,slow,1,1,0.0278,0.0000,0.0278,0.0069,0.0278,0.0027,1073741824,104857600,"
            + "0.0278,0.0167,0.0333",
        lines[1]);
    assertEquals(400, portal.get("eve", "/pool/efficiency.csv?span=ever").status());
  }
}
