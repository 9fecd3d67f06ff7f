package org.gridappliance.agent.controller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.Sharing;
import org.gridappliance.jobs.lease.Sharing.Level;
import org.gridappliance.jobs.lease.SharingOrders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the portal says of sharing: bounds hold, rules are taken once, nonsense changes nothing. */
class PoolPolicyTest {
  private static final LocalDateTime NOON = LocalDateTime.of(2026, 11, 20, 12, 0);
  @TempDir Path folder;
  private Controller controller;
  private PoolPolicy policy;

  @BeforeEach
  void open() throws IOException {
    controller = controller();
    policy = PoolPolicy.open(folder, controller);
  }

  private Controller controller() throws IOException {
    return new Controller(folder, Signals.ofThisMachine(58_500), new Nothing());
  }

  private static final class Nothing implements Controller.Jobs {
    @Override
    public void run(int percent) {}

    @Override
    public void pause(String why) {}

    @Override
    public void leave(String why) {}
  }

  private static JsonNode orders(@Nullable Sharing bounds, long revision, @Nullable Sharing rules) {
    return LeaseProtocol.json().valueToTree(new SharingOrders("lab", bounds, revision, rules));
  }

  private Optional<String> pausedBecause(Controller controller) throws InterruptedException {
    controller.tick(RulesTest.at(NOON, Duration.ofHours(1), 0));
    return Optional.ofNullable(controller.state().orElseThrow().paused());
  }

  @Test
  void boundsHoldAtOnceAndAfterAStartWithoutThePortal() throws Exception {
    assertEquals(Optional.empty(), pausedBecause(controller));
    policy.told(orders(RulesTest.with(Level.OFF), 0, null));
    assertTrue(pausedBecause(controller).orElseThrow().contains("policy"));
    Controller again = controller();
    PoolPolicy.open(folder, again);
    assertTrue(pausedBecause(again).orElseThrow().contains("policy"));
    assertEquals("lab", again.group());
    policy.told(orders(null, 0, null));
    assertEquals(Optional.empty(), pausedBecause(controller));
  }

  @Test
  void ownerMayNotSetHereWhatThePolicyLeavesNoHourFor() {
    policy.told(orders(hours(18, 24), 0, null));
    Sharing.Wrong refused = assertThrows(Sharing.Wrong.class, () -> controller.set(hours(8, 17)));
    assertTrue(
        String.valueOf(refused.getMessage())
            .contains("group lab allows jobs from 18:00 to 24:00, these rules from 8:00 to 17:00"),
        refused.getMessage());
  }

  @Test
  void rulesOfThePortalAreTakenOnceSoThatLaterOnesSetHereStay() throws Exception {
    policy.told(orders(null, 5, RulesTest.with(Level.AWAY)));
    assertEquals(Level.AWAY, controller.sharing().level());
    controller.set(RulesTest.with(Level.GENTLE));
    policy.told(orders(null, 5, RulesTest.with(Level.AWAY)));
    assertEquals(Level.GENTLE, controller.sharing().level());
    policy.told(orders(null, 6, RulesTest.with(Level.AWAY)));
    assertEquals(Level.AWAY, controller.sharing().level());
    pausedBecause(controller);
    assertEquals(6, policy.report().orElseThrow().revision());
  }

  @Test
  void rulesThatCannotBeHereAreToldBackAndChangeNothing() throws Exception {
    String first = Files.readString(Path.of("/proc/1/comm")).strip();
    policy.told(orders(null, 5, exclusive(first)));
    pausedBecause(controller);
    assertEquals(Sharing.DEFAULT, controller.sharing());
    assertTrue(String.valueOf(policy.report().orElseThrow().refused()).contains("'" + first + "'"));
    policy.told(orders(null, 6, exclusive("blender")));
    assertEquals(null, policy.report().orElseThrow().refused());
  }

  @Test
  void wordsThatMakeNoSenseLoseNothing() throws Exception {
    policy.told(orders(RulesTest.with(Level.AWAY), 5, RulesTest.with(Level.AWAY)));
    for (String words :
        List.of(
            "7",
            "{}",
            "{\"group\":\"x\",\"revision\":9,\"bounds\":{\"level\":\"SOMETIMES\"}}",
            "{\"group\":\"x\",\"revision\":9,\"rules\":{\"level\":\"AWAY\",\"cpuPercent\":0}}")) {
      policy.told(LeaseProtocol.json().readTree(words));
      assertEquals("lab", controller.group(), words);
      assertEquals(Level.AWAY, controller.bounds().orElseThrow().level(), words);
      assertEquals(Level.AWAY, controller.sharing().level(), words);
    }
  }

  private static Sharing hours(int from, int to) {
    Sharing all = Sharing.DEFAULT;
    return new Sharing(
        all.level(), 3, 100, 50, 0, false, from, to, all.days(), all.exclusive(), 10);
  }

  private static Sharing exclusive(String name) {
    Sharing all = Sharing.DEFAULT;
    return new Sharing(all.level(), 3, 100, 50, 0, false, 0, 24, all.days(), List.of(name), 10);
  }
}
