package org.gridappliance.ipop.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.gridappliance.ipop.node.PingReport;
import org.gridappliance.ipop.wire.Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ping test of thesis §5.1.2 on whole rings. */
class PingTestSimulationTest {

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23})
  void everyNodeOfTheRingIsFoundAndPingedThreeTimes(long seed) {
    World world = ring(seed, 30);
    World.SimNode tester = world.nodes.get(7);
    PingReport report = run(world, tester);
    Set<Address> others =
        world.nodes.stream()
            .filter(n -> n != tester)
            .map(n -> n.node.address())
            .collect(Collectors.toCollection(HashSet::new));
    assertEquals(
        others, report.rows().stream().map(PingReport.Row::address).collect(Collectors.toSet()));
    assertEquals(List.of(29L, 0L, 0L, 0L), report.pairsByLost());
    assertFalse(report.sampled());
    assertTrue(report.rows().stream().allMatch(r -> r.millis() > 0), "" + report.rows());
  }

  @Test
  void lossIsTold() {
    World world = ring(24, 12);
    world.internet.loss = 0.2;
    PingReport report = run(world, world.nodes.get(3));
    long lossy = report.rows().stream().filter(r -> r.lost() > 0).count();
    assertTrue(lossy > 0, "" + report);
    assertEquals(
        report.rows().size(), report.pairsByLost().stream().mapToLong(Long::longValue).sum());
  }

  @Test
  void everyNodeTestsWithinTwelveHoursAndTheAloneOnesToo() {
    World world = ring(25, 2);
    World.SimNode alone = world.add(world.internet.publicHost());
    world.internet.run(12 * 3_600_000L + 60_000);
    for (World.SimNode node : world.nodes) {
      assertEquals(1, node.node.pings().runs());
      assertEquals(node == alone ? 0 : 1, node.node.pings().rows().size());
    }
  }

  private static PingReport run(World world, World.SimNode tester) {
    tester.node.beginPings(world.internet.now);
    assertTrue(world.await(600_000, () -> tester.node.pings().runs() == 1) >= 0, "not finished");
    return tester.node.pings();
  }

  private static World ring(long seed, int size) {
    World world = new World(seed);
    World.SimNode first = world.add(world.internet.publicHost());
    for (int i = 1; i < size; i++) {
      world.add(RingSimulationTest.host(world.internet, i), first);
      world.internet.run(300);
    }
    world.internet.run(60_000);
    return world;
  }
}
