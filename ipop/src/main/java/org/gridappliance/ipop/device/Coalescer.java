package org.gridappliance.ipop.device;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.gridappliance.ipop.kernel.LibC;

/**
 * Joins consecutive TCP packets of one flow into a super-packet before they are written to a {@link
 * Tap}, by the rules of the kernel's {@code tcp_gro_receive}: what the kernel would cut from it
 * again is, byte for byte, what came. Everything else is passed on as it is, and order is kept.
 *
 * <p>Only packets whose checksums are right are joined, since the kernel believes a super-packet; a
 * wrong one reaches the kernel alone, which drops and counts it. Owned by one thread; nothing is
 * held back beyond {@link #flush}.
 */
public final class Coalescer implements Device {

  private static final int ETHERNET = 14;
  private static final int IP = 20;
  private static final int TCP = ETHERNET + IP;
  private static final int MAX_IP = 0xffff;
  private static final int ACK = 0x10;
  private static final int PSH = 0x08;
  private static final int VNET = VnetHeader.LENGTH;

  private final VnetDevice device;
  private final ByteBuffer memory = LibC.memory(VNET + ETHERNET + MAX_IP);

  /** The first packet's headers, and what the next one's must be. */
  private final byte[] first = new byte[ETHERNET + IP + 60];

  private final ByteBuffer header = ByteBuffer.wrap(first).order(ByteOrder.BIG_ENDIAN);
  private int packets;
  private int headerLength;
  private int segment;
  private int used;
  private int nextSequence;
  private boolean isOpen;
  private boolean isFirstChecked;

  /** Where the first packet came from, until its checksum has to be known. */
  private byte[] firstBytes = new byte[0];

  private int firstOffset;

  /** Writes to this device. */
  public Coalescer(Tap tap) {
    this((VnetDevice) tap);
  }

  Coalescer(VnetDevice device) {
    this.device = device;
  }

  /**
   * Takes a frame. Its array must stay as it is until {@link #flush}, or until a frame of another
   * array is given.
   */
  @Override
  public void write(byte[] frame, int offset, int length) {
    if (!device.hasOffload()) {
      device.write(frame, offset, length);
      return;
    }
    int size = tcpPacket(frame, offset, length);
    if (size < 0) {
      flush();
      device.write(frame, offset, length);
      return;
    }
    if (packets > 0 && continues(frame, offset, size) && isIntact(frame, offset, size)) {
      append(frame, offset, size);
      return;
    }
    flush();
    begin(frame, offset, size);
  }

  /** Writes what was joined. */
  public void flush() {
    if (packets == 0) {
      return;
    }
    int total = used;
    memory.putShort(VnetHeader.FLAGS, (short) 0).putLong(VnetHeader.HEADER_LENGTH, 0);
    if (packets > 1) {
      finish(total);
    }
    packets = 0;
    device.write(memory, VNET + total);
  }

  /** The headers of a super-packet: lengths, checksums, and what the kernel must know to cut it. */
  private void finish(int total) {
    int ipLength = total - ETHERNET;
    header.putShort(ETHERNET + 2, (short) ipLength);
    header.putShort(ETHERNET + 10, (short) 0);
    int sum = Checksum.fold(Checksum.sum(first, ETHERNET, IP));
    header.putShort(ETHERNET + 10, (short) ~sum);
    header.putShort(TCP + 16, (short) Checksum.fold(pseudo(first, 0, ipLength - IP)));
    memory.put(VNET, first, 0, headerLength);
    memory.put(VnetHeader.FLAGS, (byte) VnetHeader.NEEDS_CSUM);
    memory.put(VnetHeader.GSO_TYPE, (byte) VnetHeader.TCPV4);
    memory.putShort(VnetHeader.HEADER_LENGTH, (short) headerLength);
    memory.putShort(VnetHeader.GSO_SIZE, (short) segment);
    memory.putShort(VnetHeader.CSUM_START, (short) TCP);
    memory.putShort(VnetHeader.CSUM_OFFSET, (short) 16);
  }

  private void begin(byte[] frame, int offset, int size) {
    headerLength = TCP + ((frame[offset + TCP + 12] & 0xff) >>> 4) * 4;
    System.arraycopy(frame, offset, first, 0, headerLength);
    memory.put(VNET, frame, offset, size);
    packets = 1;
    used = size;
    segment = size - headerLength;
    nextSequence = header.getInt(TCP + 4) + segment;
    isOpen = (first[TCP + 13] & PSH) == 0;
    isFirstChecked = false;
    firstBytes = frame;
    firstOffset = offset;
  }

  private void append(byte[] frame, int offset, int size) {
    int payload = size - headerLength;
    memory.put(VNET + used, frame, offset + headerLength, payload);
    used += payload;
    packets++;
    nextSequence += payload;
    int flags = frame[offset + TCP + 13];
    first[TCP + 13] |= (byte) (flags & PSH);
    isOpen = payload == segment && (flags & PSH) == 0;
  }

  /**
   * {@return a frame's bytes if it is a TCP packet that may be joined, else -1}: no padding, IP
   * options or fragments, payload, no flags but ACK and PSH.
   */
  private static int tcpPacket(byte[] frame, int offset, int length) {
    if (length < TCP + 20
        || frame[offset + 12] != 8
        || frame[offset + 13] != 0
        || frame[offset + ETHERNET] != 0x45
        || frame[offset + ETHERNET + 9] != 6
        || (short16(frame, offset + ETHERNET + 6) & 0x3fff) != 0) {
      return -1;
    }
    int size = ETHERNET + short16(frame, offset + ETHERNET + 2);
    int headers = TCP + ((frame[offset + TCP + 12] & 0xff) >>> 4) * 4;
    boolean plain =
        (frame[offset + TCP + 13] & ~PSH) == ACK && (frame[offset + TCP + 12] & 0xf) == 0;
    return plain && headers >= TCP + 20 && size > headers && size == length ? size : -1;
  }

  /** Whether a packet is the next of the flow and like the first in all that is not cut anew. */
  private boolean continues(byte[] frame, int offset, int size) {
    int payload = size - headerLength;
    if (!isOpen
        || payload <= 0
        || payload > segment
        || used + payload > ETHERNET + MAX_IP
        || ((frame[offset + TCP + 12] & 0xff) >>> 4) * 4 != headerLength - TCP) {
      return false;
    }
    ByteBuffer in = ByteBuffer.wrap(frame);
    int ip = offset + ETHERNET;
    int tcp = offset + TCP;
    return in.getLong(offset) == header.getLong(0)
        && in.getLong(offset + 8) == header.getLong(8) // up to the type of service
        && in.getShort(ip + 4) == (short) (header.getShort(ETHERNET + 4) + packets)
        && in.getInt(ip + 6) == header.getInt(ETHERNET + 6)
        && in.getLong(ip + 12) == header.getLong(ETHERNET + 12)
        && in.getInt(tcp) == header.getInt(TCP)
        && in.getInt(tcp + 4) == nextSequence
        && in.getInt(tcp + 8) == header.getInt(TCP + 8)
        && in.getShort(tcp + 14) == header.getShort(TCP + 14)
        && in.getShort(tcp + 18) == header.getShort(TCP + 18)
        && java.util.Arrays.equals(
            frame, tcp + 20, offset + headerLength, first, TCP + 20, headerLength);
  }

  private boolean isIntact(byte[] frame, int offset, int size) {
    if (!isFirstChecked) {
      isFirstChecked = hasGoodSums(firstBytes, firstOffset, headerLength + segment);
      isOpen = isFirstChecked;
    }
    return isFirstChecked && hasGoodSums(frame, offset, size);
  }

  private static boolean hasGoodSums(byte[] frame, int offset, int size) {
    int segment = size - TCP;
    return Checksum.fold(Checksum.sum(frame, offset + ETHERNET, IP)) == 0xffff
        && Checksum.fold(
                pseudo(frame, offset, segment) + Checksum.sum(frame, offset + TCP, segment))
            == 0xffff;
  }

  private static long pseudo(byte[] frame, int offset, int segment) {
    return 6L + segment + Checksum.sum(frame, offset + ETHERNET + 12, 8);
  }

  private static int short16(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
  }
}
