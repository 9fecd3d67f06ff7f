package org.gridappliance.ipop.node;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.gridappliance.ipop.session.Handshaker;
import org.gridappliance.ipop.session.Identity;
import org.gridappliance.ipop.session.Session;
import org.gridappliance.ipop.underlay.Underlay;
import org.gridappliance.ipop.wire.Address;
import org.gridappliance.ipop.wire.Contact;
import org.gridappliance.ipop.wire.Endpoint;
import org.gridappliance.ipop.wire.Frame;
import org.gridappliance.ipop.wire.Message;
import org.gridappliance.ipop.wire.PublicKey;
import org.jspecify.annotations.Nullable;

/**
 * The node's peers and sessions: opens and seals, and keeps handshakes going.
 *
 * <p>Outward: {@link #send} → {@link Session#seal} → {@link #transmit} → the network underneath, or
 * {@link Router#tunnel}. Inward: {@link #receive} → handshake, or {@link Session#open} → {@link
 * Node#deliver}. Runs under the node's lock.
 */
final class Links {

  /** The most peers known at once; beyond that strangers are refused. */
  static final int MAX_PEERS = 1024;

  /** Tunnels within tunnels opened; an honest node sends one. */
  private static final int MAX_NESTING = 2;

  private static final int MAX_TRIES = 6;

  /** Initiations that go by UDP alone before TLS is tried beside it. */
  private static final int UDP_ALONE_TRIES = 2;

  private static final long FIRST_RETRY_MILLIS = 500;

  private final Node node;
  private final Handshaker handshaker;
  private final RandomGenerator random;
  private final Underlay underlay;
  private final Map<Address, Peer> peers = new TreeMap<>();
  private final Map<Integer, Peer> byIndex = new HashMap<>();
  private final byte[] plain = new byte[0x10000];
  private final byte[] sealed = new byte[0x10000 + Session.OVERHEAD];
  private int depth;

  Links(Node node, Identity identity, RandomGenerator random, Underlay underlay) {
    this.node = node;
    this.random = random;
    this.underlay = underlay;
    handshaker = new Handshaker(identity, random);
  }

  Collection<Peer> peers() {
    return peers.values();
  }

  @Nullable Peer peer(Address address) {
    return peers.get(address);
  }

  /**
   * Wants a session with a node; does nothing if there is one or one is being made.
   *
   * @param by the way to try beside its endpoints
   * @return the peer, or null if it is this node itself or the table is full
   */
  @Nullable Peer connect(Contact contact, Path by) {
    Peer peer = known(contact.key());
    if (peer == null) {
      return null;
    }
    peer.addCandidates(contact.endpoints());
    if (!peer.isUp() && peer.attempt == null) {
      peer.path = by;
      peer.tries = 0;
      initiate(peer);
    }
    return peer;
  }

  /** Seals a message and sends it by the peer's path; without a session it is dropped. */
  void send(Peer peer, Message message) {
    send(peer, message, peer.path);
  }

  void send(Peer peer, Message message, Path path) {
    ByteBuffer bytes = message.encode();
    send(peer, bytes.array(), bytes.arrayOffset(), bytes.remaining(), path);
  }

  /** The same for a message already encoded. */
  void send(Peer peer, byte[] message, int offset, int length, Path path) {
    Session session = peer.current;
    if (session == null || !session.isUsable(node.now())) {
      node.counters().noSession++;
      return;
    }
    int size = session.seal(message, offset, length, sealed, 0);
    if (size < 0) {
      node.counters().noSession++;
      return;
    }
    peer.sentMillis = node.now();
    transmit(path, peer.address, sealed, size);
    rekeyIfDue(peer, session);
  }

  private void rekeyIfDue(Peer peer, Session session) {
    if (session.wantsRekey(node.now()) && peer.attempt == null) {
      peer.tries = 0;
      initiate(peer);
    }
  }

  /** Where vectors for a peer go, if that is straight through the network; else null. */
  @Nullable Outlet outlet(Peer peer) {
    Session session = peer.current;
    if (session == null
        || !session.isUsable(node.now())
        || !(peer.path instanceof Path.Direct(Endpoint endpoint))
        || !endpoint.isUdp()) { // TLS takes its packets one by one
      return null;
    }
    Outlet outlet = peer.outlet;
    if (outlet == null || outlet.session() != session || !outlet.endpoint().equals(endpoint)) {
      outlet = new Outlet(session, endpoint);
      peer.outlet = outlet;
    }
    peer.sentMillis = node.now();
    rekeyIfDue(peer, session);
    return outlet;
  }

  /** {@return what opens the data frames that carry an index of ours, or null} */
  @Nullable Inlet inlet(int index) {
    Peer peer = byIndex.get(index);
    Session session = peer == null ? null : peer.session(index);
    if (peer == null || session == null || !session.isUsable(node.now())) {
      node.counters().unknownSession++;
      return null;
    }
    return new Inlet(peer, session);
  }

  /**
   * Frames of an inlet were opened: the session is confirmed and the peer alive.
   *
   * @return false if the session has ended meanwhile
   */
  boolean opened(Inlet inlet) {
    Peer peer = inlet.peer;
    if (peer.session(inlet.session.localIndex()) != inlet.session) {
      return false;
    }
    if (inlet.session == peer.next) {
      confirm(peer, inlet.session);
    }
    peer.heardMillis = node.now();
    return true;
  }

  /** Sends a datagram of a session with {@code target} by the given path. */
  private void transmit(Path path, Address target, byte[] datagram, int length) {
    switch (path) {
      case Path.Direct direct -> underlay.send(direct.endpoint(), datagram, 0, length);
      case Path.Through through ->
          node.router().tunnel(target, through.waypoint(), ByteBuffer.wrap(datagram, 0, length));
    }
  }

  private void transmit(Path path, Address target, ByteBuffer datagram) {
    byte[] bytes = new byte[datagram.remaining()];
    datagram.get(bytes);
    transmit(path, target, bytes, bytes.length);
  }

  /** Takes a datagram from the network or out of a tunnel. Never throws for what is in it. */
  void receive(ByteBuffer datagram, Path origin) {
    if (depth > MAX_NESTING) {
      node.counters().malformed++;
      return;
    }
    ByteBuffer whole = datagram.slice(); // what authenticates it counts from its first byte
    switch (Frame.parse(whole)) {
      case null -> node.counters().malformed++;
      case Frame.Initiation f -> answer(f, whole, origin);
      case Frame.Response f -> finish(f, whole, origin);
      case Frame.Cookie f -> keepCookie(f);
      case Frame.Data f -> open(f, origin);
    }
  }

  private void open(Frame.Data frame, Path origin) {
    Inlet inlet = inlet(frame.receiver());
    if (inlet == null) {
      return;
    }
    ByteBuffer text = frame.text();
    byte[] out = depth == 0 ? plain : new byte[text.remaining()];
    int length =
        inlet.session.open(
            frame.counter(),
            text.array(),
            text.arrayOffset() + text.position(),
            text.remaining(),
            out,
            0);
    if (length < 0) {
      node.counters().forged++;
      return;
    }
    opened(inlet);
    depth++;
    try {
      node.deliver(inlet.peer, ByteBuffer.wrap(out, 0, length), origin);
    } finally {
      depth--;
    }
  }

  private void answer(Frame.Initiation frame, ByteBuffer datagram, Path origin) {
    int index = freeIndex();
    switch (handshaker.respond(
        frame, datagram, bytesOf(origin), index, this::isFresh, node.now())) {
      case Handshaker.Outcome.Refused refused -> node.counters().refusedHandshakes++;
      case Handshaker.Outcome.OwnKey own -> node.counters().ownKeySeen++;
      case Handshaker.Outcome.Busy busy -> reply(origin, busy.cookieReply());
      case Handshaker.Outcome.Accepted accepted -> {
        Peer peer = known(accepted.key());
        if (peer == null) {
          accepted.session().erase();
          return;
        }
        peer.stamp = accepted.stamp();
        forget(peer.next);
        peer.next = accepted.session();
        byIndex.put(index, peer);
        if (!peer.isUp()) {
          peer.path = origin;
        }
        replyTo(peer.address, origin, accepted.response());
      }
    }
  }

  private void finish(Frame.Response frame, ByteBuffer datagram, Path origin) {
    Peer peer = byIndex.get(frame.receiver());
    Handshaker.Attempt attempt = peer == null ? null : peer.attempt;
    if (peer == null || attempt == null || attempt.localIndex() != frame.receiver()) {
      node.counters().unknownSession++;
      return;
    }
    Session session = attempt.finish(frame, datagram, node.now());
    peer.attempt = null;
    if (session == null) {
      byIndex.remove(frame.receiver());
      node.counters().forged++;
      return;
    }
    boolean first = !peer.isUp();
    if (first) {
      peer.path = origin;
    }
    peer.heardMillis = node.now();
    use(peer, session);
    if (first) {
      node.up(peer);
    }
    // whatever is sent first confirms the session to the responder
    send(peer, node.paths().candidates(peer, first));
  }

  private void keepCookie(Frame.Cookie frame) {
    Peer peer = byIndex.get(frame.receiver());
    Handshaker.Attempt attempt = peer == null ? null : peer.attempt;
    byte[] cookie = attempt == null ? null : attempt.cookie(frame);
    if (peer == null || cookie == null) {
      node.counters().forged++;
      return;
    }
    peer.cookie = cookie;
    peer.cookieMillis = node.now();
    peer.nextTryMillis = node.now();
  }

  /** The other side has used the session we answered with: now it is ours for sending too. */
  private void confirm(Peer peer, Session session) {
    boolean first = !peer.isUp();
    peer.next = null;
    use(peer, session);
    if (first) {
      node.up(peer);
    }
  }

  private void use(Peer peer, Session session) {
    forget(peer.previous);
    peer.previous = peer.current;
    peer.current = session;
    byIndex.put(session.localIndex(), peer);
  }

  /** Ends every session with a peer and tells the ring. */
  void down(Peer peer) {
    boolean wasUp = peer.isUp();
    Contact contact = peer.contact(); // with the endpoint that has worked
    forget(peer.current);
    forget(peer.previous);
    forget(peer.next);
    peer.current = null;
    peer.previous = null;
    peer.next = null;
    peer.path = Path.RING;
    peer.punchRounds = 0;
    peer.unansweredProbes = 0;
    if (wasUp) {
      node.down(peer, contact);
    }
  }

  /** Sends a last word and forgets the peer's sessions. */
  void close(Peer peer) {
    send(peer, new Message.Close());
    down(peer);
  }

  /** Repeats handshakes, replaces old keys, forgets what is dead. Call a few times a second. */
  void tick() {
    List<Peer> gone = new ArrayList<>();
    for (Peer peer : List.copyOf(peers.values())) {
      if (peer.attempt != null && node.now() >= peer.nextTryMillis) {
        retry(peer);
      }
      Session current = peer.current;
      if (current != null && !current.isUsable(node.now())) {
        down(peer);
      }
      if (peer.previous != null && !peer.previous.isUsable(node.now())) {
        forget(peer.previous);
        peer.previous = null;
      }
      if (peer.next != null && !peer.next.isUsable(node.now())) {
        forget(peer.next);
        peer.next = null;
      }
      // the record outlives its sessions, so that an old initiation cannot be played back
      if (!peer.isUp()
          && peer.next == null
          && peer.attempt == null
          && node.now() - peer.heardMillis > Session.REJECT_AFTER_MILLIS) {
        gone.add(peer);
      }
    }
    gone.forEach(p -> peers.remove(p.address));
  }

  private void retry(Peer peer) {
    Handshaker.Attempt attempt = peer.attempt;
    if (attempt != null) {
      byIndex.remove(attempt.localIndex());
      attempt.erase();
      peer.attempt = null;
    }
    if (peer.tries >= MAX_TRIES) {
      node.counters().failedHandshakes++;
      node.failed(peer);
      return;
    }
    initiate(peer);
  }

  private void initiate(Peer peer) {
    int index = freeIndex();
    boolean cookieGood = peer.cookie != null && node.now() - peer.cookieMillis < 100_000;
    Handshaker.Attempt attempt =
        handshaker.initiate(peer.key, index, node.wallMicros(), cookieGood ? peer.cookie : null);
    if (attempt == null) {
      node.failed(peer);
      return;
    }
    peer.attempt = attempt;
    byIndex.put(index, peer);
    long wait = FIRST_RETRY_MILLIS << Math.min(peer.tries, 4);
    peer.nextTryMillis = node.now() + wait + random.nextInt((int) wait / 4 + 1);
    peer.tries++;
    ByteBuffer message = attempt.message();
    byte[] bytes = new byte[message.remaining()];
    message.get(bytes);
    if (peer.isUp()) {
      transmit(peer.path, peer.address, bytes, bytes.length);
      return;
    }
    int sent = 0;
    for (Endpoint endpoint : List.copyOf(peer.candidates)) {
      // a connection is only worth its cost where UDP has stayed without an answer
      boolean now = endpoint.isUdp() || peer.tries > UDP_ALONE_TRIES;
      if (now && sent++ < Contact.MAX_ENDPOINTS) {
        underlay.send(endpoint, bytes, 0, bytes.length);
      }
    }
    // a named way first, plain ring routing from the third try on
    Path path = peer.tries > 2 && peer.path instanceof Path.Through ? Path.RING : peer.path;
    if (path instanceof Path.Through) {
      transmit(path, peer.address, bytes, bytes.length);
    }
  }

  private boolean isFresh(PublicKey sender, long stamp) {
    Peer peer = peers.get(sender.address());
    return peer == null || stamp > peer.stamp;
  }

  private @Nullable Peer known(PublicKey key) {
    Address address = key.address();
    if (address.equals(node.address())) {
      return null;
    }
    Peer peer = peers.get(address);
    if (peer == null && peers.size() < MAX_PEERS) {
      peer = new Peer(key);
      peer.heardMillis = node.now();
      peers.put(address, peer);
    }
    return peer;
  }

  private void forget(@Nullable Session session) {
    if (session != null) {
      byIndex.remove(session.localIndex());
      session.erase();
    }
  }

  private void reply(Path origin, ByteBuffer datagram) {
    if (origin instanceof Path.Direct) {
      transmit(origin, Address.ZERO, datagram);
    }
    // through a tunnel there is no address to prove: the sender repeats itself
  }

  private void replyTo(Address target, Path origin, ByteBuffer datagram) {
    transmit(origin, target, datagram);
  }

  private int freeIndex() {
    int index = random.nextInt();
    while (byIndex.containsKey(index)) {
      index = random.nextInt();
    }
    return index;
  }

  private static byte[] bytesOf(Path origin) {
    return origin instanceof Path.Direct direct
        ? direct.endpoint().toString().getBytes(java.nio.charset.StandardCharsets.US_ASCII)
        : new byte[0];
  }
}
