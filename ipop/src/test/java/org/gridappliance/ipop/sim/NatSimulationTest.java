package org.gridappliance.ipop.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.gridappliance.ipop.node.Node;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which pairs behind NATs become direct, and that the others are relayed. */
class NatSimulationTest {

  static Stream<List<Nat.Kind>> pairs() {
    return Stream.of(Nat.Kind.values())
        .flatMap(a -> Stream.of(Nat.Kind.values()).map(b -> List.of(a, b)));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void pairBecomesDirectOrIsRelayed(List<Nat.Kind> kinds) {
    World world = new World(100 + kinds.hashCode() % 7);
    World.SimNode bootstrap = world.add(world.internet.publicHost());
    World.SimNode a =
        world.add(world.internet.hostBehind(world.internet.nat(kinds.get(0))), bootstrap);
    World.SimNode b =
        world.add(world.internet.hostBehind(world.internet.nat(kinds.get(1))), bootstrap);
    world.internet.run(15_000);

    boolean strict =
        kinds.contains(Nat.Kind.SYMMETRIC)
            && (kinds.contains(Nat.Kind.PORT_RESTRICTED)
                || kinds.stream().allMatch(Nat.Kind.SYMMETRIC::equals));
    Node.PeerView view = view(a, b);
    assertEquals(!strict, view.direct(), view.path());
    if (strict) {
      assertEquals("relay " + bootstrap.node.address(), view.path());
    }
    assertTrue(traffic(world, a, b), "no traffic from a to b");
    assertTrue(traffic(world, b, a), "no traffic from b to a");
  }

  @Test
  void twoBehindOneNatUseTheirOwnNetwork() {
    World world = new World(8);
    World.SimNode bootstrap = world.add(world.internet.publicHost());
    Nat nat = world.internet.nat(Nat.Kind.SYMMETRIC);
    World.SimNode a = world.add(world.internet.hostBehind(nat), bootstrap);
    World.SimNode b = world.add(world.internet.hostBehind(nat), bootstrap);
    world.internet.run(15_000);
    assertEquals("direct " + b.host.endpoint(), view(a, b).path());
  }

  @Test
  void ringLivesOnWithoutItsBootstrapNodes() {
    World world = new World(9);
    World.SimNode bootstrap = world.add(world.internet.publicHost());
    for (int i = 1; i < 20; i++) {
      world.add(RingSimulationTest.host(world.internet, i), bootstrap);
      world.internet.run(300);
    }
    world.internet.run(20_000);
    bootstrap.die();
    world.internet.run(60_000);
    assertEquals(0, world.ringErrors());
    int[] hops = RingSimulationTest.pings(world, 100);
    assertTrue(java.util.Arrays.stream(hops).filter(h -> h < 0).count() <= 2, "lost pings");
  }

  @Test
  void ringHealsWithThirtyPercentGoneAtOnceAndFivePercentLoss() {
    World world = new World(10);
    World.SimNode bootstrap = world.add(world.internet.publicHost());
    for (int i = 1; i < 50; i++) {
      world.add(RingSimulationTest.host(world.internet, i), bootstrap);
      world.internet.run(300);
    }
    world.internet.run(20_000);
    world.internet.loss = 0.05;
    for (World.SimNode node : new ArrayList<>(world.nodes.subList(1, 16))) {
      node.die();
    }
    long took = world.await(180_000, () -> world.ringErrors() == 0);
    System.out.println("ring of 50 without 15: healed after " + took + " ms");
    assertTrue(took >= 0, world.ringErrors() + " wrong successors");
  }

  @Test
  void changeOfThePublicAddressKeepsTheSession() {
    World world = new World(11);
    World.SimNode bootstrap = world.add(world.internet.publicHost());
    Nat nat = world.internet.nat(Nat.Kind.PORT_RESTRICTED);
    World.SimNode a = world.add(world.internet.hostBehind(nat), bootstrap);
    World.SimNode b = world.add(world.internet.publicHost(), bootstrap);
    world.internet.run(15_000);
    assertTrue(view(a, b).direct());
    world.internet.move(nat);
    assertTrue(traffic(world, a, b), "no traffic after the move");
    world.internet.run(10_000);
    assertTrue(view(b, a).direct());
    assertTrue(traffic(world, b, a), "no way back after the move");
  }

  /** Its way in may die: whoever else listens is told of in contacts. */
  @ParameterizedTest
  @ValueSource(longs = {12, 13, 14})
  void nodeThatMayOnlyUseTcpTalksToAllAndOutlivesItsWayIn(long seed) {
    World world = new World(seed);
    World.SimNode bootstrap = world.add(listening(world));
    World.SimNode second = world.add(listening(world), bootstrap);
    World.SimNode plain = world.add(world.internet.publicHost(), bootstrap);
    World.SimNode behind =
        world.add(world.internet.hostBehind(world.internet.nat(Nat.Kind.SYMMETRIC)), bootstrap);
    Internet.Host walled = world.internet.publicHost();
    walled.onlyTcp = true;
    World.SimNode inside = world.add(walled, bootstrap);
    world.internet.run(60_000);
    for (World.SimNode peer : List.of(bootstrap, second, plain, behind)) {
      assertTrue(traffic(world, inside, peer), "no traffic from inside");
      assertTrue(traffic(world, peer, inside), "no traffic to the inside");
    }
    assertEquals("direct " + bootstrap.host.tlsEndpoint(), view(inside, bootstrap).path());
    assertEquals("direct " + second.host.tlsEndpoint(), view(inside, second).path());
    assertTrue(view(inside, plain).path().startsWith("relay "), view(inside, plain).path());
    assertEquals("direct " + second.host.endpoint(), view(plain, second).path());

    bootstrap.die();
    assertTrue(
        world.await(
                120_000,
                () ->
                    List.of(second, plain, behind).stream()
                        .allMatch(p -> traffic(world, p, inside)))
            >= 0,
        "no traffic without the bootstrap node");
  }

  @Test
  void edgeGoesBackToUdpOnceThatPasses() {
    World world = new World(15);
    World.SimNode bootstrap = world.add(listening(world));
    Internet.Host walled = world.internet.publicHost();
    walled.onlyTcp = true;
    World.SimNode inside = world.add(walled, bootstrap);
    world.internet.run(20_000);
    assertEquals("direct " + bootstrap.host.tlsEndpoint(), view(inside, bootstrap).path());
    walled.onlyTcp = false;
    world.internet.run(600_000);
    assertEquals("direct " + bootstrap.host.endpoint(), view(inside, bootstrap).path());
    assertEquals("direct " + walled.endpoint(), view(bootstrap, inside).path());
  }

  private static Internet.Host listening(World world) {
    Internet.Host host = world.internet.publicHost();
    host.listens = true;
    return host;
  }

  private static boolean traffic(World world, World.SimNode from, World.SimNode to) {
    byte[] buffer = new byte[64];
    buffer[1] = 0x45;
    long before = to.node.counters().all().get("ipIn");
    return world.await(
            5_000,
            () -> {
              from.node.sendIp(to.identity.publicKey(), buffer, 1, 40, world.internet.now);
              return to.node.counters().all().get("ipIn") > before;
            })
        >= 0;
  }

  private static Node.PeerView view(World.SimNode of, World.SimNode peer) {
    return of.node.peers().stream()
        .filter(p -> p.address().equals(peer.node.address()))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no session"));
  }
}
