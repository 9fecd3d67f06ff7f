package org.gridappliance.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A search cut into chunks finds what the program alone finds, to the byte. */
class ChunksAgreeTest {
  @TempDir private Path folder;

  @Test
  void mergedHitsOf1And4And50ChunksEqualTheUnsplitRun() throws Exception {
    Path profile = TestApps.exampleEnding("hmmsearch", ".hmm");
    Path sequences = TestApps.exampleEnding("hmmsearch", ".fasta");
    try (Appliance appliance = Appliance.start(2)) {
      PortalClient ada = appliance.admin();
      String profileInput = ada.upload("family.hmm", profile);
      String sequencesInput = ada.upload("proteins.fasta", sequences);
      String one = null;
      for (int chunks : new int[] {1, 4, 50}) {
        long job =
            ada.submit(
                "hmmsearch",
                Map.of("profile", profileInput, "sequences", sequencesInput, "evalue", 10),
                Map.of("chunks", chunks));
        JsonNode ended = ada.awaitCompleted(job, Duration.ofMinutes(2));
        assertEquals(chunks, ended.get("counts").get("total").asInt());
        String table = ContainedJobTest.text(ada, job, "hits.tsv");
        if (one == null) {
          one = table;
          assertEquals(unsplit(profile, sequences), targetsAndEvalues(ada, job));
        }
        assertEquals(one, table, chunks + " chunks");
      }
    }
  }

  /** Target and E-value of every hit, as the program writes them when it runs alone. */
  private Set<String> unsplit(Path profile, Path sequences) throws Exception {
    Path table = folder.resolve("alone.tbl");
    Process alone =
        new ProcessBuilder(
                "hmmsearch",
                "--noali",
                "--cpu",
                "0",
                "-E",
                "10",
                "--tblout",
                table.toString(),
                profile.toString(),
                sequences.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertEquals(0, alone.waitFor());
    Set<String> hits =
        Files.readAllLines(table).stream()
            .filter(line -> !line.startsWith("#"))
            .map(line -> List.of(line.split("\\s+")))
            .map(cells -> cells.get(0) + " " + Double.parseDouble(cells.get(4)))
            .collect(Collectors.toCollection(TreeSet::new));
    assertTrue(hits.size() > 5, "the example finds only " + hits);
    return hits;
  }

  private static Set<String> targetsAndEvalues(PortalClient ada, long job) throws Exception {
    JsonNode table =
        ada.get("/api/v1/jobs/" + job + "/tables/hits?columns=target,e_value&limit=10000");
    Set<String> hits = new TreeSet<>();
    for (JsonNode row : table.get("rows")) {
      hits.add(row.get(0).asText() + " " + row.get(1).asDouble());
    }
    return hits;
  }
}
