package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Saved settings that their owner shares with a group. */
class SharedSettingsTest {
  private static final String SETTINGS = "/apps/nothing/settings";
  private static final String MINE = SETTINGS + "/Mine";

  @TempDir Path data;
  private TestPortal portal;

  @BeforeEach
  void start() throws Exception {
    TestApps.install(data);
    TestApps.install(
        data,
        "dock",
        """
        title: Dock
        category: Test
        about: Takes files, also in rows.
        inputs:
          - { name: receptor, type: file, title: Receptor }
          - { name: grid, type: file, title: Grid }
          - { name: seed, type: integer, title: Seed, default: 1 }
          - name: ligands
            type: repeat
            title: Ligands
            inputs:
              - { name: file, type: file, title: File }
              - { name: charge, type: integer, title: Charge, default: 0 }
        command: ["true", "{receptor}", "{grid}", "{seed}", { each: ligands, then: ["{ligands.file}", "{ligands.charge}"] }]
        outputs:
          - { name: said, type: text, title: Output, file: stdout }
        resources: { memory: 10 MiB, disk: 1 MiB, minimumTime: 0 s, expectedTime: 0.01 s, maximumTime: 2 min }
        """);
    portal = new TestPortal(data, new ManualClock());
    portal.homes.numbers.put("lab", 1L);
    portal.homes.numbers.put("other", 2L);
    portal.homes.members.put("lab", Set.of("ann", "bob"));
    portal.homes.members.put("other", Set.of("eve"));
  }

  @AfterEach
  void stop() {
    portal.close();
  }

  private TestPortal.Answer put(String user, String path, int version, Map<String, ?> more) {
    Map<String, Object> request =
        Map.of("app", "nothing", "inputs", Map.of(), "name", "by " + user);
    return put(user, path, version, request, more);
  }

  private TestPortal.Answer put(
      String user, String path, int version, Map<String, ?> request, Map<String, ?> more) {
    Map<String, Object> body = new HashMap<>(more);
    body.put("request", request);
    if (version > 0) {
      body.put("version", version);
    }
    return portal.send(user, null, "PUT", path, TestPortal.bytes(body));
  }

  private static JsonNode tree(Object value) {
    return TestPortal.JSON.valueToTree(value);
  }

  private JsonNode shared(String user) {
    return portal.get(user, SETTINGS).json().path("shared");
  }

  @Test
  void membersOfTheGroupSeeThemAndOnlyTheirOwnerChangesThem() {
    TestPortal.Answer kept = put("ann", MINE, 0, Map.of("group", "lab"));
    assertEquals(200, kept.status(), kept.text());
    assertEquals("lab", kept.json().path("group").asText());
    JsonNode seen = shared("bob").path(0);
    assertEquals("by ann", seen.at("/request/name").asText());
    assertEquals("ann", seen.path("owner").asText());
    assertEquals("lab", seen.path("group").asText());
    assertEquals(0, shared("ann").size(), "her own are not among those of others");
    assertEquals(tree(List.of("lab")), portal.get("bob", SETTINGS).json().path("groups"));
    assertEquals(0, shared("eve").size());
    assertEquals(0, shared("admin").size(), "an administrator outside of the group sees them not");

    for (String other : List.of("bob", "eve", "admin")) {
      assertEquals(404, portal.delete(other, MINE).status());
      assertEquals(409, put(other, MINE, 1, Map.of()).status());
      assertEquals(200, put(other, MINE, 0, Map.of()).status(), "a copy of his own");
      assertEquals(204, portal.delete(other, MINE).status());
    }
    assertEquals("by ann", shared("bob").at("/0/request/name").asText());
    assertEquals(1, shared("bob").at("/0/version").asInt());

    TestPortal.Answer changed = put("ann", MINE, 1, Map.of());
    assertEquals("lab", changed.json().path("group").asText(), "still shared");
    assertEquals(409, put("ann", MINE, 1, Map.of("group", "")).status(), "of two tabs one is told");
    assertEquals(1, shared("bob").size());
    assertEquals(200, put("ann", MINE, 2, Map.of("group", "")).status());
    assertEquals(0, shared("bob").size());
    assertEquals(200, put("ann", MINE, 3, Map.of("group", "lab")).status());
    assertEquals(204, portal.delete("ann", MINE).status());
    assertEquals(0, shared("bob").size());
  }

  @Test
  void whoLeavesTheGroupSeesThemNoMoreAndARemovedGroupSharesNothing() {
    assertEquals(200, put("ann", MINE, 0, Map.of("group", "lab")).status());
    portal.homes.members.put("lab", Set.of("ann"));
    assertEquals(0, shared("bob").size());
    portal.homes.members.put("lab", Set.of("bob"));
    assertEquals(1, shared("bob").size(), "what was shared stays when its owner leaves");
    TestPortal.Answer kept = put("ann", MINE, 1, Map.of("group", "lab"));
    assertEquals(200, kept.status(), "and its owner goes on with it");
    portal.homes.members.remove("lab");
    portal.homes.numbers.remove("lab");
    assertEquals(0, shared("bob").size());
    JsonNode own = portal.get("ann", SETTINGS).json().at("/settings/0/group");
    assertTrue(own.isNull(), "it is hers alone");
    portal.homes.numbers.put("lab", 7L); // another group of that name
    portal.homes.members.put("lab", Set.of("bob"));
    assertEquals(0, shared("bob").size());
    assertEquals(400, put("ann", MINE, 2, Map.of("group", "lab")).status());
  }

  @Test
  void onlyGroupsOfTheOwnerAreNamed() {
    TestPortal.Answer refused = put("ann", MINE, 0, Map.of("group", "other"));
    assertEquals(400, refused.status());
    assertTrue(refused.text().contains("\\\"other\\\" is no group of yours"), refused.text());
    assertEquals(0, portal.get("ann", SETTINGS).json().path("settings").size());
    assertEquals(400, put("ann", MINE, 0, Map.of("group", "never")).status());
  }

  @Test
  void filesOfTheOwnerAreLeftOutForOthers() {
    String path = "/apps/dock/settings/Dock";
    Map<String, Object> inputs =
        Map.of(
            "receptor", "home:secret/receptor.pdb",
            "grid", "example:grid.txt",
            "seed", 7,
            "gone", "secret/of-an-older-form",
            "ligands",
                List.of(
                    Map.of("file", "secret/one.pdb", "charge", 1),
                    Map.of("file", "result:7/secret", "charge", 2)));
    Map<String, Object> request = Map.of("app", "dock", "inputs", inputs);
    assertEquals(200, put("ann", path, 0, request, Map.of("group", "lab")).status());
    TestPortal.Answer seen = portal.get("bob", "/apps/dock/settings");
    assertFalse(seen.text().contains("secret"), seen.text());
    JsonNode one = seen.json().at("/shared/0");
    assertEquals(
        tree(
            Map.of(
                "grid",
                "example:grid.txt",
                "seed",
                7,
                "ligands",
                List.of(Map.of("charge", 1), Map.of("charge", 2)))),
        one.at("/request/inputs"));
    assertEquals(tree(List.of("receptor", "ligands.file")), one.path("filesLeftOut"));
    JsonNode own = portal.get("ann", "/apps/dock/settings").json().at("/settings/0");
    assertEquals("home:secret/receptor.pdb", own.at("/request/inputs/receptor").asText());
    assertTrue(own.path("filesLeftOut").isMissingNode());
  }

  @Test
  void anApplicationThatIsClosedShowsNothing() {
    assertEquals(200, put("ann", MINE, 0, Map.of("group", "lab")).status());
    Map<String, Object> draft =
        Map.of(
            "stage", "draft", "authors", List.of(), "users", List.of(), "groups", List.of(),
            "version", 0);
    byte[] body = TestPortal.bytes(draft);
    assertEquals(200, portal.send("admin", null, "PUT", "/apps/nothing/access", body).status());
    assertEquals(404, portal.get("bob", SETTINGS).status());
    assertEquals(404, put("bob", MINE, 0, Map.of()).status());
  }
}
