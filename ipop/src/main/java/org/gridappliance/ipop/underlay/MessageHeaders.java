package org.gridappliance.ipop.underlay;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.gridappliance.ipop.kernel.LibC;
import org.gridappliance.ipop.wire.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * An array of {@code struct mmsghdr} with everything they point to (recvmmsg(2), sendmmsg(2),
 * cmsg(3), Linux on 64 bits): for each message an address, one buffer and one control message.
 * Owned by one thread, or guarded by its user.
 */
final class MessageHeaders {

  private static final int HEADER = 64;
  private static final int IOV = 16;
  private static final int NAME = 32;
  private static final int CONTROL = 32;
  private static final int SLOT = HEADER + IOV + NAME + CONTROL;
  private static final int CMSG_DATA = 16;

  private final boolean ipv6;
  private final int slots;
  private final ByteBuffer memory;
  private final long address;
  private final int names;
  private final int iovs;
  private final int controls;
  private @Nullable Endpoint last;

  MessageHeaders(int slots, boolean ipv6) {
    this.slots = slots;
    this.ipv6 = ipv6;
    memory = LibC.memory(slots * SLOT);
    address = LibC.address(memory);
    iovs = slots * HEADER;
    names = iovs + slots * IOV;
    controls = names + slots * NAME;
    for (int i = 0; i < slots; i++) {
      int at = i * HEADER;
      memory.putLong(at, address + names + (long) i * NAME);
      memory.putLong(at + 16, address + iovs + (long) i * IOV);
      memory.putLong(at + 24, 1);
      memory.putLong(at + 32, address + controls + (long) i * CONTROL);
    }
  }

  /** {@return where the array of headers from one on starts} */
  long address(int slot) {
    return address + (long) slot * HEADER;
  }

  /** Makes a slot ready to send a run. */
  void toSend(int slot, Endpoint to, long buffer, int length, int segment) {
    int at = slot * HEADER;
    writeName(names + slot * NAME, to);
    memory.putInt(at + 8, ipv6 ? 28 : 16);
    memory.putLong(iovs + slot * IOV, buffer);
    memory.putLong(iovs + slot * IOV + 8, length);
    boolean isRun = length > segment;
    memory.putLong(at + 40, isRun ? 24 : 0);
    if (isRun) {
      int control = controls + slot * CONTROL;
      memory.putLong(control, CMSG_DATA + 2);
      memory.putInt(control + 8, LibC.SOL_UDP);
      memory.putInt(control + 12, LibC.UDP_SEGMENT);
      memory.putShort(control + CMSG_DATA, (short) segment);
    }
  }

  /** Makes all slots ready to receive into equal parts of a buffer. */
  void toReceive(long buffer, int each) {
    for (int i = 0; i < slots; i++) {
      int at = i * HEADER;
      memory.putInt(at + 8, NAME);
      memory.putLong(iovs + i * IOV, buffer + (long) i * each);
      memory.putLong(iovs + i * IOV + 8, each);
      memory.putLong(at + 40, CONTROL);
    }
  }

  /** {@return bytes received into a slot} */
  int length(int slot) {
    return memory.getInt(slot * HEADER + 56);
  }

  /** {@return the size of each datagram the kernel has joined there, or 0 if it did not} */
  int segment(int slot) {
    int control = controls + slot * CONTROL;
    boolean joined =
        memory.getLong(slot * HEADER + 40) >= CMSG_DATA + 4
            && memory.getInt(control + 8) == LibC.SOL_UDP
            && memory.getInt(control + 12) == LibC.UDP_GRO;
    return joined ? memory.getInt(control + CMSG_DATA) : 0;
  }

  /** {@return who sent it; null without a port, to which nothing can be answered} */
  @Nullable Endpoint from(int slot) {
    int name = names + slot * NAME;
    int port = Short.toUnsignedInt(big(memory.getShort(name + 2)));
    if (port == 0) {
      return null;
    }
    if (!ipv6) {
      return known(Endpoint.ipv4(Integer.reverseBytes(memory.getInt(name + 4)), port));
    }
    long high = Long.reverseBytes(memory.getLong(name + 8));
    long low = Long.reverseBytes(memory.getLong(name + 16));
    Endpoint before = last;
    if (before != null && before.high() == high && before.low() == low && before.port() == port) {
      return before;
    }
    return known(new Endpoint(high, low, port));
  }

  private Endpoint known(Endpoint endpoint) {
    last = endpoint;
    return endpoint;
  }

  private void writeName(int name, Endpoint to) {
    memory.putShort(name, (short) (ipv6 ? LibC.AF_INET6 : LibC.AF_INET));
    memory.putShort(name + 2, big((short) to.port()));
    if (ipv6) {
      memory.putInt(name + 4, 0);
      memory.putLong(name + 8, Long.reverseBytes(to.high()));
      memory.putLong(name + 16, Long.reverseBytes(to.low()));
      memory.putInt(name + 24, 0);
    } else {
      memory.putInt(name + 4, Integer.reverseBytes(to.ipv4()));
      memory.putLong(name + 8, 0);
    }
  }

  static short big(short value) {
    return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? value : Short.reverseBytes(value);
  }
}
