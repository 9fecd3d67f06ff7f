package org.gridappliance.webdav.history;

/**
 * How much of the past a home keeps. What is over goes, the oldest first.
 *
 * @param days 0..3650 since it was deleted or overwritten; 0: nothing is kept
 * @param versions 0..1000 of one file
 * @param percent 0..100 of the quota, trash and versions together
 */
public record Retention(int days, int versions, int percent) {
  /** Nothing is kept. */
  public static final Retention NONE = new Retention(0, 0, 0);

  /** Checks the ranges. */
  public Retention {
    if (days < 0 || versions < 0 || percent < 0 || percent > 100) {
      throw new IllegalArgumentException(
          "days=" + days + " versions=" + versions + " percent=" + percent + ": out of range");
    }
  }

  /** {@return the bytes that may be kept under a quota} */
  public long share(long quotaBytes) {
    return quotaBytes == Long.MAX_VALUE ? quotaBytes : quotaBytes / 100 * percent;
  }
}
