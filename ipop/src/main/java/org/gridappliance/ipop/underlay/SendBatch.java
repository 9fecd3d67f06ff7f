package org.gridappliance.ipop.underlay;

import org.gridappliance.ipop.wire.Endpoint;

/**
 * Datagrams on their way out, handed to the kernel in one call. Consecutive ones to the same
 * endpoint and of the same size become one run, which the kernel cuts (UDP_SEGMENT). Owned by one
 * thread.
 */
public final class SendBatch {

  /** The most runs of a batch. */
  static final int MAX = 64;

  /** The kernel's bound of {@code UDP_MAX_SEGMENTS} before Linux 6.9. */
  private static final int MAX_SEGMENTS = 64;

  /** What fits an IPv4 datagram of 65,535 bytes, some room kept. */
  private static final int MAX_RUN = 65_000;

  private static final int CAPACITY = 2 * 0x10000;

  final byte[] bytes = new byte[CAPACITY];
  final Endpoint[] to = new Endpoint[MAX];
  final int[] offset = new int[MAX];
  final int[] length = new int[MAX];
  final int[] segment = new int[MAX];
  int runs;
  private int segments;
  private int used;
  private boolean isOpen;
  private final UdpUnderlay underlay;

  SendBatch(UdpUnderlay underlay) {
    this.underlay = underlay;
  }

  /** {@return the array to write the next datagram into, at {@link #end}} */
  public byte[] bytes() {
    return bytes;
  }

  /** {@return where the next datagram goes} */
  public int end() {
    return used;
  }

  /** Makes room for a datagram of up to this many bytes, sending what is there if need be. */
  public void reserve(int size) {
    if (runs == MAX || CAPACITY - used < size) {
      flush();
    }
  }

  /** Adds a datagram that was written at {@link #end} after {@link #reserve}. */
  public void add(Endpoint endpoint, int size) {
    if (!underlay.reaches(endpoint)) {
      return;
    }
    int last = runs - 1;
    boolean joins =
        isOpen
            && underlay.canSegment()
            && size <= segment[last]
            && segments < MAX_SEGMENTS
            && length[last] + size <= MAX_RUN
            && to[last].equals(endpoint);
    if (joins) {
      length[last] += size;
      segments++;
      isOpen = size == segment[last];
    } else {
      to[runs] = endpoint;
      offset[runs] = used;
      length[runs] = size;
      segment[runs] = size;
      runs++;
      segments = 1;
      isOpen = true;
    }
    used += size;
  }

  /** Sends everything; blocks while the socket's buffer is full. */
  public void flush() {
    if (runs > 0) {
      underlay.send(this);
      runs = 0;
      used = 0;
      isOpen = false;
    }
  }

  /** {@return bytes of all datagrams} */
  int size() {
    return used;
  }
}
