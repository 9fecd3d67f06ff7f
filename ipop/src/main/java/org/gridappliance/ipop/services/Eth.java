package org.gridappliance.ipop.services;

import java.nio.ByteBuffer;

/** Ethernet, IPv4 and UDP headers (RFC 894, 791, 768): offsets, checksums and a builder. */
final class Eth {

  static final int HEADER = 14;
  static final int IPV4 = 0x0800;
  static final int ARP = 0x0806;
  static final long BROADCAST = 0xffff_ffff_ffffL;

  /** The address every other node seems to have: one router behind the whole network. */
  static final long GATEWAY = 0xfefd_0000_0000L;

  private static final int IP_HEADER = 20;
  private static final int UDP_HEADER = 8;

  private Eth() {}

  static long mac(ByteBuffer frame, int at) {
    return (frame.getShort(at) & 0xffffL) << 32 | (frame.getInt(at + 2) & 0xffffffffL);
  }

  static ByteBuffer header(ByteBuffer out, long to, long from, int type) {
    out.putShort((short) (to >>> 32)).putInt((int) to);
    out.putShort((short) (from >>> 32)).putInt((int) from);
    return out.putShort((short) type);
  }

  /** {@return a whole frame with an IPv4 UDP datagram} */
  static byte[] udp(
      long toMac, int source, int sourcePort, int target, int targetPort, byte[] payload) {
    int udpLength = UDP_HEADER + payload.length;
    ByteBuffer out = ByteBuffer.allocate(HEADER + IP_HEADER + udpLength);
    header(out, toMac, GATEWAY, IPV4);
    out.putShort((short) 0x4500).putShort((short) (IP_HEADER + udpLength));
    out.putInt(0); // identification, no fragments
    out.put((byte) 64).put((byte) 17).putShort((short) 0);
    out.putInt(source).putInt(target);
    out.putShort(HEADER + 10, (short) ~sum(out, HEADER, IP_HEADER, 0));
    out.putShort((short) sourcePort).putShort((short) targetPort).putShort((short) udpLength);
    out.putShort((short) 0).put(payload);
    long pseudo =
        17L + udpLength + (source >>> 16) + (source & 0xffff) + (target >>> 16) + (target & 0xffff);
    int checksum = ~sum(out, HEADER + IP_HEADER, udpLength, pseudo) & 0xffff;
    out.putShort(HEADER + IP_HEADER + 6, (short) (checksum == 0 ? 0xffff : checksum));
    return out.array();
  }

  /** The ones' complement sum of RFC 1071 over {@code length} bytes, folded to 16 bits. */
  private static int sum(ByteBuffer bytes, int from, int length, long start) {
    long sum = start;
    int end = from + length;
    for (int i = from; i + 1 < end; i += 2) {
      sum += bytes.getShort(i) & 0xffff;
    }
    if (length % 2 == 1) {
      sum += (bytes.get(end - 1) & 0xff) << 8;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (int) sum;
  }
}
