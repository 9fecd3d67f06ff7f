package org.gridappliance.ipop.session;

import org.gridappliance.ipop.noise.Aead;
import org.gridappliance.ipop.noise.Handshake;
import org.gridappliance.ipop.replay.ReplayWindow;
import org.gridappliance.ipop.wire.Frame;

/**
 * The transport keys of one finished handshake and what was done with them. Times are in
 * milliseconds of the clock handed in. Thread-safe: sealing and opening have a lock each, so that a
 * node's other sessions, and the other direction, go on meanwhile.
 *
 * <p>Lifetimes as in WireGuard's paper §6.1, the volume bound stricter because of AES-GCM: a new
 * handshake is due after {@link #REKEY_AFTER_MILLIS} or {@link #REKEY_AFTER_MESSAGES}, and nothing
 * is sealed or opened after {@link #REJECT_AFTER_MILLIS} or {@link #REJECT_AFTER_MESSAGES}.
 */
public final class Session {

  /** Age at which the initiator starts the next handshake. */
  public static final long REKEY_AFTER_MILLIS = 120_000;

  /** Age after which the keys are useless. */
  public static final long REJECT_AFTER_MILLIS = 180_000;

  /** Messages after which the next handshake starts. */
  public static final long REKEY_AFTER_MESSAGES = 1L << 26;

  /**
   * Messages after which the keys are useless: at 1.4 kB each, AES-GCM's bound of RFC 8446 §5.5.
   */
  public static final long REJECT_AFTER_MESSAGES = 1L << 28;

  /** Bytes a message grows by when sealed. */
  public static final int OVERHEAD = Frame.DATA_MIN;

  private static final byte[] NO_AD = new byte[0];

  private final int localIndex;
  private final int remoteIndex;
  private final boolean initiator;
  private final long bornMillis;
  private final Aead sending;
  private final Aead receiving;
  private final ReplayWindow window = new ReplayWindow();

  /** Guarded by {@link #receiving}: the zero key must not open what anybody can seal with it. */
  private boolean isErased;

  /** Guarded by {@link #sending} where it is written. */
  private volatile long counter;

  Session(
      int localIndex, int remoteIndex, boolean initiator, Handshake.Keys keys, long bornMillis) {
    this.localIndex = localIndex;
    this.remoteIndex = remoteIndex;
    this.initiator = initiator;
    this.bornMillis = bornMillis;
    sending = keys.sending();
    receiving = keys.receiving();
  }

  /** {@return the index the other side addresses this session by} */
  public int localIndex() {
    return localIndex;
  }

  /** {@return whether the keys may still be used} */
  public boolean isUsable(long nowMillis) {
    return nowMillis - bornMillis < REJECT_AFTER_MILLIS && counter < REJECT_AFTER_MESSAGES;
  }

  /**
   * {@return whether it is time for a new handshake} The initiator asks first; the responder a
   * little later, should the initiator not.
   */
  public boolean wantsRekey(long nowMillis) {
    long due = initiator ? REKEY_AFTER_MILLIS : (REKEY_AFTER_MILLIS + REJECT_AFTER_MILLIS) / 2;
    return nowMillis - bornMillis >= due || counter >= REKEY_AFTER_MESSAGES;
  }

  /**
   * Seals a message into a whole data frame.
   *
   * @param out has room for {@code length + OVERHEAD} bytes at {@code outOffset}; must not overlap
   *     {@code plain}
   * @return the frame's length, or -1 if the keys may no longer be used
   */
  public int seal(byte[] plain, int offset, int length, byte[] out, int outOffset) {
    synchronized (sending) {
      long number = counter;
      if (number >= REJECT_AFTER_MESSAGES) {
        return -1;
      }
      counter = number + 1;
      Frame.dataHeader(out, outOffset, remoteIndex, number);
      return Frame.DATA_HEADER
          + sending.seal(number, NO_AD, plain, offset, length, out, outOffset + Frame.DATA_HEADER);
    }
  }

  /**
   * Opens a data frame's text.
   *
   * @return the message's length, or -1 if it is not authentic or was seen before
   */
  public int open(long number, byte[] text, int offset, int length, byte[] out, int outOffset) {
    if (number < 0 || number >= REJECT_AFTER_MESSAGES) {
      return -1;
    }
    synchronized (receiving) {
      if (isErased) {
        return -1;
      }
      int opened = receiving.open(number, NO_AD, text, offset, length, out, outOffset);
      return opened >= 0 && window.accept(number) ? opened : -1;
    }
  }

  /** Forgets the keys. */
  public void erase() {
    synchronized (sending) {
      counter = REJECT_AFTER_MESSAGES;
      sending.erase();
    }
    synchronized (receiving) {
      isErased = true;
      receiving.erase();
    }
  }
}
