package org.gridappliance.ipop.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class CoalescerTest {

  /** A device that keeps what the kernel would see: frames, and super-packets cut again. */
  static final class Memory implements VnetDevice {
    final List<byte[]> seen = new ArrayList<>();
    final boolean offload;
    int writes;

    Memory(boolean offload) {
      this.offload = offload;
    }

    @Override
    public boolean hasOffload() {
      return offload;
    }

    @Override
    public void write(byte[] frame, int offset, int length) {
      byte[] copy = new byte[length];
      System.arraycopy(frame, offset, copy, 0, length);
      seen.add(copy);
      writes++;
    }

    @Override
    public void write(ByteBuffer memory, int length) {
      writes++;
      Frames frames = new Frames();
      int size = length - VnetHeader.LENGTH;
      memory.get(VnetHeader.LENGTH, frames.bytes, 0, size);
      frames.add(size);
      frames.flags[0] = memory.get(VnetHeader.FLAGS);
      frames.gsoType[0] = memory.get(VnetHeader.GSO_TYPE);
      frames.gsoSize[0] = memory.getShort(VnetHeader.GSO_SIZE);
      frames.csumStart[0] = memory.getShort(VnetHeader.CSUM_START);
      frames.csumOffset[0] = memory.getShort(VnetHeader.CSUM_OFFSET);
      seen.addAll(Packets.packets(frames));
    }
  }

  @Test
  void whatIsJoinedIsCutIntoTheSamePacketsAgain() {
    int packets = 0;
    int writes = 0;
    for (int seed = 0; seed < 500; seed++) {
      RandomGenerator random = new SplittableRandom(seed);
      List<byte[]> stream = stream(random);
      Memory device = new Memory(true);
      Coalescer coalescer = new Coalescer(device);
      for (byte[] frame : stream) {
        coalescer.write(frame, 0, frame.length);
        if (random.nextInt(20) == 0) {
          coalescer.flush();
        }
      }
      coalescer.flush();
      SegmenterTest.assertSame(stream, device.seen, "seed " + seed);
      packets += stream.size();
      writes += device.writes;
    }
    assertTrue(writes * 3 < packets * 2, writes + " writes of " + packets + " packets");
  }

  /** Runs of a few flows, with gaps, repetitions, damage, other protocols, all kinds of flags. */
  private static List<byte[]> stream(RandomGenerator random) {
    List<byte[]> stream = new ArrayList<>();
    int[] sequence = new int[3];
    int id = 0xfff0;
    for (int run = 0; run < 8; run++) {
      int number = random.nextInt(3);
      Packets.Flow flow =
          new Packets.Flow(random.nextInt(9) == 0, random.nextInt(9) == 0, number, 12);
      byte[] payload = new byte[1 + random.nextInt(40_000)];
      random.nextBytes(payload);
      int size = 1_200 + random.nextInt(2);
      int flags = Packets.ACK | (random.nextInt(4) == 0 ? random.nextInt(256) : Packets.PSH);
      for (byte[] frame : Packets.cut(flow, id, sequence[number], flags, payload, size)) {
        int fate = random.nextInt(60);
        if (fate == 0) {
          frame[random.nextInt(frame.length)] ^= (byte) (1 + random.nextInt(255)); // damaged
        }
        if (fate != 1) { // lost
          stream.add(frame);
        }
        if (fate == 2) {
          stream.add(frame.clone()); // repeated
        }
      }
      sequence[number] += payload.length;
      id += random.nextInt(3);
    }
    return stream;
  }

  @Test
  void aPacketWithAWrongSumGoesAloneAndUnchanged() {
    Packets.Flow flow = new Packets.Flow(false, false, 1, 0);
    List<byte[]> stream = Packets.cut(flow, 1, 0, Packets.ACK, new byte[5_000], 1_000);
    stream.get(2)[400] ^= 1;
    Memory device = new Memory(true);
    Coalescer coalescer = new Coalescer(device);
    stream.forEach(frame -> coalescer.write(frame, 0, frame.length));
    coalescer.flush();
    SegmenterTest.assertSame(stream, device.seen, "all");
    assertEquals(3, device.writes); // two joined, the wrong one, two joined
  }

  @Test
  void withoutOffloadsEveryFrameIsWrittenAsItIs() {
    Packets.Flow flow = new Packets.Flow(false, false, 1, 0);
    List<byte[]> stream = Packets.cut(flow, 1, 0, Packets.ACK, new byte[5_000], 1_000);
    Memory device = new Memory(false);
    Coalescer coalescer = new Coalescer(device);
    stream.forEach(frame -> coalescer.write(frame, 0, frame.length));
    coalescer.flush();
    SegmenterTest.assertSame(stream, device.seen, "all");
    assertEquals(5, device.writes);
  }
}
