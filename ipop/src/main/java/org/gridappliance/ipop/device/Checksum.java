package org.gridappliance.ipop.device;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The Internet checksum (RFC 1071): a ones' complement sum of 16-bit words, eight bytes a step. */
final class Checksum {

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private Checksum() {}

  /** {@return the sum of {@code length} bytes, not yet folded; below 2⁴⁸ for 65,535 bytes} */
  static long sum(byte[] bytes, int offset, int length) {
    long high = 0;
    long low = 0;
    int i = offset;
    int end = offset + length;
    for (; i + Long.BYTES <= end; i += Long.BYTES) {
      long word = (long) LONG.get(bytes, i);
      high += word >>> 32;
      low += word & 0xffffffffL;
    }
    long rest = 0;
    for (; i + 1 < end; i += 2) {
      rest += (bytes[i] & 0xff) << 8 | (bytes[i + 1] & 0xff);
    }
    if (i < end) {
      rest += (bytes[i] & 0xff) << 8;
    }
    return high + low + rest;
  }

  /** {@return the sum folded to 16 bits} */
  static int fold(long sum) {
    long folded = (sum & 0xffffffffL) + (sum >>> 32);
    while (folded >>> 16 != 0) {
      folded = (folded & 0xffff) + (folded >>> 16);
    }
    return (int) folded;
  }
}
