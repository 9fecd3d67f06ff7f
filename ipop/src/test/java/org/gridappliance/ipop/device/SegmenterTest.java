package org.gridappliance.ipop.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SegmenterTest {

  @Test
  void superPacketsAreCutAsTheSlowSplitterCutsThem() {
    for (int seed = 0; seed < 2_000; seed++) {
      RandomGenerator random = new SplittableRandom(seed);
      Packets.Flow flow = Packets.Flow.random(random, seed % 100);
      int size = 1 + random.nextInt(random.nextBoolean() ? 1_400 : 40);
      byte[] payload = new byte[1 + random.nextInt(Math.min(size * 60, 65_000))];
      random.nextBytes(payload);
      int id = random.nextInt(0x10000);
      int sequence = random.nextInt();
      int flags = Packets.ACK | (random.nextInt() & (Packets.FIN | Packets.PSH | Packets.CWR));
      Frames frames = new Frames();
      Packets.add(frames, flow, id, sequence, flags, payload, size);
      assertSame(
          Packets.cut(flow, id, sequence, flags, payload, size),
          Packets.packets(frames),
          "seed " + seed);
    }
  }

  @Test
  void anOrdinaryFrameGetsTheRestOfItsChecksum() {
    Packets.Flow flow = new Packets.Flow(false, false, 7, 0);
    byte[] payload = {1, 2, 3};
    Frames frames = new Frames();
    Packets.add(frames, flow, 5, 6, Packets.ACK, payload, 3);
    frames.gsoType[0] = VnetHeader.NONE;
    assertSame(
        List.of(flow.frame(5, 6, Packets.ACK, payload, 0, 3)), Packets.packets(frames), "one");
  }

  @Test
  void aHeaderThatMakesNoSenseGivesNoPackets() {
    Packets.Flow flow = new Packets.Flow(false, false, 7, 0);
    for (int type : new int[] {VnetHeader.TCPV6, VnetHeader.UDP_L4, 3, 77}) {
      Frames frames = new Frames();
      Packets.add(frames, flow, 5, 6, Packets.ACK, new byte[3_000], 1_000);
      frames.gsoType[0] = type;
      assertEquals(List.of(), Packets.packets(frames), "type " + type);
    }
    Frames frames = new Frames();
    Packets.add(frames, flow, 5, 6, Packets.ACK, new byte[3_000], 0);
    assertEquals(List.of(), Packets.packets(frames), "segments of no bytes");
  }

  static void assertSame(List<byte[]> wanted, List<byte[]> got, String message) {
    assertEquals(wanted.size(), got.size(), message);
    for (int i = 0; i < wanted.size(); i++) {
      assertArrayEquals(wanted.get(i), got.get(i), message + ", packet " + i);
    }
  }
}
