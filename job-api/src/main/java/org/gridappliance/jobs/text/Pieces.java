package org.gridappliance.jobs.text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A text's lines from some place on, each in one piece or, when it is long, in several: memory
 * stays the same however long a line is. Not thread-safe.
 */
final class Pieces {
  /** A piece's bytes, at most; even, so that no unit of UTF-16 is cut. */
  static final int MOST = 1 << 16;

  private final FileChannel file;
  private final Encoding encoding;
  private final byte[] buffer = new byte[4 * MOST];
  private long bufferAt;
  private int next;
  private int filled;
  private int from;
  private int length;
  private long line;
  private boolean last = true;
  private boolean ended;

  /**
   * @param offset of a line's first byte, or of a piece's
   * @param line the number of the line there, from 0
   */
  Pieces(FileChannel file, Encoding encoding, long offset, long line) {
    this.file = file;
    this.encoding = encoding;
    this.bufferAt = offset;
    this.line = line - 1;
  }

  /** {@return whether there is another piece; then the other methods tell of it} */
  boolean next() throws IOException {
    if (!ended && next + MOST + encoding.width() > filled) {
      fill();
    }
    if (next >= filled) {
      return false;
    }
    if (last) {
      line++;
    }
    from = next;
    int most = Math.min(filled, from + MOST);
    int end = encoding.lineEnd(buffer, from, Math.min(filled, most + encoding.width()));
    if (end >= 0) {
      length = end - from;
      next = end + encoding.width();
      last = true;
    } else if (most == filled) {
      length = filled - from;
      next = filled;
      last = true;
    } else {
      next = encoding.cut(buffer, from, most);
      length = next - from;
      last = false;
    }
    return true;
  }

  private void fill() throws IOException {
    System.arraycopy(buffer, next, buffer, 0, filled - next);
    bufferAt += next;
    filled -= next;
    next = 0;
    while (filled < buffer.length) {
      int read =
          file.read(ByteBuffer.wrap(buffer, filled, buffer.length - filled), bufferAt + filled);
      if (read <= 0) {
        ended = true;
        return;
      }
      filled += read;
    }
  }

  /** {@return the number of the piece's line, from 0} */
  long line() {
    return line;
  }

  /** {@return where the piece begins in the file} */
  long offset() {
    return bufferAt + from;
  }

  /** {@return where the next piece begins} */
  long end() {
    return bufferAt + next;
  }

  /** {@return whether the line ends with this piece} */
  boolean last() {
    return last;
  }

  /** {@return its letters, without the line's end} */
  String text() {
    String text = encoding.decode(buffer, from, length);
    return last && text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }
}
