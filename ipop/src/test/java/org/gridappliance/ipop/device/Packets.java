package org.gridappliance.ipop.device;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Super-packets, and what a cable would carry instead, made the slow and obvious way. */
final class Packets {

  static final int FIN = 1;
  static final int PSH = 8;
  static final int ACK = 0x10;
  static final int CWR = 0x80;

  /** A flow's headers; {@code number} makes ports and addresses, options are bytes of TCP's. */
  record Flow(boolean ipv6, boolean udp, int number, int options) {

    static Flow random(RandomGenerator random, int number) {
      int options = random.nextInt(4) * 4;
      return new Flow(random.nextInt(3) == 0, random.nextInt(3) == 0, number, options);
    }

    int transport() {
      return 14 + (ipv6 ? 40 : 20);
    }

    int headers() {
      return transport() + (udp ? 8 : 20 + options);
    }

    /** One whole frame; the checksums are right. */
    byte[] frame(int id, int sequence, int flags, byte[] payload, int from, int size) {
      ByteBuffer out = ByteBuffer.allocate(headers() + size);
      out.putLong(0x0200_0000_0001_0200L).putInt(number).putShort((short) (ipv6 ? 0x86dd : 0x800));
      int segment = headers() - transport() + size;
      if (ipv6) {
        out.putInt(0x6000_0000).putShort((short) segment).put((byte) (udp ? 17 : 6)).put((byte) 64);
        out.putLong(0xfd00L << 48).putLong(number).putLong(0xfd00L << 48).putLong(1);
      } else {
        out.putShort((short) 0x4500).putShort((short) (20 + segment)).putShort((short) id);
        out.putShort((short) 0x4000).put((byte) 64).put((byte) (udp ? 17 : 6)).putShort((short) 0);
        out.putInt(0x0a80_0000 + number).putInt(0x0a80_0001);
      }
      out.putShort((short) (40_000 + number)).putShort((short) 5001);
      if (udp) {
        out.putShort((short) segment).putShort((short) 0);
      } else {
        out.putInt(sequence).putInt(77).put((byte) ((20 + options) << 2)).put((byte) flags);
        out.putShort((short) 4096).putShort((short) 0).putShort((short) 0);
        out.put(new byte[options]);
      }
      out.put(payload, from, size);
      byte[] frame = out.array();
      fixSums(frame);
      return frame;
    }

    /** Writes both checksums into a frame of this flow. */
    void fixSums(byte[] frame) {
      ByteBuffer out = ByteBuffer.wrap(frame);
      if (!ipv6) {
        out.putShort(24, (short) 0).putShort(24, (short) ~slowSum(frame, 14, 20, 0));
      }
      int field = transport() + (udp ? 6 : 16);
      int segment = frame.length - transport();
      out.putShort(field, (short) 0);
      int sum = ~slowSum(frame, transport(), segment, pseudo(frame)) & 0xffff;
      out.putShort(field, (short) (udp && sum == 0 ? 0xffff : sum));
    }

    int pseudo(byte[] frame) {
      int addresses = ipv6 ? 22 : 26;
      int length = frame.length - transport() + (udp ? 17 : 6);
      return slowSum(frame, addresses, ipv6 ? 32 : 8, length);
    }
  }

  private Packets() {}

  /** RFC 1071, word by word. */
  static int slowSum(byte[] bytes, int from, int length, int start) {
    int sum = start;
    for (int i = 0; i < length; i++) {
      sum += i % 2 == 0 ? (bytes[from + i] & 0xff) << 8 : bytes[from + i] & 0xff;
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (sum & 0xffff) + (sum >>> 16);
  }

  /** What the kernel would hand to a device without TSO or USO. */
  static List<byte[]> cut(Flow flow, int id, int sequence, int flags, byte[] payload, int size) {
    List<byte[]> frames = new ArrayList<>();
    for (int at = 0; at < payload.length; at += size) {
      boolean isLast = at + size >= payload.length;
      int own = flags & (isLast ? 0xff : ~(FIN | PSH)) & (at == 0 ? 0xff : ~CWR);
      int length = Math.min(size, payload.length - at);
      frames.add(flow.frame(id + at / size, sequence + at, own, payload, at, length));
    }
    return frames;
  }

  /** Puts a super-packet into a vector as the kernel does: headers once, the sum half done. */
  static void add(
      Frames frames, Flow flow, int id, int sequence, int flags, byte[] data, int size) {
    byte[] whole = flow.frame(id, sequence, flags, data, 0, data.length);
    int field = flow.transport() + (flow.udp() ? 6 : 16);
    ByteBuffer.wrap(whole).putShort(field, (short) flow.pseudo(whole));
    System.arraycopy(whole, 0, frames.bytes, frames.end(), whole.length);
    int frame = frames.count;
    frames.add(whole.length);
    frames.flags[frame] = VnetHeader.NEEDS_CSUM;
    frames.gsoType[frame] =
        flow.udp() ? VnetHeader.UDP_L4 : flow.ipv6() ? VnetHeader.TCPV6 : VnetHeader.TCPV4;
    frames.gsoSize[frame] = size;
    frames.csumStart[frame] = flow.transport();
    frames.csumOffset[frame] = flow.udp() ? 6 : 16;
  }

  /** The packets of a vector, as copies. */
  static List<byte[]> packets(Frames frames) {
    List<byte[]> packets = new ArrayList<>();
    Segmenter segmenter = new Segmenter();
    for (int i = 0; i < frames.count(); i++) {
      segmenter.start(frames, i);
      while (segmenter.next()) {
        byte[] copy = new byte[segmenter.length()];
        System.arraycopy(frames.bytes(), segmenter.offset(), copy, 0, copy.length);
        packets.add(copy);
      }
    }
    return packets;
  }
}
