package org.gridappliance.vnc.rfb;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Takes a small picture of a desktop: a viewer that asks for one whole raw FramebufferUpdate (RFC
 * 6143 §7.6.1, §7.7.1) and averages it down row by row, so its memory is that of the small picture
 * and one row. Blocks; whoever gives the streams closes them after a while.
 */
public final class Snapshot {
  /** The picture's width at most, pixels. */
  public static final int WIDTH = 360;

  private static final int MOST_PIXELS = 8192;
  private static final int MOST_TEXT = 1 << 20;
  private static final int MOST_MESSAGES = 100;

  private final DataInputStream in;
  private final OutputStream out;
  private int width;
  private int height;
  private int factor = 1;
  private int[] sums = new int[0];

  private Snapshot(InputStream in, OutputStream out) {
    this.in = new DataInputStream(in);
    this.out = out;
  }

  /**
   * {@return a PNG file}
   *
   * @param in from the server, before its greeting
   * @throws IOException when the server is gone or does not speak RFB
   */
  public static byte[] png(InputStream in, OutputStream out) throws IOException {
    Snapshot snapshot = new Snapshot(in, out);
    snapshot.greet();
    snapshot.ask();
    snapshot.receive();
    return snapshot.encode();
  }

  private void greet() throws IOException {
    in.readNBytes(ServerGreeting.LENGTH);
    out.write("RFB 003.008\n".getBytes(StandardCharsets.US_ASCII));
    int types = in.readUnsignedByte();
    if (types == 0 || in.readNBytes(types).length < types) {
      throw new IOException("the desktop refused a viewer");
    }
    out.write(1); // None
    if (in.readInt() != 0) {
      throw new IOException("the desktop wants another security type than None");
    }
    out.write(1); // shared
    width = in.readUnsignedShort();
    height = in.readUnsignedShort();
    in.skipNBytes(16);
    skipText();
    if (width < 1 || height < 1 || width > MOST_PIXELS || height > MOST_PIXELS) {
      throw new IOException(width + "×" + height + " pixels: want 1.." + MOST_PIXELS);
    }
    factor = Math.max(1, (width + WIDTH - 1) / WIDTH);
    sums = new int[3 * smallWidth() * smallHeight()];
  }

  private void ask() throws IOException {
    ByteBuffer ask = ByteBuffer.allocate(20 + 8 + 10);
    ask.put((byte) 0)
        .put(new byte[3]); // SetPixelFormat: 32 bits, depth 24, little endian, true colour
    ask.put((byte) 32).put((byte) 24).put((byte) 0).put((byte) 1);
    ask.putShort((short) 255).putShort((short) 255).putShort((short) 255);
    ask.put((byte) 16).put((byte) 8).put((byte) 0).put(new byte[3]);
    ask.put((byte) 2).put((byte) 0).putShort((short) 1).putInt(0); // SetEncodings: raw
    ask.put((byte) 3).put((byte) 0).putShort((short) 0).putShort((short) 0);
    ask.putShort((short) width).putShort((short) height);
    out.write(ask.array());
    out.flush();
  }

  private void receive() throws IOException {
    for (int i = 0; i < MOST_MESSAGES; i++) {
      int type = in.readUnsignedByte();
      switch (type) {
        case 0 -> {
          in.readByte();
          for (int left = in.readUnsignedShort(); left > 0; left--) {
            rectangle();
          }
          return;
        }
        case 2 -> {} // Bell
        case 3 -> {
          in.skipNBytes(3);
          skipText();
        }
        default -> throw new IOException("server sent message type " + type + ": want 0, 2 or 3");
      }
    }
    throw new IOException(MOST_MESSAGES + " messages and no picture");
  }

  private void rectangle() throws IOException {
    int x = in.readUnsignedShort();
    int y = in.readUnsignedShort();
    int w = in.readUnsignedShort();
    int h = in.readUnsignedShort();
    int encoding = in.readInt();
    if (encoding != 0 || x + w > width || y + h > height) {
      throw new IOException(
          "rectangle %d×%d at %d,%d of encoding %d: want raw inside %d×%d"
              .formatted(w, h, x, y, encoding, width, height));
    }
    byte[] row = new byte[4 * w];
    for (int line = y; line < y + h; line++) {
      in.readFully(row);
      int base = line / factor * smallWidth();
      for (int i = 0; i < w; i++) {
        int at = 3 * (base + (x + i) / factor);
        sums[at] += row[4 * i + 2] & 0xff;
        sums[at + 1] += row[4 * i + 1] & 0xff;
        sums[at + 2] += row[4 * i] & 0xff;
      }
    }
  }

  private void skipText() throws IOException {
    int length = in.readInt();
    if (length < 0 || length > MOST_TEXT) {
      throw new IOException("text of " + length + " bytes: want 0.." + MOST_TEXT);
    }
    in.skipNBytes(length);
  }

  private int smallWidth() {
    return (width + factor - 1) / factor;
  }

  private int smallHeight() {
    return (height + factor - 1) / factor;
  }

  /** A PNG of 8 bits red, green, blue (RFC 2083). */
  private byte[] encode() {
    int w = smallWidth();
    int h = smallHeight();
    ByteArrayOutputStream lines = new ByteArrayOutputStream(h * (3 * w + 1));
    for (int y = 0; y < h; y++) {
      lines.write(0); // no filter
      int tall = Math.min(factor, height - y * factor);
      for (int x = 0; x < w; x++) {
        int area = tall * Math.min(factor, width - x * factor);
        for (int c = 0; c < 3; c++) {
          lines.write(Math.min(255, sums[3 * (y * w + x) + c] / area));
        }
      }
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    png.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    ByteBuffer header = ByteBuffer.allocate(13).putInt(w).putInt(h);
    header.put((byte) 8).put((byte) 2);
    chunk(png, "IHDR", header.array());
    chunk(png, "IDAT", deflate(lines.toByteArray()));
    chunk(png, "IEND", new byte[0]);
    return png.toByteArray();
  }

  private static byte[] deflate(byte[] bytes) {
    try (Deflater deflater = new Deflater(Deflater.BEST_SPEED)) {
      deflater.setInput(bytes);
      deflater.finish();
      ByteArrayOutputStream packed = new ByteArrayOutputStream();
      byte[] buffer = new byte[16384];
      while (!deflater.finished()) {
        packed.write(buffer, 0, deflater.deflate(buffer));
      }
      return packed.toByteArray();
    }
  }

  private static void chunk(ByteArrayOutputStream png, String type, byte[] body) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(body);
    png.writeBytes(ByteBuffer.allocate(4).putInt(body.length).array());
    png.writeBytes(name);
    png.writeBytes(body);
    png.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }
}
