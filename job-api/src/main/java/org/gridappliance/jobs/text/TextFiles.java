package org.gridappliance.jobs.text;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

/**
 * Reads pages of texts of any length. Where lines begin is found in one pass over a file and kept
 * for the last 32 files, by their hashes. Four requests read at a time, the others wait. Safe for
 * any thread; blocks.
 */
public final class TextFiles {
  /** Letters of a line that a page shows. */
  public static final int WIDE = 2000;

  private static final int KEPT = 32;
  private static final int AT_ONCE = 4;

  /** Of one page: then it ends early, with one line at least. */
  private static final long PAGE_BYTES = 64L << 20;

  /**
   * Some lines of a text.
   *
   * @param from the number of the first, from 0
   * @param count how many lines the text has
   */
  public record Page(long from, long count, List<Line> lines) {}

  /**
   * A line, or the part of it that was asked for.
   *
   * @param text control characters as their pictures (U+2400 and on), but for tabs
   * @param more whether the line goes on behind it
   */
  public record Line(String text, boolean more) {}

  private final Semaphore readers = new Semaphore(AT_ONCE, true);
  private final Map<String, LineIndex> kept =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, LineIndex> eldest) {
          return size() > KEPT;
        }
      };

  /** Work on an open file. */
  private interface Reading<T> {
    T read(FileChannel file, LineIndex index) throws IOException;
  }

  private <T> T reading(Path path, String sha256, Reading<T> work) throws IOException {
    readers.acquireUninterruptibly();
    try (FileChannel file = FileChannel.open(path)) {
      return work.read(file, index(file, sha256));
    } finally {
      readers.release();
    }
  }

  private LineIndex index(FileChannel file, String sha256) throws IOException {
    synchronized (kept) {
      LineIndex known = kept.get(sha256);
      if (known != null) {
        return known;
      }
    }
    LineIndex made = LineIndex.of(file);
    synchronized (kept) {
      kept.put(sha256, made);
    }
    return made;
  }

  /**
   * {@return some lines}
   *
   * @param sha256 of the file's bytes
   * @param from the first line's number, from 0; behind the last there is none
   * @param limit lines, ≥ 1
   * @param column the first letter of each line that is wanted, from 0
   */
  public Page page(Path path, String sha256, long from, int limit, long column) throws IOException {
    return reading(
        path,
        sha256,
        (file, index) -> {
          List<Line> lines = new ArrayList<>();
          if (from < index.lines()) {
            Pieces pieces = index.near(file, from);
            long started = -1;
            PartOfLine part = new PartOfLine(column);
            while (lines.size() < limit && pieces.next()) {
              if (pieces.line() < from) {
                continue;
              }
              started = started < 0 ? pieces.offset() : started;
              part.add(pieces);
              if (pieces.last()) {
                lines.add(part.line());
                part = new PartOfLine(column);
              } else if (pieces.end() - started > PAGE_BYTES) {
                lines.add(part.line());
                break;
              }
            }
          }
          return new Page(from, index.lines(), List.copyOf(lines));
        });
  }

  /** Of a line's pieces the letters that are wanted. */
  private static final class PartOfLine {
    private final long column;
    private final StringBuilder wanted = new StringBuilder();
    private long before;
    private boolean more;

    PartOfLine(long column) {
      this.column = column;
    }

    void add(Pieces piece) {
      if (more) {
        return; // the rest is only passed over
      }
      String text = piece.text();
      int start = Math.clamp(column - before, 0, text.length());
      int end = Math.min(text.length(), start + WIDE - wanted.length());
      if (end < text.length() && end > start && Character.isHighSurrogate(text.charAt(end - 1))) {
        end--;
      }
      wanted.append(text, start, end);
      before += text.length();
      more = end < text.length();
    }

    Line line() {
      StringBuilder shown = new StringBuilder(wanted.length());
      wanted.chars().forEach(c -> shown.append(picture((char) c)));
      return new Line(shown.toString(), more);
    }

    private static char picture(char c) {
      if (c == '\t') {
        return c;
      }
      return c < 0x20 ? (char) (0x2400 + c) : c == 0x7F ? '\u2421' : c;
    }
  }

  /**
   * Looks through a part of a text, from where another search ended.
   *
   * @param places as many as are wanted, ≥ 0; all are counted
   */
  public TextSearch.Found search(
      Path path, String sha256, TextSearch.Wanted wanted, TextSearch.Cursor from, int places)
      throws IOException {
    return reading(
        path, sha256, (file, index) -> TextSearch.run(file, index, wanted, from, places));
  }
}
