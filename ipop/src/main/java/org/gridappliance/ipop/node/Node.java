package org.gridappliance.ipop.node;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.gridappliance.ipop.dht.Signer;
import org.gridappliance.ipop.session.Identity;
import org.gridappliance.ipop.underlay.Underlay;
import org.gridappliance.ipop.wire.Address;
import org.gridappliance.ipop.wire.Contact;
import org.gridappliance.ipop.wire.Endpoint;
import org.gridappliance.ipop.wire.Message;
import org.gridappliance.ipop.wire.Packet;
import org.gridappliance.ipop.wire.PublicKey;
import org.jspecify.annotations.Nullable;

/**
 * One node of the overlay.
 *
 * <p>A datagram's way in: {@link #receive} → {@link Links#receive} (handshake, or open) → {@link
 * #deliver} (by kind of message) → for routed ones {@link Router#route} → {@link #arrived}.
 *
 * <p>No threads, sockets or clock of its own: every call carries the time, and calls must not
 * overlap (the program holds one lock around the node, the simulator has one thread). Nothing
 * blocks.
 */
public final class Node {

  /**
   * What a node must be told.
   *
   * @param namespace the pool; nodes of other pools share the ring but nothing above it
   * @param bootstrap known nodes to join by; empty for the first one
   */
  public record Settings(String namespace, List<Contact> bootstrap) {
    public Settings {
      bootstrap = List.copyOf(bootstrap);
    }
  }

  /** Receives what other nodes' machines send to this one's. */
  @FunctionalInterface
  public interface PacketSink {
    /** Takes an IP packet; the buffer is the node's and only valid during the call. */
    void packet(PublicKey from, ByteBuffer packet);
  }

  private final Identity identity;
  private final Underlay underlay;
  private final Counters counters = new Counters();
  private final Links links;
  private final Router router;
  private final Paths paths;
  private final Ring ring;
  private final Lookups lookups;
  private final Dht dht;
  private final PingTest pings;
  private PacketSink sink = (from, packet) -> {};
  private long now;
  private long wallMicros;

  /** The random source must be a secure one outside of simulations. */
  public Node(
      Identity identity,
      Signer signer,
      Settings settings,
      RandomGenerator random,
      Underlay underlay) {
    this.identity = identity;
    this.underlay = underlay;
    links = new Links(this, identity, random, underlay);
    router = new Router(this, links);
    paths = new Paths(this, links, underlay, random);
    lookups = new Lookups(this, random);
    ring = new Ring(this, links, router, random, settings.bootstrap());
    dht = new Dht(this, ring, signer);
    pings = new PingTest(this, random);
  }

  /** Takes a datagram from the network underneath. */
  public void receive(Endpoint from, ByteBuffer datagram, long nowMillis) {
    now = nowMillis;
    links.receive(datagram, new Path.Direct(from));
  }

  /**
   * Lets timers run; call it about five times a second.
   *
   * @param nowMillis a clock that never jumps
   * @param wallClockMicros microseconds since 1970 as far as the machine knows
   */
  public void tick(long nowMillis, long wallClockMicros) {
    now = nowMillis;
    wallMicros = wallClockMicros;
    links.tick();
    paths.tick();
    ring.tick();
    lookups.tick();
    dht.tick();
    pings.tick();
  }

  /**
   * Sends an IP packet to a node; without a session one is made and the packet is dropped.
   *
   * @param buffer the byte before {@code offset} is overwritten
   * @return whether it was sent
   */
  public boolean sendIp(PublicKey to, byte[] buffer, int offset, int length, long nowMillis) {
    now = nowMillis;
    Peer peer = links.peer(to.address());
    if (peer == null || !peer.isUp()) {
      Peer wanted = links.connect(new Contact(to, List.of()), Path.RING);
      if (wanted != null) {
        wanted.trafficMillis = now;
      }
      counters.ipDropped++;
      return false;
    }
    peer.trafficMillis = now;
    buffer[offset - 1] = Message.IP;
    links.send(peer, buffer, offset - 1, length + 1, peer.path);
    counters.ipOut++;
    return true;
  }

  /**
   * Finds where packets for a node go if that is straight through the network; counts them as sent.
   *
   * @return null if {@link #sendIp} must decide about each
   */
  public @Nullable Outlet outlet(PublicKey to, int packets, long nowMillis) {
    now = nowMillis;
    Peer peer = links.peer(to.address());
    Outlet outlet = peer == null || !peer.isUp() ? null : links.outlet(peer);
    if (peer != null && outlet != null) {
      peer.trafficMillis = now;
      counters.ipOut += packets;
    }
    return outlet;
  }

  /** {@return what opens the data frames that carry an index of ours, or null, which is counted} */
  public @Nullable Inlet inlet(int index, long nowMillis) {
    now = nowMillis;
    return links.inlet(index);
  }

  /**
   * Takes note of a vector whose frames were opened or found forged.
   *
   * @param opened how many are authentic and new
   * @param packets how many of these are IP packets, which the caller keeps
   * @return false if the session has ended meanwhile; what it carried must then be dropped
   */
  public boolean opened(
      Inlet inlet, Endpoint from, int opened, int packets, int forged, long nowMillis) {
    now = nowMillis;
    counters.forged += forged;
    if (opened == 0 || !links.opened(inlet)) {
      return false;
    }
    if (packets > 0) {
      paths.heard(inlet.peer, new Path.Direct(from), false);
      inlet.peer.trafficMillis = now;
      counters.ipIn += packets;
    }
    return true;
  }

  /** Takes a message that is no IP packet, after {@link #opened}. */
  public void message(Inlet inlet, Endpoint from, ByteBuffer text, long nowMillis) {
    now = nowMillis;
    deliver(inlet.peer, text, new Path.Direct(from));
  }

  /** Sets who gets the packets that arrive for this machine. */
  public void onPacket(PacketSink to) {
    sink = to;
  }

  /** Sends an echo through the ring; the result is the hops of the way there, null if lost. */
  public void echo(Address target, long nowMillis, Consumer<@Nullable List<Address>> done) {
    now = nowMillis;
    lookups.echo(target, done);
  }

  /** {@return what the ping test has found} */
  public PingReport pings() {
    return pings.report();
  }

  /** Begins a run of the ping test now, if none is under way. */
  public void beginPings(long nowMillis) {
    now = nowMillis;
    pings.begin();
  }

  /** Says goodbye to every peer. */
  public void close(long nowMillis) {
    now = nowMillis;
    for (Peer peer : List.copyOf(links.peers())) {
      if (peer.isUp()) {
        links.close(peer);
      }
    }
  }

  /** {@return the hash table}, to be used under the same rules as the node */
  public Dht dht() {
    return dht;
  }

  /** {@return this node's address on the ring} */
  public Address address() {
    return identity.address();
  }

  /** {@return how others may reach this node} */
  public Contact contact() {
    return new Contact(identity.publicKey(), paths.ownEndpoints(Contact.MAX_ENDPOINTS));
  }

  /** {@return what was counted since the start} */
  public Counters counters() {
    return counters;
  }

  /** {@return whether the node has its place on the ring and nothing near it changes} */
  public boolean isSettled() {
    return ring.isSettled();
  }

  /** {@return how many nodes the ring seems to have} */
  public double estimatedNodes() {
    return ring.estimatedNodes();
  }

  /** {@return the addresses of the nearest edges on one side, nearest first} */
  public List<Address> neighbours(boolean clockwise) {
    return ring.side(clockwise, Ring.NEAR).stream().map(p -> p.address).toList();
  }

  /**
   * One peer, as {@code overlay status} shows it.
   *
   * @param path {@code direct ENDPOINT}, {@code relay ADDRESS} or {@code ring}
   * @param roles why it is kept
   */
  public record PeerView(
      Address address, PublicKey key, boolean up, boolean direct, String path, String roles) {}

  /** {@return all peers with a session} */
  public List<PeerView> peers() {
    var near = ring.near();
    List<PeerView> views = new ArrayList<>();
    for (Peer peer : links.peers()) {
      if (peer.isUp()) {
        String path =
            switch (peer.path) {
              case Path.Direct direct -> "direct " + direct.endpoint();
              case Path.Through(Address waypoint) ->
                  waypoint == null ? "ring" : "relay " + waypoint;
            };
        List<String> roles = new ArrayList<>();
        if (near.contains(peer)) {
          roles.add("near");
        }
        if (peer.far) {
          roles.add("far");
        }
        if (peer.bootstrap) {
          roles.add("bootstrap");
        }
        if (now - peer.trafficMillis < 120_000) {
          roles.add("traffic");
        }
        views.add(
            new PeerView(
                peer.address, peer.key, true, peer.isDirect(), path, String.join(",", roles)));
      }
    }
    return views;
  }

  /** {@return nodes reached directly, the longest known first}, to join by at the next start. */
  public List<Contact> knownContacts(int max) {
    return links.peers().stream()
        .filter(Peer::isDirect)
        .sorted((a, b) -> Long.compare(a.upMillis, b.upMillis))
        .limit(max)
        .map(Peer::contact)
        .toList();
  }

  /** A message of a peer, authentic and new. Its bytes are only valid during the call. */
  void deliver(Peer peer, ByteBuffer text, Path origin) {
    if (text.hasRemaining() && text.get(text.position()) == Message.IP) {
      paths.heard(peer, origin, false);
      peer.trafficMillis = now;
      counters.ipIn++;
      sink.packet(peer.key, text.slice(text.position() + 1, text.remaining() - 1));
      return;
    }
    Message message = Message.parse(text);
    boolean isProbe = message instanceof Message.Probe || message instanceof Message.ProbeAck;
    paths.heard(peer, origin, isProbe);
    switch (message) {
      case null -> counters.malformed++;
      case Message.Ip m -> throw new IllegalStateException("handled above");
      case Message.Probe m -> paths.probed(peer, m, origin);
      case Message.ProbeAck m -> paths.answered(peer, m, origin);
      case Message.Candidates m -> paths.learned(peer, m);
      case Message.Neighbours m -> ring.told(peer, m);
      case Message.Routed m -> router.route(m.header(), m.body(), peer);
      case Message.Close m -> links.down(peer);
    }
  }

  /** A routed packet for this node, or for an address it stands nearest to. */
  void arrived(Packet.Header header, ByteBuffer body, Peer from) {
    Packet packet = Packet.parse(body);
    switch (packet) {
      case null -> counters.malformed++;
      case Packet.Tunnel p -> links.receive(p.datagram(), new Path.Through(header.returnVia()));
      case Packet.Find p -> {
        List<Contact> contacts = new ArrayList<>();
        contacts.add(contact());
        for (Contact c : ring.nearestTo(header.target())) {
          if (contacts.size() < Message.MAX_NEIGHBOURS
              && !c.address().equals(p.asker().address())) {
            contacts.add(c);
          }
        }
        answer(header, new Packet.Found(p.id(), contacts));
      }
      case Packet.Found p -> lookups.answered(p.id(), p);
      case Packet.Echo p -> {
        if (p.reply()) {
          lookups.answered(p.id(), p);
        } else {
          answer(header, new Packet.Echo(p.id(), true, p.hops()));
        }
      }
      case Packet.Answer p -> lookups.answered(p.id(), p);
      case Packet.Get p -> dht.onGet(header, p);
      case Packet.Put p -> dht.onPut(header, p);
      case Packet.Replicate p -> dht.onReplicate(header, p);
    }
  }

  /** Sends an answer to where a question came from. */
  void answer(Packet.Header question, Packet answer) {
    router.originate(Packet.Mode.EXACT, question.source(), question.returnVia(), answer);
  }

  /** Adds this node to an echo on its way; other bodies pass as they are. */
  ByteBuffer traced(ByteBuffer body) {
    if (!body.hasRemaining()
        || body.get(body.position()) != 4
        || !(Packet.parse(body) instanceof Packet.Echo echo)
        || echo.reply()
        || echo.hops().size() >= Packet.MAX_HOPS) {
      return body;
    }
    List<Address> hops = new ArrayList<>(echo.hops());
    hops.add(address());
    return new Packet.Echo(echo.id(), false, hops).encode();
  }

  /** A first session with a peer exists. */
  void up(Peer peer) {
    peer.upMillis = now;
    peer.heardOnPathMillis = now;
    peer.unansweredProbes = 0;
    peer.punchFailures = 0;
    ring.up(peer);
    if (!peer.bootstrap) {
      peer.wantsUsMillis = now; // it has just asked for us, or will have time to say so
    }
    if (!peer.isDirect()) {
      paths.startPunching(peer);
    } else {
      // learns how we look from there
      links.send(peer, new Message.Probe(peer.address.low()));
    }
  }

  void down(Peer peer, Contact contact) {
    peer.far = false;
    ring.down(peer, contact);
  }

  void failed(Peer peer) {
    peer.far = false;
  }

  void pathChanged(Peer peer) {
    ring.changed(peer);
  }

  long now() {
    return now;
  }

  long wallMicros() {
    return wallMicros;
  }

  Router router() {
    return router;
  }

  Paths paths() {
    return paths;
  }

  Lookups lookups() {
    return lookups;
  }

  Underlay underlay() {
    return underlay;
  }
}
