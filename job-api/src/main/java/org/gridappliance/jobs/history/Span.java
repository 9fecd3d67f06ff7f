package org.gridappliance.jobs.history;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How far back a picture of the pool goes, and how finely. */
public enum Span {
  HOUR(3_600, 60),
  DAY(86_400, 600),
  WEEK(7 * 86_400, 3_600),
  MONTH(30 * 86_400, 4 * 3_600),
  YEAR(365 * 86_400, 86_400);

  private final int seconds;
  private final int bucketSeconds;

  Span(int seconds, int bucketSeconds) {
    this.seconds = seconds;
    this.bucketSeconds = bucketSeconds;
  }

  /** {@return its length} */
  public int seconds() {
    return seconds;
  }

  /** {@return the length of one point; a divisor of {@link #seconds}} */
  public int bucketSeconds() {
    return bucketSeconds;
  }

  /** {@return its word in the contract} */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** {@return the span of a word; empty for another word} */
  public static Optional<Span> of(String word) {
    return Arrays.stream(values()).filter(span -> span.word().equals(word)).findFirst();
  }
}
