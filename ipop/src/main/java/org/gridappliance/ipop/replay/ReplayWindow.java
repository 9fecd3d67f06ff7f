package org.gridappliance.ipop.replay;

import java.util.Arrays;

/**
 * A sliding window that accepts each packet counter once (RFC 6479). Not thread-safe: owned by one
 * session.
 *
 * <p>A ring of 128 blocks of 64 bits; a counter's block is {@code counter / 64 mod 128}. Moving the
 * window forward clears whole blocks instead of shifting bits, so one block is always spare and
 * counters up to {@link #SIZE} behind the newest are told apart.
 */
public final class ReplayWindow {

  private static final int BLOCKS = 128;

  /** How far behind the newest a counter may be and still be accepted: 8,128. */
  public static final int SIZE = (BLOCKS - 1) * Long.SIZE;

  private final long[] blocks = new long[BLOCKS];

  /** The newest counter accepted; only meaningful once {@link #any} is true. */
  private long newest;

  private boolean any;

  /**
   * Records a counter. Call it only after the packet has been authenticated, or a forger moves the
   * window.
   *
   * @param counter at least 0, as received
   * @return false if seen before or older than the window; the packet must then be dropped
   */
  public boolean accept(long counter) {
    if (counter < 0) {
      return false;
    }
    if (!any) {
      any = true;
      newest = counter;
    } else if (counter > newest) {
      long from = newest / Long.SIZE;
      long steps = Math.min(counter / Long.SIZE - from, BLOCKS);
      for (long step = 1; step <= steps; step++) {
        blocks[(int) ((from + step) % BLOCKS)] = 0;
      }
      newest = counter;
    } else if (newest - counter > SIZE) {
      return false;
    }
    int block = (int) (counter / Long.SIZE % BLOCKS);
    long bit = 1L << (counter % Long.SIZE);
    if ((blocks[block] & bit) != 0) {
      return false;
    }
    blocks[block] |= bit;
    return true;
  }

  /** Forgets everything, as for a new session. */
  public void reset() {
    Arrays.fill(blocks, 0);
    newest = 0;
    any = false;
  }
}
