package org.gridappliance.ipop.sim;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import org.gridappliance.ipop.wire.Endpoint;

/**
 * An internet in memory on a virtual clock: hosts with places (latency grows with distance), NATs
 * of the four kinds, loss, partitions. Everything follows from the seed. One thread.
 */
final class Internet {

  private record Event(long at, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  /** Where a datagram goes in at the other end. */
  interface Receiver {
    void datagram(Endpoint from, ByteBuffer bytes);
  }

  /** One machine: an address of its own, perhaps behind NATs, innermost first. */
  final class Host {
    final int address;
    final List<Nat> nats;
    final double x = random.nextDouble();
    final double y = random.nextDouble();
    Receiver receiver = (from, bytes) -> {};
    boolean alive = true;

    /** A firewall that lets nothing pass but connections from inside. */
    boolean onlyTcp;

    /** Whether it accepts TLS connections at port 443. */
    boolean listens;

    int side;
    long sentBytes;

    private Host(int address, List<Nat> nats) {
      this.address = address;
      this.nats = nats;
    }

    Endpoint endpoint() {
      return Endpoint.ipv4(address, PORT);
    }

    Endpoint tlsEndpoint() {
      return Endpoint.ipv4(address, 443).over(Endpoint.Transport.TLS);
    }

    /** Sends a copy of the bytes from this host's only port. */
    void send(Endpoint to, byte[] bytes, int offset, int length) {
      if (!alive) {
        return;
      }
      sentBytes += length + 28;
      byte[] copy = new byte[length];
      System.arraycopy(bytes, offset, copy, 0, length);
      transfer(this, to, copy);
    }
  }

  private record Connection(Host caller, Host listener) {}

  static final int PORT = 4800;

  final Random random;
  long now;
  double loss;
  long delivered;
  private boolean partitioned;
  private long order;
  private int nextAddress = 0x0b000001;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Map<Integer, Host> publicHosts = new HashMap<>();
  private final Map<Integer, Nat> publicNats = new HashMap<>();
  private final Map<Endpoint, Connection> byFarEnd = new HashMap<>();

  Internet(long seed) {
    random = new Random(seed);
  }

  Host publicHost() {
    Host host = new Host(nextAddress++, List.of());
    publicHosts.put(host.address, host);
    return host;
  }

  Nat nat(Nat.Kind kind) {
    Nat nat = new Nat(kind, nextAddress++, this);
    publicNats.put(nat.publicAddress, nat);
    return nat;
  }

  /** A host behind a NAT; hosts of one NAT reach each other directly. */
  Host hostBehind(Nat nat) {
    int inner = 0xc0a80002 + nat.hosts.size();
    Host host = new Host(inner, List.of(nat));
    nat.hosts.put(inner, host);
    return host;
  }

  /** Gives a NAT a new public address, as a provider does at night; its mappings are lost. */
  void move(Nat nat) {
    publicNats.remove(nat.publicAddress);
    nat.renumber(nextAddress++);
    publicNats.put(nat.publicAddress, nat);
  }

  /** Cuts or heals the line between hosts of side 0 and of side 1. */
  void partition(boolean cut) {
    partitioned = cut;
  }

  void after(long millis, Runnable action) {
    events.add(new Event(now + millis, order++, action));
  }

  /** Runs all events of the next {@code millis}. */
  void run(long millis) {
    long until = now + millis;
    while (!events.isEmpty() && events.peek().at <= until) {
      Event event = events.poll();
      now = event.at;
      event.action.run();
    }
    now = until;
  }

  private void transfer(Host from, Endpoint to, byte[] bytes) {
    if (!to.isUdp()) {
      connected(from, to, bytes);
      return;
    }
    if (from.onlyTcp) {
      return;
    }
    Endpoint source = from.endpoint();
    if (!from.nats.isEmpty()) {
      Nat nat = from.nats.getFirst();
      Host neighbour = nat.hosts.get(to.ipv4());
      if (neighbour != null) {
        deliver(from, neighbour, source, to, bytes);
        return;
      }
      source = nat.outbound(source, to);
    }
    int address = to.ipv4();
    Host host = publicHosts.get(address);
    if (host != null) {
      deliver(from, host, source, to, bytes);
      return;
    }
    Nat nat = publicNats.get(address);
    if (nat == null) {
      return;
    }
    Host inner = nat.inbound(source, to.port());
    if (inner != null) {
      deliver(from, inner, source, to, bytes);
    }
  }

  /** TLS: a connection is made by the first datagram, and loses none. */
  private void connected(Host from, Endpoint to, byte[] bytes) {
    Connection connection = byFarEnd.get(to);
    if (connection != null && connection.listener == from) {
      arrive(from, connection.caller, connection.listener.tlsEndpoint(), bytes);
      return;
    }
    Host host = publicHosts.get(to.ipv4());
    if (host == null || !host.listens || !to.equals(host.tlsEndpoint())) {
      return;
    }
    Endpoint farEnd =
        byFarEnd.entrySet().stream()
            .filter(e -> e.getValue().equals(new Connection(from, host)))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElseGet(
                () ->
                    Endpoint.ipv4(from.address, 10_000 + byFarEnd.size())
                        .over(Endpoint.Transport.TLS_ACCEPTED));
    byFarEnd.put(farEnd, new Connection(from, host));
    arrive(from, host, farEnd, bytes);
  }

  private void deliver(Host from, Host to, Endpoint source, Endpoint target, byte[] bytes) {
    boolean portMatches = to.nats.isEmpty() ? target.port() == PORT : true;
    if (portMatches && random.nextDouble() >= loss && !to.onlyTcp) {
      arrive(from, to, source, bytes);
    }
  }

  private void arrive(Host from, Host to, Endpoint source, byte[] bytes) {
    if (partitioned && from.side != to.side) {
      return;
    }
    double distance = Math.hypot(from.x - to.x, from.y - to.y);
    long latency = 5 + (long) (100 * distance) + random.nextInt(5);
    after(
        latency,
        () -> {
          if (to.alive) {
            delivered++;
            to.receiver.datagram(source, ByteBuffer.wrap(bytes));
          }
        });
  }

  /** All hosts, for counting. */
  List<Host> hosts() {
    List<Host> all = new ArrayList<>(publicHosts.values());
    publicNats.values().forEach(n -> all.addAll(n.hosts.values()));
    return all;
  }
}
