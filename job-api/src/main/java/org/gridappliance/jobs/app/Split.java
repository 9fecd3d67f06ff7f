package org.gridappliance.jobs.app;

import java.util.Locale;

/**
 * How a job is cut into chunks.
 *
 * @param input the file input that is cut
 * @param by what one part is
 * @param unit the word for several parts, as {@code sequences}
 * @param minimum parts in a chunk when the number of chunks is chosen here, ≥ 1
 */
public record Split(String input, By by, String unit, int minimum) {
  /** What one part of the file is. */
  public enum By {
    /** A FASTA record: a line that begins with {@code >} and those up to the next. */
    FASTA,
    /** A line. */
    LINES;

    /** {@return as it stands in app.yaml and in the contract} */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
