package org.gridappliance.jobs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShippedAppsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final AppCatalog catalog = new AppCatalog(List.of(Path.of("apps")));

  @Test
  void everyShippedApplicationIsInOrder() {
    catalog
        .list()
        .forEach(entry -> assertEquals("", entry.problem().orElse(""), "problem of " + entry.id()));
  }

  @Test
  void hmmsearchGetsTheSizeOfTheWholeDatabase() throws Exception {
    App app = catalog.find("hmmsearch").orElseThrow();
    Inputs inputs =
        InputValues.check(
            app,
            JSON.readTree(
                """
                {"profile": "a b.hmm", "sequences": "$(rm -rf).fasta", "evalue": 1e-30}
                """),
            MissingNode.getInstance());
    List<String> command =
        CommandLine.expand(
            app,
            inputs.all(0),
            Map.of("profile", Facts.ofBytes(10), "sequences", new Facts(12_345, 99)));
    assertEquals(
        "hmmsearch --cpu 0 --noali -Z 12345 --domZ 12345 -E 1e-30 --domE 1e-30 --tblout hits.tbl"
            + " --domtblout domains.tbl -o report.txt profile.hmm sequences.fasta",
        String.join(" ", command));
  }
}
