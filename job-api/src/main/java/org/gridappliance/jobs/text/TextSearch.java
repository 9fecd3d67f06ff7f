package org.gridappliance.jobs.text;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Counts where plain words stand in a text, some MiB at a time: who asks goes on from the cursor,
 * or leaves it. Matches do not overlap and lie within a line, however long it is.
 */
public final class TextSearch {
  /** Read by one request, at most, and up to the end of a piece. */
  static final long PART_BYTES = 32L << 20;

  private TextSearch() {}

  /** What is looked for; with {@code anyCase} letter by letter, whatever their case. */
  public record Wanted(String words, boolean anyCase) {
    /** The longest, in letters. */
    public static final int LONGEST = 200;

    public Wanted {
      if (words.isEmpty() || words.length() > LONGEST) {
        throw new IllegalArgumentException(
            "words: want 1.." + LONGEST + " letters, found " + words.length());
      }
    }

    private String folded(String text) {
      if (!anyCase) {
        return text;
      }
      char[] letters = text.toCharArray();
      for (int i = 0; i < letters.length; i++) {
        char c = letters[i];
        letters[i] =
            c < 0x80
                ? (c >= 'A' && c <= 'Z' ? (char) (c + 32) : c)
                : Character.toLowerCase(Character.toUpperCase(c));
      }
      return new String(letters);
    }
  }

  /**
   * Where to go on.
   *
   * @param line its number, from 0
   * @param offset of one of its pieces
   * @param column letters of the line before that piece
   * @param from letters of the line that were looked at
   */
  public record Cursor(long line, long offset, long column, long from) {
    /** At the beginning. */
    public static final Cursor START = new Cursor(0, 0, 0, 0);

    private static final Pattern WRITTEN =
        Pattern.compile("(\\d{1,15})\\.(\\d{1,15})\\.(\\d{1,15})\\.(\\d{1,15})");

    /** {@return what {@link #toString} wrote, if it did} */
    public static Optional<Cursor> parse(String text) {
      var parts = WRITTEN.matcher(text);
      return parts.matches()
          ? Optional.of(
              new Cursor(
                  Long.parseLong(parts.group(1)),
                  Long.parseLong(parts.group(2)),
                  Long.parseLong(parts.group(3)),
                  Long.parseLong(parts.group(4))))
          : Optional.empty();
    }

    @Override
    public String toString() {
      return line + "." + offset + "." + column + "." + from;
    }
  }

  /** Where a match begins; both from 0, the column in letters (UTF-16). */
  public record Place(long line, long column) {}

  /**
   * What was found in this part.
   *
   * @param count all matches of the part
   * @param places of the first of them
   * @param next where to go on; empty at the text's end
   * @param read how far the text was read, in bytes from its beginning
   * @param bytes of the whole file
   */
  public record Found(
      long count, List<Place> places, Optional<Cursor> next, long read, long bytes) {}

  static Found run(FileChannel file, LineIndex index, Wanted wanted, Cursor from, int most)
      throws IOException {
    String words = wanted.folded(wanted.words());
    long start = Math.max(from.offset(), index.encoding().skip());
    Pieces pieces = new Pieces(file, index.encoding(), start, from.line());
    List<Place> places = new ArrayList<>();
    long count = 0;
    String carried = "";
    long column = from.column(); // of the piece, in its line
    long seen = from.from();
    Cursor here = from;
    while (pieces.next()) {
      if (pieces.offset() - start >= PART_BYTES) {
        // a match may lie across two pieces of a line: then the one before is looked at again
        Cursor next = column == 0 ? new Cursor(pieces.line(), pieces.offset(), 0, 0) : here;
        return new Found(count, places, Optional.of(next), pieces.offset(), file.size());
      }
      String piece = wanted.folded(pieces.text());
      String text = carried + piece;
      long textColumn = column - carried.length();
      int at = Math.clamp(seen - textColumn, 0, text.length());
      for (int match = text.indexOf(words, at); match >= 0; match = text.indexOf(words, at)) {
        if (count++ < most) {
          places.add(new Place(pieces.line(), textColumn + match));
        }
        at = match + words.length();
      }
      if (pieces.last()) {
        carried = "";
        column = 0;
        seen = 0;
      } else {
        int kept = Math.max(at, text.length() - (words.length() - 1));
        seen = textColumn + kept;
        here = new Cursor(pieces.line(), pieces.offset(), column, seen);
        carried = text.substring(kept);
        column += piece.length();
      }
    }
    return new Found(count, places, Optional.empty(), file.size(), file.size());
  }
}
