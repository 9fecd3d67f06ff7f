package org.gridappliance.vnc.rfb;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;

class SnapshotTest {
  private static final int WIDE = 720;
  private static final int HIGH = 4;

  /** A server whose screen is red on the left half and blue on the right. */
  private static byte[] server() {
    ByteBuffer bytes = ByteBuffer.allocate(64 + 4 * WIDE * HIGH);
    bytes.put("RFB 003.008\n".getBytes(US_ASCII));
    bytes.put((byte) 1).put((byte) 1).putInt(0); // one security type, None; it went well
    bytes.putShort((short) WIDE).putShort((short) HIGH).put(new byte[16]);
    bytes.putInt(2).put("me".getBytes(US_ASCII));
    bytes.put((byte) 2); // Bell
    bytes.put((byte) 0).put((byte) 0).putShort((short) 1); // one rectangle
    bytes.putInt(0).putShort((short) WIDE).putShort((short) HIGH).putInt(0); // all of it, raw
    for (int i = 0; i < WIDE * HIGH; i++) {
      boolean left = i % WIDE < WIDE / 2;
      bytes.put(left ? new byte[] {0, 0, -1, 0} : new byte[] {-1, 0, 0, 0}); // blue, green, red
    }
    return bytes.array();
  }

  @Test
  void aScreenBecomesASmallPng() throws IOException, DataFormatException {
    byte[] png = Snapshot.png(new ByteArrayInputStream(server()), new ByteArrayOutputStream());
    ByteBuffer read = ByteBuffer.wrap(png);
    assertEquals(360, read.getInt(16), "width");
    assertEquals(2, read.getInt(20), "height");
    Inflater inflater = new Inflater();
    inflater.setInput(png, 41, read.getInt(33)); // behind signature, IHDR and IDAT's own head
    byte[] lines = new byte[2 * (1 + 3 * 360)];
    assertEquals(lines.length, inflater.inflate(lines));
    inflater.end();
    assertEquals(0xff0000, colour(lines, 0));
    assertEquals(0x0000ff, colour(lines, 359));
  }

  private static int colour(byte[] lines, int x) {
    int at = 1 + 3 * x;
    return ((lines[at] & 0xff) << 16) | ((lines[at + 1] & 0xff) << 8) | (lines[at + 2] & 0xff);
  }

  @Test
  void aServerThatEndsEarlyIsAnError() {
    byte[] whole = server();
    for (int length : new int[] {0, 5, 12, 14, 40, 60, 100}) {
      ByteArrayInputStream in = new ByteArrayInputStream(whole, 0, length);
      assertThrows(
          IOException.class, () -> Snapshot.png(in, new ByteArrayOutputStream()), "of " + length);
    }
  }

  @FuzzTest(maxDuration = "60s")
  void anyServerGivesAPictureOrAnError(byte[] bytes) {
    try {
      Snapshot.png(new ByteArrayInputStream(bytes), new ByteArrayOutputStream());
    } catch (IOException e) {
      assertEquals(false, String.valueOf(e).isEmpty());
    }
  }
}
