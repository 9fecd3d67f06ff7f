package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.gridappliance.jobs.job.Json;
import org.gridappliance.jobs.lease.Heartbeat;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.Sharing;
import org.gridappliance.jobs.lease.SharingOrders;
import org.gridappliance.jobs.lease.SharingReport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pool's policy for groups of machines, and the rules of joined ones, over HTTP. */
class PolicyTest {
  @TempDir Path data;
  private final ManualClock clock = new ManualClock();
  private TestPortal portal;
  private TestExecutor desk;

  @BeforeEach
  void start() throws Exception {
    TestApps.install(data);
    portal = new TestPortal(data, clock);
    desk = new TestExecutor(() -> portal, "desk", 2, token("{\"owner\":\"ann\"}"));
  }

  @AfterEach
  void stop() {
    portal.close();
  }

  private String token(String body) {
    return send("admin", "POST", "/nodes/join-tokens", body).json().path("token").asText();
  }

  private TestPortal.Answer send(String user, String method, String path, String body) {
    return portal.send(user, null, method, path, body.getBytes(StandardCharsets.UTF_8));
  }

  private static String rules(String level, int from, int to) {
    ObjectNode rules = (ObjectNode) Json.tree(Sharing.DEFAULT);
    return rules.put("level", level).put("fromHour", from).put("toHour", to).toString();
  }

  private TestPortal.Answer set(String user, String rules) {
    return send(user, "PUT", "/nodes/" + desk.id + "/sharing", rules);
  }

  private JsonNode shown(String user) {
    return portal.get(user, "/nodes/" + desk.id + "/sharing").json();
  }

  private SharingOrders tell(long revision, @Nullable String refused, Sharing now)
      throws Exception {
    SharingReport report =
        new SharingReport(revision, refused, now, null, 0, 100, 40L, "logind", 3, false);
    TestPortal.Answer answer =
        desk.post("/executors/heartbeat", new Heartbeat(List.of(), Json.tree(report)));
    Heartbeat.Orders orders =
        LeaseProtocol.json().readValue(answer.bytes(), Heartbeat.Orders.class);
    assertNotNull(orders.sharing(), answer.text());
    return LeaseProtocol.json().treeToValue(orders.sharing(), SharingOrders.class);
  }

  @Test
  void ownerOfAJoinedMachineSetsItsRulesAndItsAgentGetsThem() throws Exception {
    assertEquals(0, tell(0, null, Sharing.DEFAULT).revision());
    assertEquals("logind", shown("ann").path("idleSource").asText());
    assertEquals(200, set("ann", rules("AWAY", 8, 17)).status());
    assertTrue(shown("ann").path("waiting").asBoolean());
    SharingOrders orders = tell(0, null, Sharing.DEFAULT);
    Sharing wanted = orders.rules();
    assertNotNull(wanted);
    assertEquals(Sharing.Level.AWAY, wanted.level());
    tell(orders.revision(), null, wanted);
    JsonNode taken = shown("ann");
    assertFalse(taken.path("waiting").asBoolean());
    assertEquals(17, taken.at("/sharing/toHour").asInt());
    tell(orders.revision(), "exclusive has 'systemd'", Sharing.DEFAULT);
    assertEquals("exclusive has 'systemd'", shown("ann").path("refused").asText());
    assertEquals("ALWAYS", shown("ann").at("/sharing/level").asText());
  }

  @Test
  void reportThatMakesNoSenseLosesNoLease() throws Exception {
    portal.submit("ann", Map.of("app", "slow", "inputs", Map.of()));
    Lease lease = desk.lease(1, 0).getFirst();
    Heartbeat.Item item = new Heartbeat.Item(lease.lease(), lease.fence(), true, null);
    for (String report :
        List.of(
            "{}", "{\"sharing\":7}", "{\"sharing\":{\"level\":\"SOMETIMES\"},\"revision\":1}")) {
      TestPortal.Answer answer =
          desk.post(
              "/executors/heartbeat",
              new Heartbeat(List.of(item), LeaseProtocol.json().readTree(report)));
      assertEquals(200, answer.status(), answer.text());
      assertEquals("default", answer.json().at("/sharing/group").asText());
      assertFalse(shown("ann").path("told").asBoolean());
    }
  }

  @Test
  void rulesAreForTheOwnerAndAdminsOnly() {
    for (String other : List.of("bob", "reader")) {
      assertEquals(403, portal.get(other, "/nodes/" + desk.id + "/sharing").status());
      assertEquals(403, set(other, rules("OFF", 0, 24)).status());
    }
    assertEquals(200, set("admin", rules("AWAY", 0, 24)).status());
    assertEquals(200, send("admin", "PATCH", "/nodes/" + desk.id, "{\"owner\":\"bob\"}").status());
    assertEquals(200, portal.get("bob", "/nodes/" + desk.id + "/sharing").status());
    assertEquals(403, portal.get("ann", "/nodes/" + desk.id + "/sharing").status());
    assertTrue(portal.get("bob", "/nodes/" + desk.id).json().path("mine").asBoolean());
    assertEquals(403, send("bob", "PATCH", "/nodes/" + desk.id, "{\"group\":\"x\"}").status());
  }

  @Test
  void whoMakesALinkOwnsWhatJoinsByIt() {
    TestExecutor other = new TestExecutor(() -> portal, "other", 1, token("{}"));
    assertEquals("admin", portal.get("admin", "/nodes/" + other.id).json().path("owner").asText());
    JsonNode seen = portal.get("ann", "/nodes/" + other.id).json();
    assertTrue(seen.path("owner").isNull(), "whose it is, is not everybody's business");
    assertEquals(403, portal.get("ann", "/nodes/" + other.id + "/sharing").status());
  }

  @Test
  void policyOfItsGroupReachesAMachineAndOutlivesTheProgram() throws Exception {
    assertEquals(200, send("admin", "PUT", "/pool/policies/lab-2", rules("AWAY", 18, 6)).status());
    assertEquals(null, tell(0, null, Sharing.DEFAULT).bounds());
    send("admin", "PATCH", "/nodes/" + desk.id, "{\"group\":\"lab-2\"}");
    portal.close();
    portal = new TestPortal(data, clock);
    SharingOrders orders = tell(0, null, Sharing.DEFAULT);
    assertEquals("lab-2", orders.group());
    Sharing bounds = orders.bounds();
    assertNotNull(bounds);
    assertEquals(Sharing.Level.AWAY, bounds.level());
    JsonNode groups = portal.get("admin", "/pool/policies").json().path("policies");
    assertEquals("desk", groups.at("/1/nodes/0/name").asText());
    assertEquals(204, send("admin", "DELETE", "/pool/policies/lab-2", "").status());
    assertEquals(404, send("admin", "DELETE", "/pool/policies/lab-2", "").status());
    assertEquals(null, tell(0, null, Sharing.DEFAULT).bounds());
  }

  @Test
  void rulesThatLeaveNoHourBesideThePolicyAreRefused() {
    send("admin", "PUT", "/pool/policies/default", rules("ALWAYS", 18, 6));
    TestPortal.Answer refused = set("ann", rules("ALWAYS", 8, 17));
    assertEquals(422, refused.status());
    assertTrue(
        refused.text().contains("allows jobs from 18:00 to 6:00, these rules from 8:00 to 17:00"),
        refused.text());
    assertEquals(200, set("ann", rules("ALWAYS", 8, 19)).status());
    assertEquals(200, set("ann", rules("OFF", 8, 17)).status());
  }

  @Test
  void policiesAreForPoolAdminsAndNamedPlainly() {
    assertEquals(403, portal.get("ann", "/pool/policies").status());
    assertEquals(403, send("ann", "PUT", "/pool/policies/default", rules("OFF", 0, 24)).status());
    assertEquals(403, send("ann", "DELETE", "/pool/policies/default", "").status());
    assertEquals(422, send("admin", "PUT", "/pool/policies/Lab", rules("OFF", 0, 24)).status());
    TestPortal.Answer wrong =
        send("admin", "PUT", "/pool/policies/lab", rules("AWAY", 0, 24).replace("100", "0"));
    assertEquals(422, wrong.status());
    assertTrue(wrong.text().contains("cpuPercent is 0; wanted is 1 to 100"), wrong.text());
  }
}
