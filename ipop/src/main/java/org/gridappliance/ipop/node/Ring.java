package org.gridappliance.ipop.node;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.gridappliance.ipop.wire.Address;
import org.gridappliance.ipop.wire.Contact;
import org.gridappliance.ipop.wire.Message;

/**
 * Which edges this node wants: {@link #NEAR} neighbours on each side of the ring, {@link #FAR}
 * edges drawn by Symphony's rule, and whoever it exchanges traffic with. Runs under the node's
 * lock.
 *
 * <p>Idea (Manku et al., "Symphony", USITS 2003; Brunet): correct near edges make greedy routing
 * always arrive; k far edges at distances drawn with density 1/(x ln n) make it arrive in O((1/k)
 * log² n) hops. Near edges are kept correct by neighbours telling each other who stands nearest to
 * the other, as often as once a second while anything changes and once a minute when nothing does.
 */
final class Ring {

  /** Near edges wanted on each side. */
  static final int NEAR = 3;

  /** Far edges wanted. */
  static final int FAR = 4;

  private static final long STABILISE_FAST_MILLIS = 1_000;
  private static final long STABILISE_SLOW_MILLIS = 60_000;
  private static final long WANTED_FOR_MILLIS = 150_000;
  private static final long TRAFFIC_FOR_MILLIS = 120_000;
  private static final long TRIM_AFTER_MILLIS = 30_000;
  private static final long TRIM_EVERY_MILLIS = 10_000;
  private static final long REJOIN_MILLIS = 120_000;
  private static final double NODES_AT_BOOTSTRAP = 64;

  /** Lost peers that are remembered to join by; the oldest is forgotten first. */
  private static final int LOST = 32;

  private final Node node;
  private final Links links;
  private final Router router;
  private final RandomGenerator random;
  private final List<Contact> bootstrap;
  private final Set<Address> bootstrapAddresses = new LinkedHashSet<>();
  private final SequencedMap<Address, Contact> lost = new LinkedHashMap<>();
  private long stabiliseMillis;
  private long stabiliseEvery = STABILISE_FAST_MILLIS;
  private long farMillis;
  private long trimMillis;
  private long joinMillis;

  Ring(Node node, Links links, Router router, RandomGenerator random, List<Contact> bootstrap) {
    this.node = node;
    this.links = links;
    this.router = router;
    this.random = random;
    this.bootstrap = new ArrayList<>(bootstrap);
    bootstrap.forEach(b -> bootstrapAddresses.add(b.address()));
  }

  /** {@return edges on one side, nearest first} */
  List<Peer> side(boolean clockwise, int max) {
    List<Peer> edges = new ArrayList<>();
    for (Peer peer : links.peers()) {
      if (router.isEdge(peer)) {
        edges.add(peer);
      }
    }
    edges.sort((a, b) -> steps(a.address, clockwise).compareTo(steps(b.address, clockwise)));
    return edges.subList(0, Math.min(max, edges.size()));
  }

  /** {@return the near edges of both sides} */
  Set<Peer> near() {
    Set<Peer> near = new LinkedHashSet<>(side(true, NEAR));
    near.addAll(side(false, NEAR));
    return near;
  }

  /** {@return whether the node has edges and all that it wants near it is settled} */
  boolean isSettled() {
    return stabiliseEvery > 4 * STABILISE_FAST_MILLIS && !near().isEmpty();
  }

  void tick() {
    long now = node.now();
    if (now >= joinMillis) {
      join();
    }
    if (now >= stabiliseMillis) {
      stabiliseEvery = Math.min(stabiliseEvery * 3 / 2, STABILISE_SLOW_MILLIS);
      stabiliseMillis = now + jitter(stabiliseEvery);
      stabilise();
    }
    if (now >= trimMillis) {
      trimMillis = now + jitter(TRIM_EVERY_MILLIS);
      trim();
    }
    if (now >= farMillis && !near().isEmpty()) {
      farMillis = now + jitter(4_000);
      seekFar();
    }
  }

  /**
   * A peer has come, gone, or got another path: look again soon if it matters to the near edges.
   */
  void changed(Peer peer) {
    boolean alone = near().isEmpty();
    if (!alone && !near().contains(peer) && !wouldBeNear(peer.address)) {
      return;
    }
    stabiliseEvery = STABILISE_FAST_MILLIS;
    stabiliseMillis = Math.min(stabiliseMillis, node.now() + jitter(500));
    if (alone) {
      joinMillis = Math.min(joinMillis, node.now() + jitter(1_000));
    }
  }

  /** A peer is gone, perhaps with the network: when all are, one of them may be the way back. */
  void down(Peer peer, Contact contact) {
    if (!contact.endpoints().isEmpty() && !bootstrapAddresses.contains(peer.address)) {
      lost.putLast(peer.address, contact);
      if (lost.size() > LOST) {
        lost.pollFirstEntry();
      }
    }
    changed(peer);
  }

  /** A bootstrap node or any first edge is up: find the place on the ring through it. */
  void up(Peer peer) {
    peer.bootstrap = bootstrapAddresses.contains(peer.address);
    if (peer.bootstrap || near().size() <= 1) {
      findSelf(peer);
    }
    changed(peer);
  }

  /** Contacts bootstrap nodes: when alone at once, and lost peers too; else to heal a partition. */
  private void join() {
    boolean alone = near().isEmpty();
    // the more nodes, the seldomer each asks: bootstrap nodes see a few a minute, not everybody
    double share = Math.clamp(estimatedNodes() / NODES_AT_BOOTSTRAP, 1, 1_000);
    joinMillis = node.now() + jitter(alone ? 3_000 : (long) (REJOIN_MILLIS * share));
    tryOf(bootstrap, alone ? 3 : 1);
    if (alone) {
      tryOf(List.copyOf(lost.values()), 3);
    }
  }

  private void tryOf(List<Contact> contacts, int most) {
    int start = contacts.isEmpty() ? 0 : random.nextInt(contacts.size());
    for (int i = 0; i < Math.min(most, contacts.size()); i++) {
      Contact contact = contacts.get((start + i) % contacts.size());
      Peer peer = links.peer(contact.address());
      if (peer != null && peer.isUp()) {
        findSelf(peer);
      } else {
        links.connect(contact, Path.RING);
      }
    }
  }

  private void findSelf(Peer by) {
    node.lookups().find(node.address(), by.address, this::consider);
  }

  /** Connects to those contacts that would be better neighbours than the present ones. */
  void consider(List<Contact> contacts, Address by) {
    for (Contact contact : contacts) {
      Address address = contact.address();
      Peer known = links.peer(address);
      if (!address.equals(node.address())
          && (known == null || !known.isUp())
          && wouldBeNear(address)) {
        links.connect(contact, new Path.Through(by));
      }
    }
  }

  private boolean wouldBeNear(Address address) {
    return wouldBeNear(address, true) || wouldBeNear(address, false);
  }

  private boolean wouldBeNear(Address address, boolean clockwise) {
    List<Peer> side = side(clockwise, NEAR);
    return side.size() < NEAR
        || steps(address, clockwise).compareTo(steps(side.getLast().address, clockwise)) < 0;
  }

  /** A neighbour has told who stands near us. */
  void told(Peer from, Message.Neighbours message) {
    if (message.edgeWanted()) {
      from.wantsUsMillis = node.now();
    }
    consider(message.contacts(), from.address);
    if (message.answerWanted()) {
      links.send(
          from, new Message.Neighbours(false, near().contains(from), nearestTo(from.address)));
    }
  }

  private void stabilise() {
    Set<Peer> near = near();
    for (Peer peer : near) {
      links.send(peer, new Message.Neighbours(true, true, nearestTo(peer.address)));
    }
    for (Peer peer : links.peers()) {
      if (peer.isUp() && !near.contains(peer) && (peer.far || isRelayInUse(peer))) {
        links.send(peer, new Message.Neighbours(false, true, List.of()));
      }
    }
  }

  /** Closes edges nobody has a use for. */
  private void trim() {
    Set<Peer> near = near();
    for (Peer peer : List.copyOf(links.peers())) {
      if (peer.isUp() && !peer.far && !near.contains(peer)) {
        trim(peer);
      }
    }
  }

  private void trim(Peer peer) {
    long now = node.now();
    if (now - peer.upMillis > TRIM_AFTER_MILLIS
        && now - peer.wantsUsMillis > WANTED_FOR_MILLIS
        && now - peer.trafficMillis > TRAFFIC_FOR_MILLIS
        && !isRelayInUse(peer)) {
      links.close(peer);
    }
  }

  private boolean isRelayInUse(Peer peer) {
    Path through = new Path.Through(peer.address);
    return links.peers().stream().anyMatch(p -> p.isUp() && p.path.equals(through));
  }

  /** {@return the edges nearest to an address, half on either side of it, and not itself} */
  List<Contact> nearestTo(Address address) {
    List<Peer> edges = new ArrayList<>();
    for (Peer peer : links.peers()) {
      if (router.isEdge(peer) && !peer.address.equals(address)) {
        edges.add(peer);
      }
    }
    int half = Message.MAX_NEIGHBOURS / 2;
    Set<Peer> chosen = new LinkedHashSet<>();
    edges.sort((a, b) -> a.address.minus(address).compareTo(b.address.minus(address)));
    chosen.addAll(edges.subList(0, Math.min(half, edges.size())));
    List<Peer> reversed = edges.reversed();
    chosen.addAll(reversed.subList(0, Math.min(half, edges.size())));
    return chosen.stream().map(Peer::contact).toList();
  }

  private void seekFar() {
    long count = links.peers().stream().filter(p -> p.isUp() && p.far).count();
    if (count >= FAR) {
      return;
    }
    double n = estimatedNodes();
    if (n < 2 * NEAR + 2) {
      return;
    }
    double distance = Math.exp((random.nextDouble() - 1) * Math.log(n));
    long high = (long) (distance * 0x1p63) << 1;
    Address target = node.address().plus(new Address(high, random.nextLong(), random.nextInt()));
    node.lookups()
        .find(
            target,
            null,
            (contacts, by) -> {
              if (contacts.isEmpty()) {
                return;
              }
              Peer peer = links.connect(contacts.getFirst(), Path.RING);
              if (peer != null && !near().contains(peer)) {
                peer.far = true;
              }
            });
  }

  /** {@return how many nodes the ring seems to have}, from how densely the near edges stand. */
  double estimatedNodes() {
    List<Peer> after = side(true, NEAR);
    List<Peer> before = side(false, NEAR);
    if (after.size() < NEAR || before.size() < NEAR) {
      return after.size() + 1.0;
    }
    double span =
        fraction(steps(after.getLast().address, true))
            + fraction(steps(before.getLast().address, false));
    return span >= 1 ? after.size() + 1.0 : 2 * NEAR / span;
  }

  private Address steps(Address to, boolean clockwise) {
    return clockwise ? to.minus(node.address()) : node.address().minus(to);
  }

  private static double fraction(Address distance) {
    return (distance.high() >>> 11) * 0x1p-53;
  }

  private long jitter(long millis) {
    return millis / 2 + random.nextLong(millis + 1);
  }
}
