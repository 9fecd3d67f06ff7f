package org.gridappliance.jobs.text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * How a text's bytes are letters. UTF-16 is known by its byte order mark; all else is UTF-8, and
 * where it is not, that piece of a line is taken as windows-1252, as old programs write it.
 *
 * @param skip bytes of the mark at the beginning
 * @param width bytes of the unit that a line's end is one of: 1, or 2
 */
record Encoding(Charset charset, int skip, int width) {
  private static final Charset OLD = Charset.forName("windows-1252");

  static Encoding of(FileChannel file) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(3);
    while (head.hasRemaining() && file.read(head, head.position()) > 0) {
      // until three bytes or the end
    }
    int first = head.position() > 0 ? head.get(0) & 0xFF : 0;
    int second = head.position() > 1 ? head.get(1) & 0xFF : 0;
    int third = head.position() > 2 ? head.get(2) & 0xFF : 0;
    if (first == 0xFF && second == 0xFE) {
      return new Encoding(StandardCharsets.UTF_16LE, 2, 2);
    }
    if (first == 0xFE && second == 0xFF) {
      return new Encoding(StandardCharsets.UTF_16BE, 2, 2);
    }
    boolean marked = first == 0xEF && second == 0xBB && third == 0xBF;
    return new Encoding(StandardCharsets.UTF_8, marked ? 3 : 0, 1);
  }

  /**
   * {@return where a line's end stands in {@code bytes} from {@code from} on, else −1}
   *
   * @param from of the first byte of a unit
   * @param to behind the last byte
   */
  int lineEnd(byte[] bytes, int from, int to) {
    if (width == 1) {
      for (int i = from; i < to; i++) {
        if (bytes[i] == '\n') {
          return i;
        }
      }
      return -1;
    }
    int low = charset.equals(StandardCharsets.UTF_16LE) ? 0 : 1;
    for (int i = from; i + 1 < to; i += 2) {
      if (bytes[i + low] == '\n' && bytes[i + 1 - low] == 0) {
        return i;
      }
    }
    return -1;
  }

  /**
   * {@return the last place up to {@code at} that no letter lies across, at most 3 bytes before}
   */
  int cut(byte[] bytes, int from, int at) {
    int cut = at;
    if (width == 2) {
      int high = charset.equals(StandardCharsets.UTF_16LE) ? at - 1 : at - 2;
      return at - 2 > from && (bytes[high] & 0xFC) == 0xD8 ? at - 2 : at;
    }
    while (cut > from && at - cut < 3 && (bytes[cut] & 0xC0) == 0x80) {
      cut--;
    }
    return cut;
  }

  String decode(byte[] bytes, int from, int length) {
    String text = new String(bytes, from, length, charset);
    if (width == 2 || text.indexOf('\uFFFD') < 0) {
      return text;
    }
    try {
      return charset.newDecoder().decode(ByteBuffer.wrap(bytes, from, length)).toString();
    } catch (CharacterCodingException e) {
      return new String(bytes, from, length, OLD);
    }
  }
}
