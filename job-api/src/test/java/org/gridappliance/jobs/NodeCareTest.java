package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.gridappliance.jobs.lease.Lease;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What pool admins do with nodes. */
class NodeCareTest {
  @TempDir Path data;
  private final ManualClock clock = new ManualClock();
  private TestPortal portal;
  private TestExecutor one;
  private TestExecutor other;

  @BeforeEach
  void start() throws Exception {
    TestApps.install(data);
    portal = new TestPortal(data, clock);
    one = new TestExecutor(() -> portal, "one", 2);
    other = new TestExecutor(() -> portal, "other", 2);
  }

  @AfterEach
  void stop() {
    portal.close();
  }

  private long submit(int subjobs) {
    return portal.submit(
        "ann",
        Map.of(
            "app", "slow",
            "inputs", Map.of(),
            "sweep", Map.of("number", IntStream.rangeClosed(1, subjobs).boxed().toList())));
  }

  private TestPortal.Answer set(String user, long node, String json) {
    return portal.send(
        user, null, "PATCH", "/nodes/" + node, json.getBytes(StandardCharsets.UTF_8));
  }

  private JsonNode node(long id) {
    return portal.get("ann", "/nodes/" + id).json();
  }

  @Test
  void aDrainingNodeKeepsWhatItRunsAndGetsNothingMore() {
    submit(4);
    Lease lease = one.lease(1, 0).getFirst();
    assertEquals(200, set("admin", one.id, "{\"standing\":\"draining\"}").status());
    assertEquals("Draining", node(one.id).path("state").asText());
    assertEquals(List.of(), one.lease(1, 0));
    assertEquals(List.of(), one.heartbeat(List.of(lease)).stop());
    assertEquals(204, one.report(List.of(TestExecutor.success(lease, List.of(), ""))).status());
    assertTrue(node(one.id).path("reason").asText().startsWith("drained"));

    set("admin", one.id, "{\"standing\":\"open\"}");
    assertEquals(1, one.lease(1, 0).size());
  }

  @Test
  void whatABannedNodeRanGoesToAnotherAndItsResultIsRefused() {
    long job = submit(1);
    Lease lease = one.lease(1, 0).getFirst();
    assertEquals(200, set("admin", one.id, "{\"standing\":\"banned\"}").status());
    assertEquals(List.of(lease.lease()), one.heartbeat(List.of(lease)).stop());
    Lease again = other.lease(1, 0).getFirst();
    assertEquals(lease.index(), again.index());
    int late = one.report(List.of(TestExecutor.success(lease, List.of(), ""))).status();
    assertTrue(late == 404 || late == 409, "status " + late);
    assertEquals(204, other.report(List.of(TestExecutor.success(again, List.of(), ""))).status());
    assertEquals(1, portal.job("ann", job).at("/counts/completed").asInt());
    assertEquals(List.of(), one.lease(1, 0));
  }

  @Test
  void standingAndPlaceSurviveARestart() throws Exception {
    set("admin", one.id, "{\"standing\":\"banned\"}");
    set(
        "admin",
        one.id,
        "{\"place\":{\"name\":\"Gainesville\",\"latitude\":29.65,\"longitude\":-82.32}}");
    portal.close();
    portal = new TestPortal(data, clock);
    JsonNode node = node(one.id);
    assertEquals("Banned", node.path("state").asText());
    assertEquals("Gainesville", node.at("/place/name").asText());
    assertEquals(-82.32, node.at("/place/longitude").asDouble());

    set("admin", one.id, "{\"place\":null}");
    assertFalse(node(one.id).has("place"));
  }

  @Test
  void aNodeWithoutPlaceTellsTheCountryOfItsAddress() throws Exception {
    portal.close();
    portal =
        new TestPortal(
            JobSettings.of(data, List.of(data.resolve("apps")))
                .withCountries(
                    met -> met.equals("127.0.0.1") ? Optional.of("DE") : Optional.empty()),
            clock);
    assertFalse(node(one.id).has("country"), "it was not met since the start");
    one.lease(1, 0);
    assertEquals("DE", node(one.id).path("country").asText());
    assertFalse(node(other.id).has("country"));
    other.heartbeat(List.of());
    assertEquals("DE", node(other.id).path("country").asText());
    set("admin", one.id, "{\"place\":{\"name\":\"Here\",\"latitude\":1,\"longitude\":2}}");
    assertFalse(node(one.id).has("country"), "its place was set");
  }

  @Test
  void onlyAPoolAdminChangesANode() {
    assertEquals(403, set("ann", one.id, "{\"standing\":\"banned\"}").status());
    assertEquals(404, set("admin", 4711, "{\"standing\":\"banned\"}").status());
    assertEquals("Ready", node(other.id).path("state").asText().replace("Away", "Ready"));
    assertTrue(portal.audit.stream().noneMatch(line -> line.contains("node.banned")));
  }

  @Test
  void whenAllNodesAreClosedThePoolSaysHowToGoOn() {
    one.lease(1, 0);
    other.lease(1, 0);
    set("admin", one.id, "{\"standing\":\"draining\"}");
    set("admin", other.id, "{\"standing\":\"banned\"}");
    JsonNode pool = portal.get("ann", "/pool").json();
    assertFalse(pool.path("accepting").asBoolean());
    assertTrue(pool.path("reason").asText().contains("open one on the Pool page"));
  }
}
