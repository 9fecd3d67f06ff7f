package org.gridappliance.ipop.noise;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code Noise_IKpsk2_25519_AESGCM_SHA256} (Noise specification revision 34).
 *
 * <pre>
 *   &lt;- s
 *   ...
 *   -&gt; e, es, s, ss          the initiator knows the responder's key beforehand
 *   &lt;- e, ee, se, psk        from here on both are authenticated and past keys do not help
 * </pre>
 *
 * <p>Use: initiator {@link #writeFirst}, {@link #readSecond}, {@link #split}; responder {@link
 * #readFirst}, {@link #writeSecond}, {@link #split}. Any other order is an {@link
 * IllegalStateException}. A message that does not verify gives null and ends the run. Not
 * thread-safe.
 */
public final class Handshake {

  /** The full name, mixed into every hash. */
  public static final String PROTOCOL = "Noise_IKpsk2_25519_AESGCM_SHA256";

  /** Bytes of the first message beside its payload: e, sealed s, the payload's tag. */
  public static final int FIRST_OVERHEAD = X25519.LENGTH + X25519.LENGTH + Aead.TAG + Aead.TAG;

  /** Bytes of the second message beside its payload: e, the payload's tag. */
  public static final int SECOND_OVERHEAD = X25519.LENGTH + Aead.TAG;

  private enum Step {
    FIRST,
    SECOND,
    SPLIT,
    DONE
  }

  /** The two keys of a finished run, by use; the hash names the run uniquely. */
  public record Keys(Aead sending, Aead receiving, ByteBuffer hash) {}

  private final SymmetricState state = new SymmetricState(PROTOCOL);
  private final boolean initiator;
  private final byte[] staticPrivate;
  private final byte[] staticPublic;
  private final byte[] ephemeralPrivate;
  private final byte[] ephemeralPublic;
  private final byte[] presharedKey;
  private byte @Nullable [] remoteStatic;
  private byte @Nullable [] remoteEphemeral;
  private Step step = Step.FIRST;

  private Handshake(
      boolean initiator,
      byte[] prologue,
      byte[] staticPrivate,
      byte[] staticPublic,
      byte[] ephemeralPrivate,
      byte @Nullable [] remoteStatic,
      byte[] presharedKey) {
    this.initiator = initiator;
    this.staticPrivate = staticPrivate;
    this.staticPublic = staticPublic;
    this.ephemeralPrivate = ephemeralPrivate.clone();
    this.ephemeralPublic = X25519.publicKey(ephemeralPrivate);
    this.remoteStatic = remoteStatic;
    this.presharedKey = presharedKey;
    state.mixHash(prologue);
    state.mixHash(remoteStatic != null ? remoteStatic : staticPublic);
  }

  /** Starts the initiator's side. The ephemeral key must be fresh: 32 random bytes. */
  public static Handshake initiator(
      byte[] prologue,
      byte[] staticPrivate,
      byte[] staticPublic,
      byte[] ephemeralPrivate,
      byte[] remoteStatic,
      byte[] presharedKey) {
    return new Handshake(
        true, prologue, staticPrivate, staticPublic, ephemeralPrivate, remoteStatic, presharedKey);
  }

  /** Starts the responder's side. The ephemeral key must be fresh: 32 random bytes. */
  public static Handshake responder(
      byte[] prologue,
      byte[] staticPrivate,
      byte[] staticPublic,
      byte[] ephemeralPrivate,
      byte[] presharedKey) {
    return new Handshake(
        false, prologue, staticPrivate, staticPublic, ephemeralPrivate, null, presharedKey);
  }

  /**
   * Initiator: e, es, s, ss and the payload.
   *
   * @throws InvalidKeyException if the responder's key is a point of small order
   */
  public byte[] writeFirst(byte[] payload) throws InvalidKeyException {
    advance(true, Step.FIRST, Step.SECOND);
    byte[] remote = known(remoteStatic);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    sendEphemeral(out);
    mix(ephemeralPrivate, remote);
    out.writeBytes(state.encryptAndHash(staticPublic));
    mix(staticPrivate, remote);
    out.writeBytes(state.encryptAndHash(payload));
    return out.toByteArray();
  }

  /** Responder: {@return the payload, or null if the message does not verify} */
  public byte @Nullable [] readFirst(byte[] message) {
    advance(false, Step.FIRST, Step.SECOND);
    if (message.length < FIRST_OVERHEAD) {
      return fail();
    }
    try {
      byte[] ephemeral = receiveEphemeral(message);
      mix(staticPrivate, ephemeral);
      int end = X25519.LENGTH + X25519.LENGTH + Aead.TAG;
      byte[] key = state.decryptAndHash(Arrays.copyOfRange(message, X25519.LENGTH, end));
      if (key == null) {
        return fail();
      }
      remoteStatic = key;
      mix(staticPrivate, key);
      byte[] payload = state.decryptAndHash(Arrays.copyOfRange(message, end, message.length));
      return payload == null ? fail() : payload;
    } catch (InvalidKeyException e) {
      return fail(); // a point of small order: a stranger's bytes are not exceptional
    }
  }

  /**
   * Responder: e, ee, se, psk and the payload.
   *
   * @throws InvalidKeyException if one of the initiator's keys is a point of small order
   */
  public byte[] writeSecond(byte[] payload) throws InvalidKeyException {
    advance(false, Step.SECOND, Step.SPLIT);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    sendEphemeral(out);
    mix(ephemeralPrivate, known(remoteEphemeral));
    mix(ephemeralPrivate, known(remoteStatic));
    state.mixKeyAndHash(presharedKey);
    out.writeBytes(state.encryptAndHash(payload));
    return out.toByteArray();
  }

  /** Initiator: {@return the payload, or null if the message does not verify} */
  public byte @Nullable [] readSecond(byte[] message) {
    advance(true, Step.SECOND, Step.SPLIT);
    if (message.length < SECOND_OVERHEAD) {
      return fail();
    }
    try {
      byte[] ephemeral = receiveEphemeral(message);
      mix(ephemeralPrivate, ephemeral);
      mix(staticPrivate, ephemeral);
      state.mixKeyAndHash(presharedKey);
      byte[] payload =
          state.decryptAndHash(Arrays.copyOfRange(message, X25519.LENGTH, message.length));
      return payload == null ? fail() : payload;
    } catch (InvalidKeyException e) {
      return fail(); // as in readFirst
    }
  }

  /** {@return the other side's static public key, known once the first message has been read} */
  public byte[] remoteStatic() {
    return known(remoteStatic).clone();
  }

  /** {@return the transport keys}, once; erases the rest of the run. */
  public Keys split() {
    advance(initiator, Step.SPLIT, Step.DONE);
    ByteBuffer hash = ByteBuffer.wrap(state.hash()).asReadOnlyBuffer();
    byte[][] keys = state.split();
    Aead first = new Aead(keys[0]);
    Aead second = new Aead(keys[1]);
    Arrays.fill(keys[0], (byte) 0);
    Arrays.fill(keys[1], (byte) 0);
    erase();
    return initiator ? new Keys(first, second, hash) : new Keys(second, first, hash);
  }

  /** Forgets the run's secrets; it can only be thrown away afterwards. */
  public void erase() {
    step = Step.DONE;
    state.erase();
    Arrays.fill(ephemeralPrivate, (byte) 0);
  }

  private void sendEphemeral(ByteArrayOutputStream out) {
    out.writeBytes(ephemeralPublic);
    state.mixHash(ephemeralPublic);
    state.mixKey(ephemeralPublic); // §9.2: with a psk, "e" is mixed into the key too
  }

  private byte[] receiveEphemeral(byte[] message) {
    byte[] key = Arrays.copyOf(message, X25519.LENGTH);
    remoteEphemeral = key;
    state.mixHash(key);
    state.mixKey(key);
    return key;
  }

  private void mix(byte[] privateKey, byte[] publicKey) throws InvalidKeyException {
    byte[] secret = X25519.agree(privateKey, publicKey);
    state.mixKey(secret);
    Arrays.fill(secret, (byte) 0);
  }

  private byte @Nullable [] fail() {
    erase();
    return null;
  }

  private void advance(boolean asInitiator, Step from, Step to) {
    if (initiator != asInitiator || step != from) {
      throw new IllegalStateException(
          "handshake is at " + step + " as " + (initiator ? "initiator" : "responder"));
    }
    step = to;
  }

  private static byte[] known(byte @Nullable [] key) {
    if (key == null) {
      throw new IllegalStateException("the other side's key is not known yet");
    }
    return key;
  }
}
