package org.gridappliance.ipop.node;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.gridappliance.ipop.underlay.Underlay;
import org.gridappliance.ipop.wire.Address;
import org.gridappliance.ipop.wire.Contact;
import org.gridappliance.ipop.wire.Endpoint;
import org.gridappliance.ipop.wire.Message;
import org.jspecify.annotations.Nullable;

/**
 * Finds, watches and changes the path to each peer. Runs under the node's lock.
 *
 * <p>Hole punching: both ends tell each other, inside their session and through whatever path it
 * has, where they may be reached; both then probe all of these at once, which opens their NATs, and
 * the first probe that is answered becomes the path. Without one, a common neighbour relays, and
 * punching is tried again later. Everything is authenticated by the session.
 */
final class Paths {

  private static final int PUNCH_ROUNDS = 6;
  private static final long PUNCH_EVERY_MILLIS = 250;
  private static final long PUNCH_AGAIN_MILLIS = 15_000;
  private static final long KEEPALIVE_MILLIS = 20_000;
  private static final long SILENCE_MILLIS = 4_000;
  private static final long PROBE_AGAIN_MILLIS = 800;
  private static final int PROBES_TO_DOUBT = 4;
  private static final int MAX_DOUBTS = 3;
  private static final int MAX_REFLEXIVE = 4;

  /** What an answer names that came through the ring or a connection. */
  private static final Endpoint NOTHING_SEEN = Endpoint.ipv4(0, 1);

  private final Node node;
  private final Links links;
  private final Underlay underlay;
  private final RandomGenerator random;

  /** Where others have seen this node, oldest first. */
  private final Set<Endpoint> reflexive = new LinkedHashSet<>();

  Paths(Node node, Links links, Underlay underlay, RandomGenerator random) {
    this.node = node;
    this.links = links;
    this.underlay = underlay;
    this.random = random;
  }

  /** {@return what a peer should know to reach this node} */
  Message.Candidates candidates(Peer to, boolean answerWanted) {
    List<Contact> relays = new ArrayList<>();
    for (Peer peer : links.peers()) {
      if (peer.isDirect() && peer != to && relays.size() < Message.MAX_RELAYS) {
        relays.add(peer.contact());
      }
    }
    return new Message.Candidates(answerWanted, ownEndpoints(Message.MAX_CANDIDATES), relays);
  }

  /**
   * {@return this node's endpoints}: seen from outside, its own, and guesses for a NAT that counts.
   */
  List<Endpoint> ownEndpoints(int max) {
    Set<Endpoint> all = new LinkedHashSet<>();
    List<Endpoint> seen = new ArrayList<>(reflexive).reversed();
    List<Endpoint> local = underlay.localEndpoints();
    List<Endpoint> udp = local.stream().filter(Endpoint::isUdp).limit(3).toList();
    List<Endpoint> tls = local.stream().filter(e -> !e.isUdp()).limit(1).toList();
    all.addAll(seen.subList(0, Math.min(seen.size(), 3)));
    all.addAll(udp);
    if (seen.size() > 1) {
      Endpoint newest = seen.get(0);
      int step = newest.port() - seen.get(1).port();
      int next = newest.port() + step;
      if (step != 0 && Math.abs(step) <= 16 && next > 0 && next < 65_536) {
        all.add(newest.withPort(next));
      }
    }
    List<Endpoint> best = new ArrayList<>(all);
    best = best.subList(0, Math.min(best.size(), max - tls.size()));
    best.addAll(tls);
    return List.copyOf(best);
  }

  /** The peer has told where it is. */
  void learned(Peer peer, Message.Candidates message) {
    peer.addCandidates(message.endpoints());
    peer.relays = message.relays();
    if (message.answerWanted()) {
      links.send(peer, candidates(peer, false));
    }
    // news while punching goes on starts it anew; else not more often than the other's back-off
    if (peer.punchRounds > 0 || node.now() - peer.punchStartMillis > PUNCH_AGAIN_MILLIS / 2) {
      startPunching(peer);
    }
  }

  void startPunching(Peer peer) {
    if (!peer.isDirectByUdp()) {
      peer.punchRounds = PUNCH_ROUNDS;
      peer.punchMillis = node.now();
      peer.punchStartMillis = node.now();
    }
  }

  /** A probe has come: answer it where it came from, and if that is new, try it ourselves. */
  void probed(Peer peer, Message.Probe probe, Path origin) {
    if (origin instanceof Path.Direct direct) {
      // of a connection the far end of a NAT's mapping is of no use to anybody
      Endpoint seen = direct.endpoint().isUdp() ? direct.endpoint() : NOTHING_SEEN;
      links.send(peer, new Message.ProbeAck(probe.id(), seen), origin);
      boolean better = seen.equals(NOTHING_SEEN) ? !peer.isDirect() : !peer.isDirectByUdp();
      if (better && !peer.candidates.contains(direct.endpoint())) {
        peer.addCandidates(List.of(direct.endpoint()));
        links.send(peer, new Message.Probe(random.nextInt()), origin);
      }
    } else {
      links.send(peer, new Message.ProbeAck(probe.id(), NOTHING_SEEN));
    }
  }

  /** A probe of ours was answered: that path works both ways. */
  void answered(Peer peer, Message.ProbeAck ack, Path origin) {
    peer.unansweredProbes = 0;
    if (!(origin instanceof Path.Direct direct)) {
      return;
    }
    if (!ack.seen().equals(NOTHING_SEEN) && ack.seen().isUdp()) {
      reflexive.remove(ack.seen());
      reflexive.add(ack.seen());
      if (reflexive.size() > MAX_REFLEXIVE) {
        reflexive.remove(reflexive.iterator().next());
      }
    }
    Endpoint current = peer.directEndpoint();
    if (current == null || preference(direct.endpoint()) > preference(current)) {
      change(peer, origin);
    }
  }

  /**
   * Something authentic came by {@code origin}: keeps the path fresh, and follows a roaming peer.
   */
  void heard(Peer peer, Path origin, boolean isProbe) {
    peer.doubts = 0;
    if (peer.path.equals(origin)) {
      peer.heardOnPathMillis = node.now();
      peer.unansweredProbes = 0;
      return;
    }
    boolean stale = node.now() - peer.heardOnPathMillis > 1_000;
    if (origin instanceof Path.Direct && peer.isDirect() && stale && !isProbe) {
      change(peer, origin);
    } else if (origin instanceof Path.Through && !peer.isDirect()) {
      peer.heardOnPathMillis = node.now();
      if (isUsable(origin) && !isUsable(peer.path)) {
        change(peer, origin);
      }
    }
  }

  /** Punching rounds, keepalives, and doubts about silent paths. */
  void tick() {
    for (Peer peer : List.copyOf(links.peers())) {
      if (!peer.isUp()) {
        continue;
      }
      if (peer.isDirectByUdp()) {
        peer.punchRounds = 0;
      } else {
        punch(peer);
      }
      watch(peer);
    }
  }

  private void punch(Peer peer) {
    if (node.now() < peer.punchMillis) {
      return;
    }
    if (peer.punchRounds == 0) {
      // the back-off is over: exchange fresh endpoints and try again
      links.send(peer, candidates(peer, true));
      startPunching(peer);
    }
    peer.punchRounds--;
    peer.punchMillis = node.now() + PUNCH_EVERY_MILLIS;
    for (Endpoint endpoint : List.copyOf(peer.candidates)) {
      // the last round, when UDP has stayed silent, also opens a connection
      if (endpoint.isUdp() || (peer.punchRounds == 0 && !peer.isDirect())) {
        links.send(peer, new Message.Probe(random.nextInt()), new Path.Direct(endpoint));
      }
    }
    if (peer.punchRounds == 0) {
      peer.punchMillis = node.now() + (PUNCH_AGAIN_MILLIS << Math.min(peer.punchFailures, 5));
      peer.punchFailures++;
      if (!isUsable(peer.path)) {
        relay(peer);
      }
    }
  }

  /** Chooses a common neighbour to relay; if there is none, makes one. */
  private void relay(Peer peer) {
    for (Contact contact : peer.relays) {
      Peer common = links.peer(contact.address());
      if (common != null && common.isDirect()) {
        change(peer, new Path.Through(common.address));
        return;
      }
    }
    for (Contact contact : peer.relays) {
      if (links.connect(contact, Path.RING) != null) {
        return;
      }
    }
  }

  /** {@return whether a path is direct or by a relay we reach directly} */
  private boolean isUsable(Path path) {
    return switch (path) {
      case Path.Direct direct -> true;
      case Path.Through through -> {
        Address waypoint = through.waypoint();
        Peer relay = waypoint == null ? null : links.peer(waypoint);
        yield relay != null && relay.isDirect();
      }
    };
  }

  private void watch(Peer peer) {
    long silent = node.now() - peer.heardOnPathMillis;
    boolean unheard = peer.sentMillis - peer.heardOnPathMillis > SILENCE_MILLIS;
    boolean ours = node.address().compareTo(peer.address) < 0;
    long due = ours ? KEEPALIVE_MILLIS : KEEPALIVE_MILLIS * 3 / 2;
    boolean doubtful = unheard && silent > SILENCE_MILLIS;
    if ((silent > due || doubtful || peer.unansweredProbes > 0)
        && node.now() - peer.probeMillis >= PROBE_AGAIN_MILLIS) {
      if (peer.unansweredProbes >= PROBES_TO_DOUBT) {
        doubt(peer);
        return;
      }
      peer.probeMillis = node.now();
      peer.unansweredProbes++;
      links.send(peer, new Message.Probe(random.nextInt()));
    }
  }

  /**
   * The path has gone silent: from direct to a relay, from there to another or plain ring routing,
   * and after {@link #MAX_DOUBTS} ways that all stay silent the peer counts as gone.
   */
  private void doubt(Peer peer) {
    int doubts = ++peer.doubts;
    if (doubts >= MAX_DOUBTS || !(peer.isDirect() || isUsable(peer.path))) {
      links.down(peer);
      return;
    }
    boolean wasDirect = peer.isDirect();
    change(peer, Path.RING);
    relay(peer);
    links.send(peer, candidates(peer, true));
    if (wasDirect) {
      startPunching(peer);
    }
    // keep asking at once: only an answer ends the doubt
    peer.doubts = doubts;
    peer.unansweredProbes = 1;
  }

  private void change(Peer peer, @Nullable Path path) {
    Path to = path == null ? Path.RING : path;
    peer.path = to;
    peer.heardOnPathMillis = node.now();
    peer.unansweredProbes = 0;
    if (to instanceof Path.Direct) {
      peer.punchFailures = 0;
    }
    node.pathChanged(peer);
  }

  /**
   * Own network first, then IPv6, then the rest: fewer NATs on the way. TLS only for want of UDP.
   */
  private static int preference(Endpoint endpoint) {
    if (!endpoint.isUdp()) {
      return 0;
    }
    if (!endpoint.isIpv4()) {
      return 2;
    }
    return endpoint.isPrivate() ? 3 : 1;
  }
}
