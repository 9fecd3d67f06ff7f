package org.gridappliance.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Await;
import org.gridappliance.tests.fixture.Jvm;
import org.gridappliance.tests.fixture.Namespaces;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.Repository;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A second machine, in a network namespace of its own, joins over HTTPS with one command and shares
 * the work; the merged result is the same to the byte.
 */
@Tag("root")
@Tag("netns")
class SecondMachineTest {
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  @Test
  void jobSharedByTwoMachinesGivesTheSameBytes() throws Exception {
    List<Process> running = new ArrayList<>();
    try (Namespaces hosts = new Namespaces()) {
      try {
        Path data = folder.resolve("a");
        Path here = Files.createDirectories(folder.resolve("log"));
        running.add(
            Jvm.start(
                hosts.onA(),
                here.resolve("portal.log"),
                Map.of("APPLIANCE_ADMIN", Appliance.ADMIN + ":" + Appliance.PASSWORD),
                "org.gridappliance.portal.PortalMain",
                "--data",
                data.toString(),
                "--listen",
                Namespaces.ADDRESS_A,
                "--port",
                "8443",
                "--apps",
                Repository.root().resolve("job-api/apps").toString()));
        CurlPerson ada = new CurlPerson(hosts, data);
        Await.until("the portal answers; see " + here, Duration.ofSeconds(40), ada::healthy);
        ada.login();
        String link =
            ada.post("/api/v1/nodes/join-tokens", PortalClient.JSON.createObjectNode())
                .get("link")
                .asText();
        running.add(
            Jvm.start(
                hosts.onB(),
                here.resolve("b.log"),
                Map.of(),
                "org.gridappliance.agent.AgentMain",
                "join",
                link,
                "--data",
                folder.resolve("b").toString()));
        awaitNodes(ada, 1, here);
        String alone = search(ada, 1).get("table").asText();
        running.add(
            Jvm.start(
                hosts.onA(),
                here.resolve("a.log"),
                Map.of(),
                "org.gridappliance.agent.AgentMain",
                "run",
                "--data",
                data.toString(),
                "--portal",
                CurlPerson.PORTAL,
                "--slots",
                "2"));
        awaitNodes(ada, 2, here);
        ObjectNode shared = search(ada, 50);
        assertEquals(alone, shared.get("table").asText());
        assertEquals(2, shared.get("nodes").size(), shared.get("nodes").toString());
      } finally {
        for (Process process : running.reversed()) {
          process.destroy();
          assertTrue(process.waitFor(20, TimeUnit.SECONDS), "ends when asked to");
        }
      }
    }
  }

  private static void awaitNodes(CurlPerson ada, int ready, Path logs) throws Exception {
    Await.until(
        ready + " nodes are ready; see " + logs,
        Duration.ofSeconds(40),
        () -> {
          int count = 0;
          for (JsonNode node : ada.get("/api/v1/nodes").get("nodes")) {
            count += node.get("state").asText().equals("Ready") ? 1 : 0;
          }
          return count == ready;
        });
  }

  /** Runs the shipped example; {@return the merged table and the names of the nodes that worked} */
  private static ObjectNode search(CurlPerson ada, int chunks) throws Exception {
    String profile = TestApps.exampleEnding("hmmsearch", ".hmm").getFileName().toString();
    String sequences = TestApps.exampleEnding("hmmsearch", ".fasta").getFileName().toString();
    ObjectNode body = PortalClient.JSON.createObjectNode().put("app", "hmmsearch");
    body.put("chunks", chunks)
        .putObject("inputs")
        .put("profile", "example:" + profile)
        .put("sequences", "example:" + sequences)
        .put("evalue", 10);
    String job = "/api/v1/jobs/" + ada.post("/api/v1/jobs", body).get("id").asLong();
    Await.until(
        job + " completes",
        Duration.ofMinutes(2),
        () -> ada.get(job).get("state").asText().equals("Completed"));
    Set<String> nodes = new TreeSet<>();
    ada.get(job + "/subjobs?limit=1000")
        .get("subjobs")
        .forEach(s -> nodes.add(s.get("node").asText()));
    ObjectNode result = PortalClient.JSON.createObjectNode();
    nodes.forEach(result.putArray("nodes")::add);
    return result.put("table", ada.text(job + "/results/hits.tsv"));
  }
}
