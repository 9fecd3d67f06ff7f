package org.gridappliance.jobs.merge;

import java.util.List;
import org.gridappliance.jobs.http.Problem;

/**
 * Some rows of a table by their places in its file, from 0: {@code 0-24,77}. Ranges ascend and do
 * not overlap, so that a table is read along with them. Immutable.
 */
public final class RowNumbers {
  /** The most rows that are chosen at once. */
  public static final int MOST = 100_000;

  private static final int DIGITS = 12;

  private final long[] first;
  private final long[] last;

  private RowNumbers(long[] first, long[] last) {
    this.first = first;
    this.last = last;
  }

  /**
   * {@return the rows that a text names}
   *
   * @throws Problem 400 naming the part that is no range, or the count that is too large
   */
  public static RowNumbers parse(String text) {
    String[] parts = text.split(",", -1);
    long[] first = new long[parts.length];
    long[] last = new long[parts.length];
    long count = 0;
    for (int i = 0; i < parts.length; i++) {
      String part = parts[i];
      int dash = part.indexOf('-');
      first[i] = number(dash < 0 ? part : part.substring(0, dash), part);
      last[i] = dash < 0 ? first[i] : number(part.substring(dash + 1), part);
      if (last[i] < first[i] || (i > 0 && first[i] <= last[i - 1])) {
        throw refused(part, "want ascending rows, such as 0-24,77");
      }
      count += last[i] - first[i] + 1;
      if (count > MOST) {
        throw refused(part, "want at most " + MOST + " rows in all");
      }
    }
    return new RowNumbers(first, last);
  }

  private static long number(String digits, String part) {
    if (digits.isEmpty()
        || digits.length() > DIGITS
        || !digits.chars().allMatch(letter -> letter >= '0' && letter <= '9')) {
      throw refused(part, "want a row's number, from 0, or a range such as 0-24");
    }
    return Long.parseLong(digits);
  }

  private static Problem refused(String part, String wanted) {
    String shown = part.length() > 40 ? part.substring(0, 40) + "…" : part;
    String message = "rows: \"" + shown + "\": " + wanted;
    return Problem.invalid(message, List.of(new Problem.FieldError("rows", message)));
  }

  Walk walk() {
    return new Walk();
  }

  /** One way along the rows, from the first on. One thread. */
  final class Walk {
    private int range;

    /** {@return whether a row is one of them}; rows are asked for in ascending order */
    boolean has(long row) {
      while (range < last.length && last[range] < row) {
        range++;
      }
      return range < first.length && first[range] <= row;
    }
  }
}
