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
}
