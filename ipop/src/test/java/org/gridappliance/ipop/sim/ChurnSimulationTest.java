package org.gridappliance.ipop.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gridappliance.ipop.services.Network;
import org.junit.jupiter.api.Test;

/** Nodes come and go; the addresses of the living stay their own. */
class ChurnSimulationTest {

  private static final int NODES = Boolean.getBoolean("soak") ? 300 : 40;

  @Test
  void noAddressIsGivenTwiceWhileThirtyPercentAreReplaced() {
    World world = new World(20);
    Map<World.SimNode, Machine> machines = new HashMap<>();
    World.SimNode first = world.add(world.internet.publicHost());
    for (int i = 1; i < NODES; i++) {
      world.add(RingSimulationTest.host(world.internet, i), first);
      world.internet.run(400);
    }
    world.internet.run(15_000);
    int number = 0;
    for (World.SimNode node : world.nodes) {
      Machine machine = new Machine(node, number++);
      assertNotEquals(0, machine.dhcp(world), "no address");
      machines.put(node, machine);
    }
    assertUnique(world, machines);

    for (int i = 0; i < NODES * 3 / 10; i++) {
      int at = 1 + world.internet.random.nextInt(world.nodes.size() - 1);
      World.SimNode gone = world.nodes.get(at);
      gone.die();
      machines.remove(gone);
      World.SimNode fresh = world.add(RingSimulationTest.host(world.internet, i), first);
      world.internet.run(8_000);
      Machine machine = new Machine(fresh, number++);
      assertNotEquals(0, machine.dhcp(world), "no address during churn");
      machines.put(fresh, machine);
      assertUnique(world, machines);
    }

    long healed = world.await(120_000, () -> world.ringErrors() == 0);
    assertTrue(healed >= 0, world.ringErrors() + " wrong successors");
    world.internet.run(60_000);
    int arrived = 0;
    List<World.SimNode> nodes = new ArrayList<>(world.nodes);
    for (int i = 0; i < nodes.size(); i++) {
      World.SimNode from = nodes.get(i);
      World.SimNode to = nodes.get((i + 7) % nodes.size());
      int source = machines.get(from).address;
      to.received.clear();
      long took =
          world.await(
              10_000,
              () -> {
                from.fromMachine(machines.get(from).packet(machines.get(to).address, 20));
                return to.received.stream().anyMatch(f -> f.getInt(26) == source);
              });
      arrived += took >= 0 ? 1 : 0;
    }
    assertEquals(nodes.size(), arrived, "pairs that reach each other after the churn");
  }

  @Test
  void theRingComesBackAfterEverybodyWasCutOffWithTheBootstrapNodeDead() {
    World world = new World(21);
    World.SimNode first = world.add(world.internet.publicHost());
    for (int i = 1; i < 24; i++) {
      world.add(RingSimulationTest.host(world.internet, i), first);
      world.internet.run(400);
    }
    world.internet.run(30_000);
    first.die();
    world.internet.loss = 1;
    world.internet.run(600_000);
    assertTrue(
        world.nodes.stream().allMatch(n -> n.node.neighbours(true).isEmpty()), "nobody is left");
    world.internet.loss = 0;
    long healed = world.await(120_000, () -> world.ringErrors() == 0);
    assertTrue(healed >= 0, world.ringErrors() + " wrong successors");
  }

  @Test
  void theLastTwoTalkAgainAfterAShortCut() {
    World world = new World(22);
    World.SimNode first = world.add(world.internet.publicHost());
    World.SimNode server = world.add(world.internet.publicHost(), first);
    World.SimNode client =
        world.add(world.internet.hostBehind(world.internet.nat(Nat.Kind.PORT_RESTRICTED)), first);
    world.internet.run(20_000);
    Machine to = new Machine(server, 0);
    Machine from = new Machine(client, 1);
    assertNotEquals(0, to.dhcp(world));
    assertNotEquals(0, from.dhcp(world));
    assertTrue(passes(world, from, client, to, server) >= 0, "before");
    first.die();
    world.internet.loss = 1;
    for (int i = 0; i < 30; i++) {
      client.fromMachine(from.packet(to.address, 20));
      world.internet.run(200);
    }
    world.internet.loss = 0;
    assertTrue(passes(world, from, client, to, server) >= 0, "after");
  }

  private static long passes(
      World world, Machine from, World.SimNode client, Machine to, World.SimNode server) {
    server.received.clear();
    return world.await(
        60_000,
        () -> {
          client.fromMachine(from.packet(to.address, 20));
          return server.received.stream().anyMatch(f -> f.getInt(26) == from.address);
        });
  }

  private static void assertUnique(World world, Map<World.SimNode, Machine> machines) {
    Map<Integer, World.SimNode> owners = new HashMap<>();
    for (World.SimNode node : world.nodes) {
      for (int address : node.net.ownAddresses()) {
        assertTrue(owners.put(address, node) == null, "twice: " + Network.text(address));
      }
      if (machines.containsKey(node)) {
        assertTrue(node.net.ownAddresses().contains(machines.get(node).address), "lost its lease");
      }
    }
  }
}
