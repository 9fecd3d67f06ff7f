package org.gridappliance.ipop.underlay;

import org.gridappliance.ipop.wire.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * A vector of datagrams received in one go. A <i>run</i> is one sender's consecutive datagrams as
 * the kernel joined them (UDP_GRO): all of one size but the last, which may be shorter. Owned by
 * one thread at a time; used again and again.
 */
public final class Received {

  /** The most runs of a vector. */
  static final int MAX = 16;

  /** A run's most bytes. */
  static final int MAX_RUN = 0x10000;

  final byte[] bytes = new byte[MAX * MAX_RUN];
  final @Nullable Endpoint[] from = new Endpoint[MAX];
  final int[] offset = new int[MAX];
  final int[] length = new int[MAX];
  final int[] segment = new int[MAX];
  int runs;
  private int used;

  /** {@return how many runs there are} */
  public int runs() {
    return runs;
  }

  /** {@return the array that holds all datagrams} */
  public byte[] bytes() {
    return bytes;
  }

  /** {@return who sent a run; null for a sender that cannot be answered} */
  public @Nullable Endpoint from(int run) {
    return from[run];
  }

  /** {@return where a run starts} */
  public int offset(int run) {
    return offset[run];
  }

  /** {@return a run's bytes} */
  public int length(int run) {
    return length[run];
  }

  /** {@return the bytes of each of a run's datagrams but the last, at least 1} */
  public int segment(int run) {
    return segment[run];
  }

  /** {@return bytes of all datagrams} */
  public int size() {
    return used;
  }

  void clear() {
    runs = 0;
    used = 0;
  }

  /** {@return where the next run goes} */
  int end() {
    return used;
  }

  /** Adds a run whose bytes are already at {@link #end}. */
  void add(@Nullable Endpoint sender, int size, int each) {
    from[runs] = sender;
    offset[runs] = used;
    length[runs] = size;
    segment[runs] = each > 0 ? each : Math.max(size, 1);
    runs++;
    used += size;
  }
}
