package org.gridappliance.ipop.device;

import java.nio.ByteBuffer;

/**
 * Cuts a super-packet into the packets a cable would carry, as the kernel's {@code tcp_gso_segment}
 * and {@code __udp_gso_segment} do: lengths, IPv4 identification, sequence number, flags and
 * checksums are written anew for each.
 *
 * <p>Nothing is copied: a packet's header is put in front of its payload, over the end of the
 * payload before. So a packet is only valid until the next is asked for, and the super-packet is
 * used up. Not thread-safe.
 *
 * <pre>{@code
 * segmenter.start(frames, i);
 * while (segmenter.next()) { … bytes, segmenter.offset(), segmenter.length() … }
 * }</pre>
 */
public final class Segmenter {

  private static final int ETHERNET = 14;
  private static final int MAX_HEADER = ETHERNET + 60 + 60;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int FIN_PSH = 0x09;
  private static final int CWR = 0x80;

  private final byte[] template = new byte[MAX_HEADER];
  private final ByteBuffer header = ByteBuffer.wrap(template);
  private byte[] bytes = new byte[0];
  private int offset;
  private int length;

  /** What is left: payload for a super-packet, the frame itself for an ordinary one. */
  private int position;

  private int end;
  private boolean isSuper;
  private boolean more;

  private boolean isIpv6;
  private int protocol;
  private int headerLength;
  private int transport;
  private int gsoSize;
  private int number;

  /** {@return where the current packet's Ethernet header starts} */
  public int offset() {
    return offset;
  }

  /** {@return the current packet's bytes, Ethernet header included} */
  public int length() {
    return length;
  }

  /** {@return into how many packets a frame will be cut; for counting, at least 1} */
  public static int packets(Frames frames, int frame) {
    int size = frames.gsoSize[frame];
    boolean whole = frames.gsoType[frame] == VnetHeader.NONE || size <= 0;
    return whole ? 1 : Math.max(1, (frames.length[frame] - ETHERNET - 40 + size - 1) / size);
  }

  /** Begins with a frame; one that makes no sense gives no packets. */
  public void start(Frames frames, int frame) {
    bytes = frames.bytes;
    position = frames.offset[frame];
    end = position + frames.length[frame];
    number = 0;
    int type = frames.gsoType[frame] & ~VnetHeader.ECN;
    isSuper = type != VnetHeader.NONE;
    if (isSuper) {
      gsoSize = frames.gsoSize[frame];
      more = readHeader(type);
    } else {
      boolean sum = (frames.flags[frame] & VnetHeader.NEEDS_CSUM) != 0;
      more = !sum || complete(frames.csumStart[frame], frames.csumOffset[frame]);
    }
  }

  /** Goes on to the next packet. {@return false if there is none} */
  public boolean next() {
    if (!more) {
      return false;
    }
    if (!isSuper) {
      offset = position;
      length = end - position;
      more = false;
      return true;
    }
    int payload = Math.min(gsoSize, end - position);
    offset = position - headerLength;
    length = headerLength + payload;
    more = position + payload < end;
    writeHeader(payload);
    position += payload;
    number++;
    return true;
  }

  /** Keeps the header of a super-packet. {@return whether it is one we know} */
  private boolean readHeader(int type) {
    int size = end - position;
    if (size < ETHERNET + 20 || gsoSize <= 0) {
      return false;
    }
    int version = (bytes[position + ETHERNET] & 0xff) >>> 4;
    isIpv6 = version == 6;
    transport = ETHERNET + (isIpv6 ? 40 : (bytes[position + ETHERNET] & 0xf) * 4);
    protocol = bytes[position + ETHERNET + (isIpv6 ? 6 : 9)] & 0xff;
    boolean fits =
        switch (type) {
          case VnetHeader.TCPV4 -> version == 4 && protocol == TCP;
          case VnetHeader.TCPV6 -> version == 6 && protocol == TCP;
          case VnetHeader.UDP_L4 -> (version == 4 || version == 6) && protocol == UDP;
          default -> false;
        };
    if (!fits || transport < ETHERNET + 20 || size < transport + (protocol == UDP ? 8 : 20)) {
      return false;
    }
    int own = protocol == UDP ? 8 : ((bytes[position + transport + 12] & 0xff) >>> 4) * 4;
    headerLength = transport + own;
    if ((protocol == TCP && own < 20) || size < headerLength) {
      return false;
    }
    System.arraycopy(bytes, position, template, 0, headerLength);
    position += headerLength;
    return true;
  }

  private void writeHeader(int payload) {
    ByteBuffer out = ByteBuffer.wrap(bytes);
    System.arraycopy(template, 0, bytes, offset, headerLength);
    int ip = offset + ETHERNET;
    int segment = headerLength - transport + payload;
    int addresses;
    if (isIpv6) {
      out.putShort(ip + 4, (short) segment);
      addresses = 8;
    } else {
      addresses = 12;
      out.putShort(ip + 2, (short) (length - ETHERNET));
      out.putShort(ip + 4, (short) (header.getShort(ETHERNET + 4) + number));
      out.putShort(ip + 10, (short) 0);
      int sum = Checksum.fold(Checksum.sum(bytes, ip, transport - ETHERNET));
      out.putShort(ip + 10, (short) ~sum);
    }
    int own = offset + transport;
    int field;
    if (protocol == TCP) {
      out.putInt(own + 4, header.getInt(transport + 4) + number * gsoSize);
      int flags = template[transport + 13] & 0xff;
      flags &= more ? ~FIN_PSH : 0xff;
      flags &= number > 0 ? ~CWR : 0xff;
      out.put(own + 13, (byte) flags);
      field = own + 16;
    } else {
      out.putShort(own + 4, (short) segment);
      field = own + 6;
    }
    out.putShort(field, (short) 0);
    long pseudo = protocol + segment + Checksum.sum(bytes, ip + addresses, isIpv6 ? 32 : 8);
    int sum = ~Checksum.fold(pseudo + Checksum.sum(bytes, own, segment)) & 0xffff;
    out.putShort(field, (short) (protocol == UDP && sum == 0 ? 0xffff : sum));
  }

  /** Does the rest of an ordinary frame's checksum. {@return whether its place makes sense} */
  private boolean complete(int start, int at) {
    int from = position + start;
    int field = from + at;
    if (start < ETHERNET || field + 2 > end) {
      return false;
    }
    int sum = ~Checksum.fold(Checksum.sum(bytes, from, end - from)) & 0xffff;
    boolean isUdp = at == 6;
    ByteBuffer.wrap(bytes).putShort(field, (short) (isUdp && sum == 0 ? 0xffff : sum));
    return true;
  }
}
