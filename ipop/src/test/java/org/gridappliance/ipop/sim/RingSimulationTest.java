package org.gridappliance.ipop.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The ring among whole nodes in memory: join, routes, healing. */
class RingSimulationTest {

  private static final int NODES = Boolean.getBoolean("soak") ? 1_000 : 100;

  private static final long IDLE_MILLIS = 180_000;

  @Test
  void nodesJoinTheRingAndPingEachOtherInFewHops() {
    World world = new World(1);
    World.SimNode first = world.add(world.internet.publicHost());
    List<World.SimNode> joining = new ArrayList<>();
    for (int i = 1; i < NODES; i++) {
      World.SimNode node = world.add(host(world.internet, i), first);
      joining.add(node);
      for (int step = 0; step < 2; step++) {
        world.internet.run(200);
        note(world, joining);
      }
    }
    for (int i = 0; i < 150; i++) {
      world.internet.run(200);
      note(world, joining);
    }
    long errors = world.ringErrors();
    long[] joins = joining.stream().mapToLong(n -> n.settledAt - n.bornAt).sorted().toArray();
    int[] hops = pings(world, 400);
    long lost = Arrays.stream(hops).filter(h -> h < 0).count();
    int[] answered = Arrays.stream(hops).filter(h -> h >= 0).sorted().toArray();
    long before = world.internet.hosts().stream().mapToLong(h -> h.sentBytes).sum();
    world.internet.run(IDLE_MILLIS);
    long after = world.internet.hosts().stream().mapToLong(h -> h.sentBytes).sum();
    long kilobytesPerHour = (after - before) / NODES * 3_600_000 / IDLE_MILLIS / 1000;
    System.out.printf(
        "ring of %d: idle %d kB per node and hour (IP and UDP headers included)%n",
        NODES, kilobytesPerHour);
    assertTrue(kilobytesPerHour < 5_000, "idle traffic");
    System.out.printf(
        "ring of %d: join p50 %d ms, p90 %d ms, p99 %d ms; wrong successors %d; "
            + "lost pings %d of %d; hops p50 %d, max %d%n",
        NODES,
        joins[joins.length / 2],
        joins[joins.length * 9 / 10],
        joins[joins.length * 99 / 100],
        errors,
        lost,
        hops.length,
        answered[answered.length / 2],
        answered[answered.length - 1]);
    assertEquals(0, errors, "successors that are not the true ones");
    assertTrue(lost <= hops.length / 100, lost + " pings lost");
    assertTrue(joins[joins.length * 9 / 10] < 10_000, "90 % join within 10 s");
  }

  /** Every fourth node is public; the rest sits behind NATs of the four kinds in turn. */
  static Internet.Host host(Internet internet, int i) {
    return i % 4 == 0
        ? internet.publicHost()
        : internet.hostBehind(internet.nat(List.of(Nat.Kind.values()).get(i / 4 % 4)));
  }

  private static void note(World world, List<World.SimNode> joining) {
    for (World.SimNode node : joining) {
      if (node.settledAt < 0 && node.hasTrueNeighbours()) {
        node.settledAt = world.internet.now;
      }
    }
  }

  /** Echoes between random pairs. {@return hops of each, -1 where no answer came} */
  static int[] pings(World world, int count) {
    int[] hops = new int[count];
    Arrays.fill(hops, -1);
    for (int i = 0; i < count; i++) {
      int at = i;
      World.SimNode from = world.nodes.get(world.internet.random.nextInt(world.nodes.size()));
      World.SimNode to = world.nodes.get(world.internet.random.nextInt(world.nodes.size()));
      if (from == to) {
        hops[at] = 0;
        continue;
      }
      from.node.echo(
          to.node.address(),
          world.internet.now,
          way -> {
            if (way != null) {
              hops[at] = way.size() + 1;
            }
          });
      world.internet.run(20);
    }
    world.internet.run(4_000);
    return hops;
  }
}
