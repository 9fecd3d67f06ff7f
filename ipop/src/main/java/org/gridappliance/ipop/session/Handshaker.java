package org.gridappliance.ipop.session;

import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.util.random.RandomGenerator;
import org.gridappliance.ipop.noise.Handshake;
import org.gridappliance.ipop.noise.X25519;
import org.gridappliance.ipop.wire.Frame;
import org.gridappliance.ipop.wire.PublicKey;
import org.jspecify.annotations.Nullable;

/**
 * Makes and answers handshake messages for one identity. Not thread-safe.
 *
 * <p>Initiator: {@link #initiate} → {@link Attempt#finish} on the response. Responder: {@link
 * #respond} on an initiation, in the order cheap check first: mac1, cookie under load, then the
 * public-key work, then the clock of the sender.
 */
public final class Handshaker {

  /** Initiations a second answered without asking for a cookie. */
  public static final int CALM_PER_SECOND = 100;

  private static final byte[] PROLOGUE =
      "ipop v1".getBytes(java.nio.charset.StandardCharsets.UTF_8);

  /** What became of an initiation. */
  public sealed interface Outcome {
    /** A session, to be used for sending only once the other side has used it. */
    record Accepted(PublicKey key, long stamp, Session session, ByteBuffer response)
        implements Outcome {}

    /** Under load: the sender shall come back with the cookie in this reply. */
    record Busy(ByteBuffer cookieReply) implements Outcome {}

    /** To be dropped and counted. */
    record Refused(String why) implements Outcome {}

    /** Authentic, and from our own key: a second node runs with a copy of it. */
    record OwnKey() implements Outcome {}
  }

  /** Decides whether an initiation's clock is newer than the sender's last one. */
  @FunctionalInterface
  public interface Freshness {
    boolean isFresh(PublicKey sender, long stamp);
  }

  /** A handshake we began and that waits for its response. */
  public final class Attempt {
    private final Handshake handshake;
    private final PublicKey peer;
    private final int localIndex;
    private final ByteBuffer message;

    private Attempt(Handshake handshake, PublicKey peer, int localIndex, ByteBuffer message) {
      this.handshake = handshake;
      this.peer = peer;
      this.localIndex = localIndex;
      this.message = message;
    }

    /** {@return the index the response will carry} */
    public int localIndex() {
      return localIndex;
    }

    /** {@return the initiation to send, with its MACs} */
    public ByteBuffer message() {
      return message.duplicate();
    }

    /** {@return the session, or null if the response does not verify} */
    public @Nullable Session finish(Frame.Response response, ByteBuffer datagram, long nowMillis) {
      if (!cookies.hasMac1(datagram)
          || handshake.readSecond(Cookies.bytes(response.noise())) == null) {
        return null;
      }
      return new Session(localIndex, response.sender(), true, handshake.split(), nowMillis);
    }

    /** {@return the cookie of a reply to this attempt, or null if it is forged} */
    public byte @Nullable [] cookie(Frame.Cookie reply) {
      byte[] mac1 = new byte[Frame.MAC];
      message.get(message.limit() - 2 * Frame.MAC, mac1);
      return Cookies.open(reply, peer, mac1);
    }

    /** Forgets the attempt's secrets. */
    public void erase() {
      handshake.erase();
    }
  }

  private final Identity identity;
  private final RandomGenerator random;
  private final Cookies cookies;
  private long lastStamp;
  private long windowStartMillis;
  private int inWindow;

  /** The random source must be a secure one outside of simulations. */
  public Handshaker(Identity identity, RandomGenerator random) {
    this.identity = identity;
    this.random = random;
    cookies = new Cookies(identity.publicKey(), random);
  }

  /**
   * Begins a handshake.
   *
   * @param wallMicros the machine's clock; what is sent always grows, also when it jumps back
   * @return null if the key is a point of small order
   */
  public @Nullable Attempt initiate(
      PublicKey peer, int localIndex, long wallMicros, byte @Nullable [] cookie) {
    lastStamp = Math.max(lastStamp + 1, wallMicros);
    Handshake handshake =
        Handshake.initiator(
            PROLOGUE,
            identity.privateKey(),
            identity.publicKey().bytes(),
            ephemeral(),
            peer.bytes(),
            identity.poolKey());
    try {
      byte[] stamp = ByteBuffer.allocate(Frame.STAMP).putLong(lastStamp).array();
      ByteBuffer message = Frame.initiation(localIndex, handshake.writeFirst(stamp));
      Cookies.seal(message, peer, cookie);
      return new Attempt(handshake, peer, localIndex, message);
    } catch (InvalidKeyException e) {
      return null; // a contact with such a key cannot be a node
    }
  }

  /**
   * Answers an initiation.
   *
   * @param origin bytes naming where the answer will go, for the cookie
   * @param localIndex the new session's
   */
  public Outcome respond(
      Frame.Initiation initiation,
      ByteBuffer datagram,
      byte[] origin,
      int localIndex,
      Freshness freshness,
      long nowMillis) {
    if (!cookies.hasMac1(datagram)) {
      return new Outcome.Refused("mac1");
    }
    if (isBusy(nowMillis) && !cookies.hasMac2(datagram, origin, nowMillis)) {
      return new Outcome.Busy(
          cookies.reply(initiation.sender(), initiation.mac1(), origin, nowMillis));
    }
    Handshake handshake =
        Handshake.responder(
            PROLOGUE,
            identity.privateKey(),
            identity.publicKey().bytes(),
            ephemeral(),
            identity.poolKey());
    byte[] stamp = handshake.readFirst(Cookies.bytes(initiation.noise()));
    if (stamp == null) {
      return new Outcome.Refused("noise");
    }
    PublicKey peer = PublicKey.of(handshake.remoteStatic());
    long clock = ByteBuffer.wrap(stamp).getLong();
    if (peer.equals(identity.publicKey())) {
      handshake.erase();
      return new Outcome.OwnKey();
    }
    if (!freshness.isFresh(peer, clock)) {
      handshake.erase();
      return new Outcome.Refused("replay");
    }
    try {
      ByteBuffer response =
          Frame.response(localIndex, initiation.sender(), handshake.writeSecond(new byte[0]));
      Cookies.seal(response, peer, null);
      Session session =
          new Session(localIndex, initiation.sender(), false, handshake.split(), nowMillis);
      return new Outcome.Accepted(peer, clock, session, response);
    } catch (InvalidKeyException e) {
      return new Outcome.Refused("small order"); // a stranger's key, not our failure
    }
  }

  /** Counts an initiation; true from the one that is too many within a second. */
  private boolean isBusy(long nowMillis) {
    if (nowMillis - windowStartMillis >= 1000) {
      windowStartMillis = nowMillis;
      inWindow = 0;
    }
    return ++inWindow > CALM_PER_SECOND;
  }

  private byte[] ephemeral() {
    byte[] key = new byte[X25519.LENGTH];
    random.nextBytes(key);
    return key;
  }
}
