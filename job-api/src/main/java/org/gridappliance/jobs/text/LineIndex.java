package org.gridappliance.jobs.text;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/**
 * Where some of a text's lines begin: one in a thousand or so, or after some MiB, so that any other
 * is a short way from one. At most 65,536 of them: when they are full every other is forgotten and
 * they stand twice as far apart. Made in one pass over the file. Immutable.
 */
final class LineIndex {
  private static final int MOST = 1 << 16;

  private final Encoding encoding;
  private final long lines;
  private final long[] numbers;
  private final long[] offsets;

  private LineIndex(Encoding encoding, long lines, long[] numbers, long[] offsets) {
    this.encoding = encoding;
    this.lines = lines;
    this.numbers = numbers;
    this.offsets = offsets;
  }

  static LineIndex of(FileChannel file) throws IOException {
    Encoding encoding = Encoding.of(file);
    long[] numbers = new long[256];
    long[] offsets = new long[256];
    int marks = 0;
    long apart = 1000;
    long bytesApart = 1 << 20;
    boolean begins = true;
    Pieces pieces = new Pieces(file, encoding, encoding.skip(), 0);
    while (pieces.next()) {
      long line = pieces.line();
      if (begins
          && (marks == 0
              || line - numbers[marks - 1] >= apart
              || pieces.offset() - offsets[marks - 1] >= bytesApart)) {
        if (marks == MOST) {
          marks = halve(numbers);
          halve(offsets);
          apart *= 2;
          bytesApart *= 2;
        } else if (marks == numbers.length) {
          numbers = Arrays.copyOf(numbers, 2 * marks);
          offsets = Arrays.copyOf(offsets, 2 * marks);
        }
        numbers[marks] = line;
        offsets[marks++] = pieces.offset();
      }
      begins = pieces.last();
    }
    return new LineIndex(
        encoding,
        marks == 0 ? 0 : pieces.line() + 1,
        Arrays.copyOf(numbers, marks),
        Arrays.copyOf(offsets, marks));
  }

  private static int halve(long[] marks) {
    for (int i = 0; i < MOST / 2; i++) {
      marks[i] = marks[2 * i];
    }
    return MOST / 2;
  }

  Encoding encoding() {
    return encoding;
  }

  /** {@return how many lines the text has} */
  long lines() {
    return lines;
  }

  /** {@return the pieces from a line that stands at or a little before this one} */
  Pieces near(FileChannel file, long line) {
    int found = Arrays.binarySearch(numbers, line);
    int mark = found >= 0 ? found : Math.max(0, -found - 2);
    return numbers.length == 0
        ? new Pieces(file, encoding, encoding.skip(), 0)
        : new Pieces(file, encoding, offsets[mark], numbers[mark]);
  }
}
