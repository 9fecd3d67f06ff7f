package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.SubjobResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job's whole life through HTTP. */
class JobLifeTest {
  @TempDir Path data;
  private TestPortal portal;

  @BeforeEach
  void start() throws Exception {
    TestApps.install(data);
    portal = new TestPortal(data, Clock.systemUTC());
    Files.writeString(portal.home("ann").resolve("words.txt"), "b\na\nc\nd\n");
  }

  @AfterEach
  void stop() {
    portal.close();
  }

  /** Writes every line of the chunk with the number 1. */
  static SubjobResult count(TestExecutor executor, Lease lease) {
    FileRef data = lease.inputs().getFirst();
    String text = new String(executor.input(lease, data), StandardCharsets.UTF_8);
    String table = text.replace("\n", "\t1\n");
    return TestExecutor.success(
        lease,
        List.of(executor.output(lease, "counts.tsv", table.getBytes(StandardCharsets.UTF_8))),
        null);
  }

  @Test
  void aSplitJobIsSubmittedRunMergedAndRead() {
    TestExecutor executor = new TestExecutor(() -> portal, "one", 2);
    long id =
        portal.submit(
            "ann", Map.of("app", "count", "inputs", Map.of("data", "words.txt"), "chunks", 4));
    assertEquals("Idle", portal.state("ann", id));
    assertEquals(4, portal.job("ann", id).at("/counts/total").asInt());
    assertEquals(4, executor.work(lease -> count(executor, lease)));
    TestPortal.await("job completes", () -> portal.state("ann", id).equals("Completed"));
    JsonNode results = portal.get("ann", "/jobs/" + id + "/results").json();
    assertEquals("counts.tsv", results.at("/files/0/path").asText());
    assertEquals(4, results.at("/tables/0/rows").asInt());
    assertTrue(results.path("complete").asBoolean());
    JsonNode rows = portal.get("ann", "/jobs/" + id + "/tables/counts?sort=-word&limit=2").json();
    assertEquals("[[\"d\",1],[\"c\",1]]", rows.path("rows").toString());
    assertEquals(4, rows.path("count").asInt());
    TestPortal.Answer file = portal.get("ann", "/jobs/" + id + "/results/counts.tsv");
    assertEquals("word\tn\na\t1\nb\t1\nc\t1\nd\t1\n", file.text());
    assertEquals(
        "\"" + results.at("/files/0/sha256").asText() + "\"",
        file.raw().headers().firstValue("ETag").orElse(""));
  }

  @Test
  void aMergeCommandRunsAsALeaseOnTheMergedFiles() {
    TestExecutor executor = new TestExecutor(() -> portal, "one", 2);
    long id =
        portal.submit(
            "ann", Map.of("app", "merging", "inputs", Map.of("data", "words.txt"), "chunks", 2));
    // once: asking again could hand out the merge already
    executor.report(executor.lease(256, 0).stream().map(lease -> count(executor, lease)).toList());
    List<Lease> merge = executor.lease(4, 10);
    assertEquals(1, merge.size());
    assertEquals(-1, merge.getFirst().index());
    assertEquals(List.of("summarize", "counts.tsv"), merge.getFirst().command());
    byte[] merged = executor.input(merge.getFirst(), merge.getFirst().inputs().getFirst());
    assertTrue(new String(merged, StandardCharsets.UTF_8).startsWith("word\tn\na\t1\n"));
    FileRef summary =
        executor.output(
            merge.getFirst(), "summary.txt", "4 words\n".getBytes(StandardCharsets.UTF_8));
    executor.report(List.of(TestExecutor.success(merge.getFirst(), List.of(summary), null)));
    TestPortal.await("job completes", () -> portal.state("ann", id).equals("Completed"));
    assertEquals("4 words\n", portal.get("ann", "/jobs/" + id + "/results/summary.txt").text());
    assertEquals(
        "Summary",
        portal.get("ann", "/jobs/" + id + "/results").json().at("/texts/0/title").asText());
  }

  @Test
  void somebodyElsesJobIsNotHere() {
    long id = portal.submit("ann", Map.of("app", "nothing", "inputs", Map.of()));
    for (String path :
        List.of(
            "",
            "/subjobs",
            "/results",
            "/tables/x",
            "/events",
            "/results.zip",
            "/crate.zip",
            "/results/stdout",
            "/text?file=stdout",
            "/text/matches?file=stdout&words=x",
            "/subjobs/0/output/stdout")) {
      assertEquals(404, portal.get("bob", "/jobs/" + id + path).status(), path);
    }
    for (String action : List.of("suspend", "resume", "hold", "release", "cancel", "resubmit")) {
      assertEquals(404, portal.post("bob", "/jobs/" + id + "/" + action, Map.of()).status());
    }
    assertEquals(404, portal.delete("bob", "/jobs/" + id).status());
    assertEquals(0, portal.get("bob", "/jobs").json().path("count").asInt());
    assertEquals(200, portal.get("admin", "/jobs/" + id).status());
    assertEquals(403, portal.get("bob", "/jobs?owner=all").status());
    assertEquals(403, portal.post("reader", "/jobs", Map.of()).status());
  }

  @Test
  void inputsThatLeadOutOfTheHomeAreRefused() throws Exception {
    Path home = portal.home("ann");
    Files.writeString(data.resolve("secret"), "x\n");
    Files.createSymbolicLink(home.resolve("link"), data.resolve("secret"));
    Files.createSymbolicLink(home.resolve("folder"), data);
    Files.createDirectory(home.resolve("real"));
    for (String path :
        List.of(
            "../secret",
            "link",
            "folder/secret",
            "real",
            "real/../words.txt",
            "absent",
            "a\u0000b",
            "/",
            "",
            "x".repeat(4000),
            "example:../app.yaml",
            "\uD83E\uDD84")) {
      TestPortal.Answer answer =
          portal.post("ann", "/jobs", Map.of("app", "count", "inputs", Map.of("data", path)));
      assertEquals(400, answer.status(), path + " " + answer.text());
      assertEquals("data", answer.json().at("/errors/0/field").asText(), answer.text());
    }
    try (var folders = Files.list(data.resolve("jobs"))) {
      assertEquals(List.of(".apps"), folders.map(f -> f.getFileName().toString()).toList());
    }
  }

  @Test
  void aFileIsCopiedAtSubmission() throws Exception {
    TestExecutor executor = new TestExecutor(() -> portal, "one", 2);
    long id =
        portal.submit(
            "ann", Map.of("app", "count", "inputs", Map.of("data", "/words.txt"), "chunks", 2));
    Files.writeString(portal.home("ann").resolve("words.txt"), "other\n");
    executor.work(lease -> count(executor, lease));
    TestPortal.await("job completes", () -> portal.state("ann", id).equals("Completed"));
    assertTrue(portal.get("ann", "/jobs/" + id + "/results/counts.tsv").text().contains("b\t1"));
  }

  @Test
  void resultsLeaveAsInertAttachmentsWithTheirHash() {
    TestExecutor executor = new TestExecutor(() -> portal, "one", 2);
    long id = portal.submit("ann", Map.of("app", "nothing", "inputs", Map.of()));
    executor.work(lease -> TestExecutor.success(lease, List.of(), "<script>alert(1)</script>"));
    TestPortal.await("job completes", () -> portal.state("ann", id).equals("Completed"));
    var headers = portal.get("ann", "/jobs/" + id + "/results/stdout").raw().headers();
    assertTrue(headers.firstValue("Content-Disposition").orElse("").startsWith("attachment"));
    assertTrue(headers.firstValue("Content-Security-Policy").orElse("").startsWith("sandbox"));
    assertEquals("application/octet-stream", headers.firstValue("Content-Type").orElse(""));
    for (String path :
        List.of("/results/../app.yaml", "/results/%2e%2e%2fx", "/results/stdout%00")) {
      int status = portal.get("ann", "/jobs/" + id + path).status();
      assertTrue(status == 404 || status == 405, path + " " + status);
    }
    byte[] zip = portal.get("ann", "/jobs/" + id + "/results.zip").bytes();
    assertEquals('P', zip[0]);
    assertEquals('K', zip[1]);
  }

  @Test
  void anEndedJobIsACrateOfItsInputsItsResultsAndWhatRan() throws Exception {
    TestExecutor executor = new TestExecutor(() -> portal, "one", 2);
    long id =
        portal.submit(
            "ann",
            Map.of(
                "app", "count", "inputs", Map.of("data", "words.txt"), "chunks", 2, "name", "x"));
    assertEquals(409, portal.get("ann", "/jobs/" + id + "/crate.zip").status());
    executor.work(lease -> count(executor, lease));
    TestPortal.await("job completes", () -> portal.state("ann", id).equals("Completed"));
    Map<String, byte[]> parts = new java.util.LinkedHashMap<>();
    byte[] bytes = portal.get("ann", "/jobs/" + id + "/crate.zip").bytes();
    try (var zip = new java.util.zip.ZipInputStream(new java.io.ByteArrayInputStream(bytes))) {
      for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        parts.put(entry.getName(), zip.readAllBytes());
      }
    }
    JsonNode graph =
        new com.fasterxml.jackson.databind.ObjectMapper()
            .readTree(parts.getOrDefault("ro-crate-metadata.json", new byte[0]))
            .path("@graph");
    Map<String, JsonNode> entities = new java.util.HashMap<>();
    graph.forEach(entity -> entities.put(entity.path("@id").asText(), entity));
    assertEquals(graph.size(), entities.size(), "ids are unique");
    for (JsonNode entity : graph) {
      for (JsonNode value : entity) {
        for (JsonNode one : value.isArray() ? value : List.of(value)) {
          String reference = one.path("@id").asText("http");
          assertTrue(
              reference.startsWith("http") || entities.containsKey(reference),
              entity + " names " + reference);
        }
      }
    }
    int files = 0;
    for (JsonNode part : entities.getOrDefault("./", graph).path("hasPart")) {
      String path = part.path("@id").asText();
      byte[] content = parts.getOrDefault(path, new byte[0]);
      JsonNode described = entities.getOrDefault(path, graph);
      assertEquals("File", described.path("@type").asText());
      if (described.has("sha256")) {
        assertEquals(Integer.toString(content.length), described.path("contentSize").asText());
        byte[] hash = java.security.MessageDigest.getInstance("SHA-256").digest(content);
        assertEquals(
            java.util.HexFormat.of().formatHex(hash), described.path("sha256").asText(), path);
        files++;
      }
    }
    assertTrue(files >= 2, parts.keySet().toString());
    assertEquals(parts.size() - 1, entities.getOrDefault("./", graph).path("hasPart").size());
    JsonNode run = entities.getOrDefault("#run", graph);
    assertEquals("CreateAction", run.path("@type").asText());
    assertTrue(run.path("actionStatus").path("@id").asText().endsWith("/CompletedActionStatus"));
    assertEquals("#application", run.path("instrument").path("@id").asText());
    assertEquals("ann", entities.getOrDefault("#owner", graph).path("name").asText());
    try (var left = Files.list(data.resolve("jobs/" + id))) {
      assertTrue(left.noneMatch(file -> file.getFileName().toString().startsWith(".crate")));
    }
  }

  @Test
  void anEstimateLeavesNothingBehind() throws Exception {
    JsonNode estimate =
        portal
            .post(
                "ann",
                "/jobs/estimate",
                Map.of("app", "count", "inputs", Map.of("data", "words.txt"), "chunks", 3))
            .json();
    assertEquals(3, estimate.path("subjobs").asInt());
    assertTrue(estimate.path("wallSeconds").isNull());
    assertTrue(estimate.path("waitsFor").asText().contains("no executor has joined"));
    try (var folders = Files.list(data.resolve("jobs"))) {
      assertEquals(List.of(".apps"), folders.map(f -> f.getFileName().toString()).toList());
    }
  }

  @Test
  void aBadRequestNamesEveryBadField() {
    JsonNode answer =
        portal
            .post(
                "ann", "/jobs", Map.of("app", "count", "inputs", Map.of("times", 0, "nonsense", 1)))
            .json();
    assertEquals(400, answer.path("status").asInt());
    assertEquals(3, answer.path("errors").size(), answer.toString());
  }

  @Test
  void aHundredThousandSubjobsAreSubmittedWithoutARowEach() {
    long id =
        portal.submit(
            "ann",
            Map.of(
                "app", "nothing",
                "inputs", Map.of(),
                "sweep",
                    Map.of(
                        "number",
                        java.util.stream.IntStream.rangeClosed(1, 100_000).boxed().toList())));
    JsonNode page = portal.get("ann", "/jobs/" + id + "/subjobs?from=99999").json();
    assertEquals(100_000, page.path("states").asText().length());
    assertEquals("number = 100000", page.at("/subjobs/0/label").asText());
    TestExecutor executor = new TestExecutor(() -> portal, "one", 2);
    assertEquals(256, executor.lease(256, 0).size());
    portal.post("ann", "/jobs/" + id + "/cancel", Map.of());
    assertEquals(204, portal.delete("ann", "/jobs/" + id).status());
  }
}
