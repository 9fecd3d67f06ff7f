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
import java.util.stream.IntStream;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.SubjobResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One job over many files: a subjob for each. */
class FileSweepTest {
  private static final String WEIGH =
      """
      title: Weigh
      category: Test
      about: Weighs samples, one at a time.
      inputs:
        - { name: scale, type: file, title: Scale, as: scale.txt }
        - { name: sample, type: file, title: Sample, as: sample.txt, sweepable: true }
        - { name: times, type: integer, title: Times, default: 1, sweepable: true }
      command: [weigh, "{scale}", "{sample}", "{sample.bytes}", "{times}"]
      outputs:
        - name: weights
          type: table
          title: Weights
          file: weights.tsv
          format: tsv
          columns: [{ name: grams, title: Grams, type: integer }]
      resources: { memory: 10 MiB, disk: 1 MiB, minimumTime: 0 s, expectedTime: 0.01 s, maximumTime: 2 min }
      """;

  @TempDir Path data;
  private TestPortal portal;

  @BeforeEach
  void start() throws Exception {
    TestApps.install(data, "weigh", WEIGH);
    portal = new TestPortal(data, Clock.systemUTC());
    Path home = portal.home("ann");
    Files.createDirectories(home.resolve("samples"));
    Files.writeString(home.resolve("scale.txt"), "g");
    Files.writeString(home.resolve("samples/light.txt"), "7");
    Files.writeString(home.resolve("samples/heavy one.txt"), "700");
  }

  @AfterEach
  void stop() {
    portal.close();
  }

  private static Map<String, Object> request(List<String> samples) {
    return Map.of(
        "app",
        "weigh",
        "inputs",
        Map.of("scale", "scale.txt"),
        "sweep",
        Map.of("sample", samples, "times", List.of(1, 2)));
  }

  private static SubjobResult weigh(TestExecutor executor, Lease lease) {
    FileRef sample =
        lease.inputs().stream()
            .filter(f -> f.path().equals("sample.txt"))
            .findFirst()
            .orElseThrow();
    byte[] weight = executor.input(lease, sample);
    assertEquals(Integer.toString(weight.length), lease.command().get(3));
    String row = new String(weight, StandardCharsets.UTF_8) + "\n";
    return TestExecutor.success(
        lease,
        List.of(executor.output(lease, "weights.tsv", row.getBytes(StandardCharsets.UTF_8))),
        null);
  }

  @Test
  void eachFileIsASubjobAndItsNameAColumnAlsoAfterARestart() throws Exception {
    TestExecutor executor = new TestExecutor(() -> portal, "one", 2);
    long id =
        portal.submit("ann", request(List.of("samples/light.txt", "home:samples/heavy one.txt")));
    Files.delete(portal.home("ann").resolve("samples/light.txt")); // the job has its own
    assertEquals(4, portal.job("ann", id).at("/counts/total").asInt());
    portal.close();
    portal = new TestPortal(data, Clock.systemUTC());
    assertEquals(4, executor.work(lease -> weigh(executor, lease)));
    TestPortal.await("job completes", () -> portal.state("ann", id).equals("Completed"));
    assertEquals(
        """
        sample\ttimes\tgrams
        samples/heavy one.txt\t1\t700
        samples/heavy one.txt\t2\t700
        samples/light.txt\t1\t7
        samples/light.txt\t2\t7
        """,
        portal.get("ann", "/jobs/" + id + "/results/weights.tsv").text());
    assertTrue(
        portal
            .get("ann", "/jobs/" + id + "/subjobs")
            .text()
            .contains("sample = samples/heavy one.txt"));
  }

  @Test
  void filesThatAreNotThereAreNamedAndNothingIsSubmitted() {
    TestPortal.Answer refused =
        portal.post("ann", "/jobs", request(List.of("samples/light.txt", "samples/gone.txt")));
    assertEquals(400, refused.status());
    assertEquals("sample", refused.json().at("/errors/0/field").asText());
    assertTrue(refused.text().contains("gone.txt"), refused.text());
    List<String> many = IntStream.range(0, 1001).mapToObj(i -> "s" + i).toList();
    TestPortal.Answer tooMany = portal.post("ann", "/jobs", request(many));
    assertTrue(tooMany.text().contains("1,001 files: want at most 1,000"), tooMany.text());
    assertEquals(0, portal.get("ann", "/jobs").json().path("count").asInt());
    assertEquals(404, portal.get("bob", "/jobs/1").status());
  }

  @Test
  void othersFilesAreNotReached() {
    TestPortal.Answer refused =
        portal.post("bob", "/jobs", request(List.of("../../ann/home/samples/light.txt")));
    assertEquals(400, refused.status(), refused.text());
  }

  @Test
  void anEstimateCountsThem() {
    JsonNode estimate =
        portal
            .post(
                "ann",
                "/jobs/estimate",
                request(List.of("samples/light.txt", "samples/heavy one.txt")))
            .json();
    assertEquals(4, estimate.path("subjobs").asInt());
  }

  @Test
  void settingsThatAreSharedLeaveThemOut() {
    portal.homes.numbers.put("lab", 1L);
    portal.homes.members.put("lab", java.util.Set.of("ann", "bob"));
    Map<String, Object> body =
        Map.of("request", request(List.of("samples/light.txt")), "group", "lab");
    TestPortal.Answer kept =
        portal.send("ann", null, "PUT", "/apps/weigh/settings/Mine", TestPortal.bytes(body));
    assertEquals(200, kept.status(), kept.text());
    JsonNode seen = portal.get("bob", "/apps/weigh/settings").json().at("/shared/0");
    assertTrue(seen.at("/request/sweep/sample").isMissingNode(), seen.toString());
    assertEquals("[1,2]", seen.at("/request/sweep/times").toString());
    assertTrue(seen.toString().contains("\"sample\""), "it is named among what was left out");
  }

  @Test
  void aDropFolderGivesOneFile() {
    Map<String, Object> job = request(List.of("samples/light.txt"));
    TestPortal.Answer refused =
        portal.post(
            "ann",
            "/triggers",
            Map.of("name", "Drop", "job", job, "folder", Map.of("path", "in", "input", "sample")));
    assertEquals(400, refused.status(), refused.text());
    assertTrue(refused.text().contains("takes the new file"), refused.text());
  }
}
