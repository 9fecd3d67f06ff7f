package org.gridappliance.ipop.device;

/** Offsets and values of {@code struct virtio_net_hdr} (linux/virtio_net.h), native byte order. */
final class VnetHeader {

  static final int LENGTH = 10;
  static final int FLAGS = 0;
  static final int GSO_TYPE = 1;
  static final int HEADER_LENGTH = 2;
  static final int GSO_SIZE = 4;
  static final int CSUM_START = 6;
  static final int CSUM_OFFSET = 8;

  /** A flag: the checksum field holds the pseudo header's sum, the rest is to be done. */
  static final int NEEDS_CSUM = 1;

  static final int NONE = 0;
  static final int TCPV4 = 1;
  static final int TCPV6 = 4;
  static final int UDP_L4 = 5;

  /** Added to a TCP type: the first segment alone keeps CWR (RFC 3168). */
  static final int ECN = 0x80;

  private VnetHeader() {}
}
