package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Choices that come from a file, through HTTP. Those of commands: OptionsStoryTest. */
class OptionListsTest {
  private static final String PICK =
      """
      title: Pick
      category: Test
      about: Looks at a chromosome.
      inputs:
        - { name: genome, type: file, title: Genome, as: genome.fa, maximumSize: 1 MiB }
        - { name: deep, type: boolean, title: Deep, default: false }
        - { name: chromosome, type: choice, title: Chromosome, sweepable: true, choices: { input: genome, by: fasta } }
        - { name: without, type: multichoice, title: Without, choices: { input: genome, by: fasta } }
        - { name: also, type: choice, title: Also, showIf: { deep: true }, choices: { input: genome, by: fasta } }
        - name: places
          type: repeat
          title: Places
          inputs:
            - { name: at, type: choice, title: At, choices: { input: genome, by: fasta } }
            - { name: sheet, type: file, title: Sheet, required: false }
            - { name: plain, type: boolean, title: Plain, default: false }
            - { name: sample, type: choice, title: Sample, showIf: { places.plain: false, deep: true }, choices: { input: places.sheet } }
      command: [look, "{genome}", "{chromosome}", { when: without, then: ["{without}"] }, { each: places, then: ["{places.at}", { when: places.sample, then: ["{places.sample}"] }] }]
      outputs: [{ name: said, type: text, title: Output, file: stdout }]
      resources: { memory: 10 MiB, disk: 1 MiB, minimumTime: 0 s, expectedTime: 1 s, maximumTime: 2 min }
      """;

  @TempDir Path data;
  private TestPortal portal;

  @BeforeEach
  void start() throws Exception {
    TestApps.install(data, "pick", PICK);
    portal = new TestPortal(data, Clock.systemUTC());
    genome(">chr1 the first\nACGT\n>chr2\nAC\n><b>3</b>\nT\n");
  }

  @AfterEach
  void stop() {
    portal.close();
  }

  private void genome(String text) throws Exception {
    Files.writeString(portal.home("ann").resolve("genome.fa"), text);
  }

  private TestPortal.Answer find(String user, String input, Map<String, ?> body) {
    return portal.post(user, "/apps/pick/inputs/" + input + "/options", body);
  }

  private TestPortal.Answer submit(Map<String, ?> inputs, Map<String, ?> sweep) {
    return portal.post("ann", "/jobs", Map.of("app", "pick", "inputs", inputs, "sweep", sweep));
  }

  @Test
  void theNamesOfAFileAreListedSearchedAndLookedUp() throws Exception {
    Map<String, String> inputs = Map.of("genome", "genome.fa");
    JsonNode all = find("ann", "chromosome", Map.of("inputs", inputs)).json();
    assertEquals(
        "[{\"value\":\"chr1\",\"note\":\"the"
            + " first\"},{\"value\":\"chr2\"},{\"value\":\"<b>3</b>\"}]",
        all.path("options").toString());
    genome(">other\nA\n");
    // the list that the page holds stays as it was read; asked anew it is the file's
    JsonNode found =
        find(
                "ann",
                "chromosome",
                Map.of(
                    "inputs",
                    inputs,
                    "list",
                    all.path("list").asText(),
                    "search",
                    "FIRST",
                    "chosen",
                    List.of("chr1", "chr9")))
            .json();
    assertEquals("chr1", found.at("/options/0/value").asText());
    assertEquals("[\"chr9\"]", found.path("gone").toString());
    assertEquals(3, found.path("count").asInt());
    assertEquals(
        "other",
        find("ann", "chromosome", Map.of("inputs", inputs)).json().at("/options/0/value").asText());
    // the id is the caller's own
    TestPortal.Answer others =
        find("bob", "chromosome", Map.of("inputs", inputs, "list", all.path("list").asText()));
    assertEquals(400, others.status());
    assertTrue(others.text().contains("there is no file"), others.text());
  }

  @Test
  void aRowChoosesFromItsOwnFileAndFromThatOfTheForm() throws Exception {
    Files.writeString(portal.home("ann").resolve("one.txt"), "a1\na2\n");
    Files.writeString(portal.home("ann").resolve("two.txt"), "b1\n");
    Map<String, ?> first = Map.of("at", "chr1", "sheet", "one.txt", "sample", "a2");
    Map<String, ?> second = Map.of("at", "chr2", "sheet", "two.txt", "sample", "b1");
    Map<String, Object> inputs =
        new java.util.HashMap<>(
            Map.of(
                "genome",
                "genome.fa",
                "chromosome",
                "chr1",
                "deep",
                true,
                "also",
                "chr1",
                "places",
                List.of(first, second)));
    assertEquals(
        "[{\"value\":\"b1\"}]",
        find("ann", "places.sample", Map.of("inputs", inputs, "row", 1))
            .json()
            .path("options")
            .toString());
    assertEquals(
        3, find("ann", "places.at", Map.of("inputs", inputs)).json().path("count").asInt());
    assertEquals(201, submit(inputs, Map.of()).status());

    inputs.put("places", List.of(first, Map.of("at", "chr2", "sheet", "two.txt", "sample", "a1")));
    TestPortal.Answer wrong = submit(inputs, Map.of());
    assertEquals("places[1].sample", wrong.json().at("/errors/0/field").asText());
    assertTrue(wrong.text().contains("is not in Sheet, which gives 1 names, as b1"), wrong.text());
    inputs.put("places", List.of(Map.of("at", "chr9", "plain", true)));
    wrong = submit(inputs, Map.of());
    assertEquals("places[0].at", wrong.json().at("/errors/0/field").asText());
    inputs.put("places", List.of(Map.of("at", "chr1", "sample", "a1")));
    wrong = submit(inputs, Map.of());
    assertTrue(wrong.text().contains("come from Sheet; choose that file first"), wrong.text());
    assertEquals(404, find("ann", "places.plain", Map.of("inputs", inputs, "row", 0)).status());
  }

  @Test
  void whatCannotBeListedIsToldInWords() throws Exception {
    TestPortal.Answer none = find("ann", "chromosome", Map.of("inputs", Map.of()));
    assertEquals(400, none.status());
    assertTrue(none.text().contains("come from Genome; choose that file first"), none.text());
    for (String path : List.of("../bob/genome.fa", "/etc/passwd", "result:1/x", "example:x")) {
      assertEquals(
          400, find("ann", "chromosome", Map.of("inputs", Map.of("genome", path))).status(), path);
    }
    genome("no fasta");
    TestPortal.Answer bad =
        find("ann", "chromosome", Map.of("inputs", Map.of("genome", "genome.fa")));
    assertTrue(bad.text().contains("Genome has no FASTA record"), bad.text());
    genome("x".repeat(2 << 20));
    TestPortal.Answer large =
        find("ann", "chromosome", Map.of("inputs", Map.of("genome", "genome.fa")));
    assertTrue(large.text().contains("want at most 1048576"), large.text());
    assertEquals(404, find("ann", "deep", Map.of("inputs", Map.of())).status());
    assertEquals(404, find("ann", "nothing", Map.of("inputs", Map.of())).status());
  }

  @Test
  void aSubmissionIsHeldAgainstTheBytesThatItStaged() throws Exception {
    TestPortal.Answer wrong = submit(Map.of("genome", "genome.fa", "chromosome", "chr7"), Map.of());
    assertEquals(400, wrong.status());
    assertEquals("chromosome", wrong.json().at("/errors/0/field").asText());
    assertEquals(
        "\"chr7\" is not in Genome, which gives 3 names, as chr1, chr2, <b>3</b>; choose one of"
            + " them",
        wrong.json().at("/errors/0/message").asText());
    assertEquals(
        201, submit(Map.of("genome", "genome.fa", "chromosome", "chr2"), Map.of()).status());
    assertEquals(
        400,
        submit(Map.of("genome", "genome.fa"), Map.of("chromosome", List.of("chr1", "chr8")))
            .status());
    assertEquals(
        201,
        submit(Map.of("genome", "genome.fa"), Map.of("chromosome", List.of("chr1", "chr2")))
            .status());
    assertEquals(
        400,
        submit(
                Map.of(
                    "genome", "genome.fa", "chromosome", "chr1", "without", List.of("chr2", "no")),
                Map.of())
            .status());
    // what is not asked takes no value, and what is asked needs one
    assertEquals(
        400,
        submit(Map.of("genome", "genome.fa", "chromosome", "chr1", "also", "chr1"), Map.of())
            .status());
    assertEquals(
        400,
        submit(Map.of("genome", "genome.fa", "chromosome", "chr1", "deep", true), Map.of())
            .status());
    genome(">new\nA\n");
    assertEquals(
        400, submit(Map.of("genome", "genome.fa", "chromosome", "chr2"), Map.of()).status());
    assertEquals(
        201, submit(Map.of("genome", "genome.fa", "chromosome", "new"), Map.of()).status());
    try (var left = Files.list(data.resolve("jobs"))) {
      assertTrue(left.noneMatch(path -> path.getFileName().toString().startsWith(".new-")));
    }
  }
}
