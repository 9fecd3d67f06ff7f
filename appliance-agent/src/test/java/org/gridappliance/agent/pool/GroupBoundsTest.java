package org.gridappliance.agent.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.gridappliance.agent.verb.Verb;
import org.gridappliance.jobs.lease.GroupPolicies;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.Sharing;
import org.gridappliance.jobs.lease.Sharing.Level;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The policy's way from the manager's agent over the collector's ad to a machine. */
@Tag("root")
class GroupBoundsTest {
  private static final long SEED = 20261122;
  private static final String OWN = "10.77.0.12";

  @TempDir Path folder;
  private final List<String> told = new ArrayList<>();

  private static Sharing level(Level level) {
    Sharing free = Sharing.DEFAULT;
    return new Sharing(
        level,
        free.idleMinutes(),
        free.cpuPercent(),
        free.inUsePercent(),
        free.foreignCpuPercent(),
        free.onBattery(),
        free.fromHour(),
        free.toHour(),
        free.days(),
        List.of("blender"),
        free.longestPauseMinutes());
  }

  private static JsonNode json(GroupPolicies policies) {
    return LeaseProtocol.json().valueToTree(policies);
  }

  private PoolBounds bounds() {
    return new PoolBounds(
        new PoolFolders(folder),
        (group, policy) -> told.add(group + " " + (policy == null ? "free" : policy.level())));
  }

  /** What the collector's ad says with that configuration. */
  private static String ad(String config) {
    return config.isEmpty() ? "undefined" : config.replaceAll("(?s).*= \"(.*)\"\n", "$1");
  }

  @Test
  void whatThePortalSaysIsWhatAMachineHears() throws Exception {
    GroupBounds manager = GroupBounds.of(new PoolFolders(folder));
    assertEquals("", manager.config());
    assertEquals("", manager.revision());
    GroupPolicies said =
        new GroupPolicies(
            Map.of("default", level(Level.GENTLE), "lab-2", level(Level.AWAY)),
            Map.of(OWN, "lab-2"));
    manager.set("r1", json(said));
    assertEquals("r1", manager.revision());
    assertTrue(manager.config().startsWith("COLLECTOR_ATTRS = GridPolicies\nGridPolicies = \""));
    GroupPolicies heard = GroupBounds.told(ad(manager.config()));
    assertEquals(said, heard);
    assertEquals(Level.AWAY, heard.bounds(OWN).orElseThrow().level());
    assertEquals(Level.GENTLE, heard.bounds("10.77.0.13").orElseThrow().level());
    manager.set("r2", json(GroupPolicies.NONE));
    assertEquals("", manager.config());
  }

  @Test
  void boundsHoldWhileTheManagerIsAwayAndEndWithTheMembership() throws Exception {
    PoolBounds first = bounds();
    first.begin("10.77.0.1");
    GroupBounds manager = GroupBounds.of(new PoolFolders(folder));
    manager.set("r", json(new GroupPolicies(Map.of("lab", level(Level.AWAY)), Map.of(OWN, "lab"))));
    first.told(OWN, ad(manager.config()));
    first.told(OWN, ad(manager.config()));
    bounds().begin("10.77.0.1"); // the agent was started anew
    bounds().begin("10.77.0.2"); // of another pool now
    bounds().begin("10.77.0.1");
    assertEquals(List.of(" free", "lab AWAY", "lab AWAY", " free", " free"), told);
  }

  @Test
  void freedByThePortalItIsFree() throws Exception {
    PoolBounds machine = bounds();
    machine.begin("10.77.0.1");
    GroupBounds manager = GroupBounds.of(new PoolFolders(folder));
    manager.set("r", json(new GroupPolicies(Map.of("default", level(Level.OFF)), Map.of())));
    machine.told(OWN, ad(manager.config()));
    machine.told(OWN, "undefined");
    assertEquals(List.of(" free", "default OFF", "default free"), told);
  }

  @Test
  void policiesThatCannotBeAreRefusedByName() throws Exception {
    GroupBounds manager = GroupBounds.of(new PoolFolders(folder));
    JsonNode wrong =
        LeaseProtocol.json()
            .readTree("{\"groups\":{},\"machines\":{\"10.77.0.1\\nALLOW_WRITE = *\":\"lab\"}}");
    Verb.Refused e = assertThrows(Verb.Refused.class, () -> manager.set("r", wrong));
    assertTrue(String.valueOf(e.getMessage()).contains("address is '10.77.0.1?ALLOW_WRITE"));
    assertEquals("", manager.revision());
    Files.writeString(folder.resolve("policies.json"), "{\"revision\"");
    assertThrows(IOException.class, manager::config);
  }

  /** Whatever an ad says: bounds, or what held holds. */
  @Test
  void noTextOfAnAdStopsAMachine() throws Exception {
    GroupBounds manager = GroupBounds.of(new PoolFolders(folder));
    manager.set("r", json(new GroupPolicies(Map.of("lab", level(Level.AWAY)), Map.of(OWN, "lab"))));
    String good = ad(manager.config());
    byte[] json = Base64.getDecoder().decode(good);
    Random random = new Random(SEED);
    for (int i = 0; i < 2000; i++) {
      byte[] bad = json.clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(128);
      }
      String text =
          random.nextInt(10) == 0
              ? new String(bad, StandardCharsets.ISO_8859_1)
              : Base64.getEncoder().encodeToString(bad);
      try {
        GroupBounds.told(text);
      } catch (IOException e) {
        assertNull(e.getCause() instanceof NullPointerException ? e : null, "seed " + SEED);
      }
    }
  }
}
