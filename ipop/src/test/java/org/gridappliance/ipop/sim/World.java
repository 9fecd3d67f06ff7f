package org.gridappliance.ipop.sim;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.gridappliance.ipop.dht.Signer;
import org.gridappliance.ipop.node.Node;
import org.gridappliance.ipop.services.Network;
import org.gridappliance.ipop.services.VirtualNet;
import org.gridappliance.ipop.session.Identity;
import org.gridappliance.ipop.underlay.Underlay;
import org.gridappliance.ipop.wire.Address;
import org.gridappliance.ipop.wire.Contact;
import org.gridappliance.ipop.wire.Endpoint;

/** Whole nodes on an {@link Internet}: the program's own node code, seeded and reproducible. */
final class World {

  static final Network NETWORK = Network.parse("10.128.0.0/9", "ipop");

  private static final long TICK_MILLIS = 200;

  /** A node on a host. */
  final class SimNode implements Underlay {
    final Internet.Host host;
    final Identity identity;
    final Node node;
    final VirtualNet net;
    final List<ByteBuffer> received = new ArrayList<>();
    final long bornAt = internet.now;
    long settledAt = -1;

    SimNode(Internet.Host host, List<Contact> bootstrap, Optional<String> name) {
      this.host = host;
      Random own = new Random(internet.random.nextLong());
      identity = Identity.random(own, "");
      node = new Node(identity, Signer.random(own), new Node.Settings("sim", bootstrap), own, this);
      net =
          new VirtualNet(
              node,
              identity.publicKey(),
              (frame, offset, length) ->
                  received.add(ByteBuffer.wrap(frame.clone(), offset, length).slice()),
              NETWORK,
              "sim",
              name,
              (query, most, done) -> false);
      host.receiver = (from, bytes) -> node.receive(from, behindAnother(bytes), internet.now);
      internet.after(internet.random.nextInt((int) TICK_MILLIS), this::tick);
    }

    private void tick() {
      if (!host.alive) {
        return;
      }
      node.tick(internet.now, internet.now * 1000);
      net.tick(internet.now, internet.now);
      internet.after(TICK_MILLIS, this::tick);
    }

    @Override
    public void send(Endpoint to, byte[] bytes, int offset, int length) {
      host.send(to, bytes, offset, length);
    }

    @Override
    public List<Endpoint> localEndpoints() {
      return host.listens ? List.of(host.endpoint(), host.tlsEndpoint()) : List.of(host.endpoint());
    }

    /** As datagrams stand in a vector: not at the buffer's first byte. */
    private static ByteBuffer behindAnother(ByteBuffer datagram) {
      int before = 40;
      ByteBuffer vector = ByteBuffer.allocate(before + datagram.remaining());
      vector.position(before).put(datagram.duplicate()).flip();
      return vector.position(before);
    }

    /** {@return whether both direct neighbours on the ring are the true ones among the living} */
    boolean hasTrueNeighbours() {
      List<SimNode> sorted = sorted();
      int at = sorted.indexOf(this);
      Address after = sorted.get((at + 1) % sorted.size()).node.address();
      Address before = sorted.get((at + sorted.size() - 1) % sorted.size()).node.address();
      return node.neighbours(true).stream().findFirst().filter(after::equals).isPresent()
          && node.neighbours(false).stream().findFirst().filter(before::equals).isPresent();
    }

    /** Sends a frame as the machine would. */
    void fromMachine(byte[] frame) {
      byte[] copy = frame.clone();
      net.fromDevice(copy, 0, copy.length, internet.now);
    }

    void die() {
      host.alive = false;
      nodes.remove(this);
    }
  }

  final Internet internet;
  final List<SimNode> nodes = new ArrayList<>();

  World(long seed) {
    internet = new Internet(seed);
  }

  SimNode add(Internet.Host host, SimNode... bootstrap) {
    return add(host, Optional.empty(), bootstrap);
  }

  /** A node with a host name its person chose. */
  SimNode add(Internet.Host host, Optional<String> name, SimNode... bootstrap) {
    List<Contact> contacts = new ArrayList<>();
    for (SimNode b : bootstrap) {
      contacts.add(
          new Contact(b.identity.publicKey(), List.of(b.host.endpoint(), b.host.tlsEndpoint())));
    }
    SimNode node = new SimNode(host, contacts, name);
    nodes.add(node);
    return node;
  }

  private List<SimNode> sorted() {
    return nodes.stream().sorted(Comparator.comparing(n -> n.node.address())).toList();
  }

  long ringErrors() {
    List<SimNode> sorted = sorted();
    long errors = 0;
    for (int i = 0; i < sorted.size(); i++) {
      Address after = sorted.get((i + 1) % sorted.size()).node.address();
      if (sorted.get(i).node.neighbours(true).stream()
          .findFirst()
          .filter(after::equals)
          .isEmpty()) {
        errors++;
      }
    }
    return errors;
  }

  /** Runs until the claim holds, looking every 200 ms. {@return virtual ms it took, -1 if never} */
  long await(long maxMillis, java.util.function.BooleanSupplier claim) {
    long start = internet.now;
    while (internet.now - start < maxMillis) {
      if (claim.getAsBoolean()) {
        return internet.now - start;
      }
      internet.run(TICK_MILLIS);
    }
    return claim.getAsBoolean() ? internet.now - start : -1;
  }
}
