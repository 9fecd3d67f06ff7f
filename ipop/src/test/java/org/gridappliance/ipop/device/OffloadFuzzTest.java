package org.gridappliance.ipop.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;

/** Arbitrary frames, as a peer or the kernel may hand them over. */
class OffloadFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void anyTwoFramesComeThroughTheCoalescerUnchanged(byte[] data) {
    if (data.length < 2 || data.length > 4_000) {
      return;
    }
    int middle = Math.min(data.length, 1 + (data[0] & 0xff));
    byte[] one = java.util.Arrays.copyOfRange(data, 0, middle);
    byte[] two = java.util.Arrays.copyOfRange(data, middle, data.length);
    CoalescerTest.Memory device = new CoalescerTest.Memory(true);
    Coalescer coalescer = new Coalescer(device);
    for (byte[] frame : List.of(one, two)) {
      if (frame.length > 0) {
        coalescer.write(frame, 0, frame.length);
      }
    }
    coalescer.flush();
    int at = 0;
    byte[] all = new byte[data.length];
    for (byte[] frame : device.seen) {
      System.arraycopy(frame, 0, all, at, Math.min(frame.length, all.length - at));
      at += frame.length;
    }
    assertEquals(data.length, at);
    assertArrayEquals(data, all);
  }

  @FuzzTest(maxDuration = "60s")
  void anySuperPacketIsCutOrDropped(byte[] data) {
    if (data.length < 12 || data.length > 4_000) {
      return;
    }
    Frames frames = new Frames();
    int length = data.length - 10;
    System.arraycopy(data, 10, frames.bytes, 0, length);
    frames.add(length);
    frames.flags[0] = data[0] & 0xff;
    frames.gsoType[0] = data[1] & 0xff;
    frames.gsoSize[0] = (data[2] & 0xff) << 8 | (data[3] & 0xff);
    frames.csumStart[0] = (data[4] & 0xff) << 8 | (data[5] & 0xff);
    frames.csumOffset[0] = (data[6] & 0xff) << 8 | (data[7] & 0xff);
    for (byte[] packet : Packets.packets(frames)) {
      assertTrue(packet.length > 0 && packet.length <= length);
    }
  }
}
