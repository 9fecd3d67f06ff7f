package org.gridappliance.ipop.device;

/**
 * A vector of frames read from a {@link Tap} in one go: ordinary ones, and super-packets that the
 * kernel left for the device to cut (virtio-net's header, OASIS virtio 1.2 §5.1.6). Owned by one
 * thread at a time; used again and again.
 */
public final class Frames {

  /** The most frames of a vector. */
  static final int MAX = 64;

  /** A super-packet's most bytes, Ethernet header and VLAN tag included. */
  static final int MAX_FRAME = 0x10000 + 18;

  /** Read again while there is room for the largest. */
  private static final int CAPACITY = 2 * MAX_FRAME;

  final byte[] bytes = new byte[CAPACITY];
  final int[] offset = new int[MAX];
  final int[] length = new int[MAX];

  /** Of virtio-net's header, which for an ordinary frame without offloads is zero. */
  final int[] flags = new int[MAX];

  final int[] gsoType = new int[MAX];
  final int[] gsoSize = new int[MAX];
  final int[] csumStart = new int[MAX];
  final int[] csumOffset = new int[MAX];
  int count;
  private int used;

  /** {@return how many frames there are} */
  public int count() {
    return count;
  }

  /** {@return the array that holds all frames} */
  public byte[] bytes() {
    return bytes;
  }

  /** {@return where a frame starts} */
  public int offset(int frame) {
    return offset[frame];
  }

  /** {@return a frame's bytes, Ethernet header included} */
  public int length(int frame) {
    return length[frame];
  }

  /** {@return bytes of all frames} */
  public int size() {
    return used;
  }

  void clear() {
    count = 0;
    used = 0;
  }

  boolean hasRoom() {
    return count < MAX && CAPACITY - used >= MAX_FRAME;
  }

  /** {@return where the next frame goes} */
  int end() {
    return used;
  }

  /** Adds an ordinary frame of this many bytes, already at {@link #end}. */
  void add(int size) {
    offset[count] = used;
    length[count] = size;
    flags[count] = 0;
    gsoType[count] = VnetHeader.NONE;
    gsoSize[count] = 0;
    count++;
    used += size;
  }
}
