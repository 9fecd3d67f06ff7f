package org.gridappliance.ipop.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.ipop.services.Network;
import org.junit.jupiter.api.Test;

/** DHCP, ARP, DNS and IP among whole nodes in memory. */
class VirtualNetSimulationTest {

  private static final int ACK = 5;
  private static final int NAK = 6;

  @Test
  void everyMachineGetsAnAddressOfItsOwnAndReachesTheOthers() {
    World world = new World(2);
    List<Machine> machines = pool(world, 24);
    Set<Integer> addresses = new HashSet<>();
    for (Machine machine : machines) {
      assertNotEquals(0, machine.address, "no address");
      assertTrue(addresses.add(machine.address), "twice " + Network.text(machine.address));
    }
    int arrived = 0;
    int tries = 0;
    for (int i = 0; i < machines.size(); i++) {
      int j = (i * 7 + 3) % machines.size();
      if (i == j) {
        continue;
      }
      tries++;
      World.SimNode to = world.nodes.get(j);
      to.received.clear();
      world.nodes.get(i).fromMachine(machines.get(i).packet(machines.get(j).address, 100));
      int source = machines.get(i).address;
      if (world.await(5_000, () -> to.received.stream().anyMatch(f -> f.getInt(26) == source))
          >= 0) {
        arrived++;
      }
    }
    assertEquals(tries, arrived, "packets that arrived");
  }

  @Test
  void packetWithAnotherNodesSourceAddressIsRefused() {
    World world = new World(3);
    List<Machine> machines = pool(world, 4);
    World.SimNode victim = world.nodes.get(1);
    World.SimNode liar = world.nodes.get(2);
    // a first honest packet, so that there is a session
    liar.fromMachine(machines.get(2).packet(machines.get(1).address, 10));
    world.internet.run(5_000);
    victim.received.clear();
    liar.fromMachine(machines.get(2).packet(machines.get(3).address, machines.get(1).address, 10));
    world.internet.run(5_000);
    assertTrue(victim.received.stream().noneMatch(f -> f.getInt(26) == machines.get(3).address));
    assertTrue(victim.node.counters().all().get("ipRefused") > 0);
  }

  @Test
  void namesAndArpAreAnsweredOnTheDevice() {
    World world = new World(4);
    List<Machine> machines = pool(world, 3);
    World.SimNode node = world.nodes.get(0);
    Machine machine = machines.get(0);
    String name = Network.name(machines.get(1).address);

    ByteBuffer full = ask(node, machine.dns(name + ".ipop", 1));
    assertEquals(0, full.get(45) & 0xf);
    assertEquals(machines.get(1).address, full.getInt(full.limit() - 4));
    ByteBuffer bare = ask(node, machine.dns(name, 1));
    assertEquals(machines.get(1).address, bare.getInt(bare.limit() - 4));
    assertEquals(5, ask(node, machine.dns("example.org", 1)).get(45) & 0xf, "REFUSED");
    assertEquals(3, ask(node, machine.dns("c999000001.ipop", 1)).get(45) & 0xf, "NXDOMAIN");
    ByteBuffer reverse = ask(node, machine.dns("1.0.128.10.in-addr.arpa", 12));
    assertEquals(1, reverse.getShort(48), "answers");

    ByteBuffer arp = ask(node, machine.arp(machines.get(1).address));
    assertEquals(machines.get(1).address, arp.getInt(28));
    node.received.clear();
    node.fromMachine(machine.arp(machine.address));
    assertTrue(node.received.isEmpty(), "a machine's question for itself is a check for doubles");
  }

  @Test
  void chosenNameBelongsToTheFirstUntilItGoes() {
    World world = new World(6);
    World.SimNode first = world.add(world.internet.publicHost(), Optional.of("ada"));
    World.SimNode second =
        world.add(RingSimulationTest.host(world.internet, 1), Optional.of("ada"), first);
    World.SimNode third = world.add(RingSimulationTest.host(world.internet, 2), first);
    for (int i = 3; i < 8; i++) {
      world.add(RingSimulationTest.host(world.internet, i), first);
    }
    world.internet.run(20_000);
    Machine one = new Machine(first, 0);
    one.dhcp(world);
    world.internet.run(5_000);
    Machine two = new Machine(second, 1);
    two.dhcp(world);
    Machine asking = new Machine(third, 2);
    asking.dhcp(world);
    world.internet.run(5_000);

    assertEquals("held", first.net.hostName().state());
    assertEquals("taken", second.net.hostName().state());
    assertEquals(Optional.of(first.identity.publicKey()), second.net.hostName().holder());
    assertEquals(one.address, resolved(world, third, asking, "ada.ipop"));
    assertEquals(one.address, resolved(world, second, two, "ADA.ipop"));
    assertEquals(0, resolved(world, third, asking, "eve.ipop"));

    first.die();
    long took =
        world.await(1_200_000, () -> resolved(world, third, asking, "ada.ipop") == two.address);
    assertTrue(took >= 0, "the name is not free again");
    assertEquals("held", second.net.hostName().state());
  }

  /** {@return the address a name stands for}, 0 for none. */
  private static int resolved(World world, World.SimNode node, Machine machine, String name) {
    node.received.clear();
    node.fromMachine(machine.dns(name, 1));
    assertTrue(world.await(10_000, () -> !node.received.isEmpty()) >= 0, "no answer for " + name);
    ByteBuffer answer = node.received.getFirst();
    return answer.getShort(48) == 1 ? answer.getInt(answer.limit() - 4) : 0;
  }

  @Test
  void afterAPartitionExactlyOneOwnerOfAnAddressRemains() {
    World world = new World(5);
    List<Machine> machines = pool(world, 12);
    for (int i = 0; i < world.nodes.size(); i++) {
      world.nodes.get(i).host.side = i % 2;
    }
    world.internet.partition(true);
    world.internet.run(400_000);
    // both halves give the same address to a machine configured by hand
    int contested = 0x0a808081;
    Machine one = new Machine(world.nodes.get(0), 1000);
    Machine two = new Machine(world.nodes.get(1), 1001);
    one.address = contested;
    two.address = contested;
    world.nodes.get(0).fromMachine(one.arp(machines.get(5).address));
    world.nodes.get(1).fromMachine(two.arp(machines.get(5).address));
    world.internet.run(10_000);
    assertTrue(world.nodes.get(0).net.ownAddresses().contains(contested));
    assertTrue(world.nodes.get(1).net.ownAddresses().contains(contested));

    world.internet.partition(false);
    long took =
        world.await(
            600_000,
            () ->
                world.nodes.get(0).net.ownAddresses().contains(contested)
                    != world.nodes.get(1).net.ownAddresses().contains(contested));
    assertTrue(took >= 0, "both still think they own it");
    assertEquals(0, world.ringErrors());
    Machine loser = world.nodes.get(0).net.ownAddresses().contains(contested) ? two : one;
    Machine winner = loser == one ? two : one;
    assertEquals(ACK, winner.renew(world));
    assertNotEquals(ACK, loser.renew(world), "the loser keeps nothing");
    assertFalse(loser.renew(world) == NAK && loser.address != contested);
  }

  private static ByteBuffer ask(World.SimNode node, byte[] frame) {
    node.received.clear();
    node.fromMachine(frame);
    assertEquals(1, node.received.size());
    return node.received.getFirst();
  }

  /** A ring of nodes of all NAT kinds, each with one machine that has run its DHCP client. */
  private static List<Machine> pool(World world, int size) {
    World.SimNode first = world.add(world.internet.publicHost());
    for (int i = 1; i < size; i++) {
      world.add(RingSimulationTest.host(world.internet, i), first);
      world.internet.run(500);
    }
    world.internet.run(15_000);
    List<Machine> machines = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      Machine machine = new Machine(world.nodes.get(i), i);
      machine.dhcp(world);
      machines.add(machine);
    }
    return machines;
  }
}
