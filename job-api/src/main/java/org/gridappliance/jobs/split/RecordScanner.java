package org.gridappliance.jobs.split;

import java.util.Locale;
import java.util.function.LongConsumer;
import org.gridappliance.jobs.app.Split;

/**
 * Finds where records begin in a file that is given piece by piece. Holds a few numbers, whatever
 * the file's size. One thread.
 */
final class RecordScanner {
  /** The first byte of every gzip file. */
  private static final int GZIP = 0x1f;

  private final boolean fasta;
  private long bytes;
  private long records;
  private long line = 1;
  private boolean atLineStart = true;

  private RecordScanner(boolean fasta) {
    this.fasta = fasta;
  }

  static RecordScanner of(Split.By by) {
    return switch (by) {
      case FASTA -> new RecordScanner(true);
      case LINES -> new RecordScanner(false);
    };
  }

  long records() {
    return records;
  }

  long bytes() {
    return bytes;
  }

  /**
   * Takes the next piece.
   *
   * @param starts told the offset in the file of every record that begins in it
   * @throws CannotSplit when the file is not of its kind
   */
  void accept(byte[] piece, int length, LongConsumer starts) throws CannotSplit {
    for (int i = 0; i < length; i++) {
      byte b = piece[i];
      if (b == '\n') {
        if (!fasta && atLineStart) {
          begin(i, starts);
        }
        line++;
        atLineStart = true;
      } else if (atLineStart) {
        atLineStart = false;
        firstOfLine(b, i, starts);
      } else if (b < ' ' && b >= 0) {
        control(b);
      }
    }
    bytes += length;
  }

  private void firstOfLine(byte b, int i, LongConsumer starts) throws CannotSplit {
    if (!fasta) {
      control(b);
      begin(i, starts);
    } else if (b == '>') {
      begin(i, starts);
    } else if (records == 0 && b == '\r') {
      atLineStart = true;
    } else if (records == 0) {
      noFasta(b);
    } else {
      control(b);
    }
  }

  private void begin(int i, LongConsumer starts) {
    records++;
    starts.accept(bytes + i);
  }

  private void noFasta(byte b) throws CannotSplit {
    if (b == GZIP) {
      throw compressed();
    }
    throw new CannotSplit(
        "is not FASTA: line " + line + " begins with " + name(b) + ", want \">\" and a name");
  }

  private void control(byte b) throws CannotSplit {
    if (b >= ' ' || b < 0 || b == '\t' || b == '\r') {
      return;
    }
    if (bytes == 0 && line == 1 && b == GZIP) {
      throw compressed();
    }
    throw new CannotSplit("is not text: line " + line + " holds " + name(b));
  }

  private static CannotSplit compressed() {
    return new CannotSplit("is compressed with gzip; decompress it first");
  }

  private static String name(byte b) {
    return b > ' ' && b < 0x7f
        ? "\"" + (char) b + "\""
        : String.format(Locale.ROOT, "the byte 0x%02x", b);
  }
}
