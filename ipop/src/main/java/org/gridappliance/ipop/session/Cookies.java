package org.gridappliance.ipop.session;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.gridappliance.ipop.noise.Aead;
import org.gridappliance.ipop.noise.Hash;
import org.gridappliance.ipop.wire.Frame;
import org.gridappliance.ipop.wire.PublicKey;
import org.jspecify.annotations.Nullable;

/**
 * The two authenticators at the end of a handshake message, after WireGuard's paper §5.3 with
 * HMAC-SHA-256 cut to 16 bytes. <i>mac1</i> proves that the sender knows whom he speaks to, so a
 * scanner gets no answer; <i>mac2</i> that he receives where he sends from, which is asked for only
 * under load, before any public-key work. Not thread-safe.
 */
public final class Cookies {

  /** How long a cookie is good for. */
  public static final long LIFETIME_MILLIS = 120_000;

  private final RandomGenerator random;
  private final byte[] mac1Key;
  private final byte[] cookieKey;
  private final byte[] secret = new byte[32];
  private long secretBornMillis = Long.MIN_VALUE;

  /** For the node with this public key. */
  public Cookies(PublicKey self, RandomGenerator random) {
    this.random = random;
    mac1Key = mac1Key(self);
    cookieKey = cookieKey(self);
  }

  /** Writes mac1, and mac2 if there is a cookie, into a handshake message to {@code receiver}. */
  public static void seal(ByteBuffer message, PublicKey receiver, byte @Nullable [] cookie) {
    int end = message.limit();
    byte[] mac1 = mac(mac1Key(receiver), message.slice(0, end - 2 * Frame.MAC));
    message.put(end - 2 * Frame.MAC, mac1);
    if (cookie != null) {
      message.put(end - Frame.MAC, mac(cookie, message.slice(0, end - Frame.MAC)));
    }
  }

  /** {@return whether the sender knew this node's key} */
  public boolean hasMac1(ByteBuffer message) {
    int at = message.limit() - 2 * Frame.MAC;
    return ByteBuffer.wrap(mac(mac1Key, message.slice(0, at))).equals(message.slice(at, Frame.MAC));
  }

  /** {@return whether the sender has a cookie given to {@code origin} less than two minutes ago} */
  public boolean hasMac2(ByteBuffer message, byte[] origin, long nowMillis) {
    int at = message.limit() - Frame.MAC;
    return ByteBuffer.wrap(mac(cookie(origin, nowMillis), message.slice(0, at)))
        .equals(message.slice(at, Frame.MAC));
  }

  /** {@return a cookie reply to a message whose mac1 is right} */
  public ByteBuffer reply(int receiver, ByteBuffer mac1, byte[] origin, long nowMillis) {
    byte[] salt = new byte[16];
    random.nextBytes(salt);
    byte[] sealed = new byte[Frame.MAC + Aead.TAG];
    byte[] cookie = cookie(origin, nowMillis);
    new Aead(Hash.mac(cookieKey, salt)).seal(0, bytes(mac1), cookie, 0, cookie.length, sealed, 0);
    return Frame.cookie(receiver, salt, sealed);
  }

  /**
   * {@return the cookie in a reply, or null if it is not from {@code sender} or not for our
   * message}
   *
   * @param ourMac1 of the message it answers
   */
  public static byte @Nullable [] open(Frame.Cookie reply, PublicKey sender, byte[] ourMac1) {
    byte[] out = new byte[Frame.MAC];
    byte[] sealed = bytes(reply.sealed());
    Aead aead = new Aead(Hash.mac(cookieKey(sender), bytes(reply.salt())));
    return aead.open(0, ourMac1, sealed, 0, sealed.length, out, 0) < 0 ? null : out;
  }

  private byte[] cookie(byte[] origin, long nowMillis) {
    if (secretBornMillis == Long.MIN_VALUE || nowMillis - secretBornMillis >= LIFETIME_MILLIS) {
      random.nextBytes(secret);
      secretBornMillis = nowMillis;
    }
    return Arrays.copyOf(Hash.mac(secret, origin), Frame.MAC);
  }

  private static byte[] mac(byte[] key, ByteBuffer message) {
    return Arrays.copyOf(Hash.mac(key, bytes(message)), Frame.MAC);
  }

  private static byte[] mac1Key(PublicKey key) {
    return Hash.of("ipop mac1 v1", key.bytes());
  }

  private static byte[] cookieKey(PublicKey key) {
    return Hash.of("ipop cookie v1", key.bytes());
  }

  static byte[] bytes(ByteBuffer view) {
    byte[] out = new byte[view.remaining()];
    view.get(view.position(), out);
    return out;
  }
}
