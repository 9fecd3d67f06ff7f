package org.gridappliance.jobs.merge;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The lines of a file with their places, through one buffer that grows to the longest line. */
final class ByteLines {
  /** The longest line, in bytes: no program's row is longer, and a memory's worth must not pass. */
  static final int MAXIMUM_LINE = 1 << 20;

  /** A line that is longer than {@link #MAXIMUM_LINE}. */
  static final class TooLong extends IOException {
    private static final long serialVersionUID = 1L;

    TooLong() {
      super("a line has more than " + MAXIMUM_LINE + " bytes");
    }
  }

  private final FileChannel channel;
  private byte[] buffer = new byte[1 << 16];
  private long bufferAt;
  private int from;
  private int to;
  private int end;
  private int length;
  private int moved;

  ByteLines(FileChannel channel) {
    this.channel = channel;
  }

  /** {@return whether there is another line} */
  boolean next() throws IOException {
    from = end;
    int scanned = from;
    while (true) {
      for (int i = scanned; i < to; i++) {
        if (buffer[i] == '\n') {
          end = i + 1;
          length = i - from;
          return true;
        }
      }
      scanned = to;
      if (!fill()) {
        end = to;
        length = to - from;
        return length > 0;
      }
      scanned -= moved;
    }
  }

  private boolean fill() throws IOException {
    moved = from;
    System.arraycopy(buffer, from, buffer, 0, to - from);
    bufferAt += from;
    to -= from;
    from = 0;
    if (to >= MAXIMUM_LINE) {
      throw new TooLong();
    }
    if (to == buffer.length) {
      buffer = Arrays.copyOf(buffer, buffer.length * 2);
    }
    int n = channel.read(ByteBuffer.wrap(buffer, to, buffer.length - to), bufferAt + to);
    to += Math.max(n, 0);
    return n > 0;
  }

  long offset() {
    return bufferAt + from;
  }

  int length() {
    return length;
  }

  String text() {
    return new String(buffer, from, length, StandardCharsets.UTF_8);
  }

  static String textAt(FileChannel channel, long offset, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining() && channel.read(bytes, offset + bytes.position()) > 0) {}
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
  }
}
