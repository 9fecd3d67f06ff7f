package org.gridappliance.jobs.condor;

import java.util.Locale;

/**
 * Why a job waits, for people.
 *
 * @param text a sentence or two
 * @param remedy what would help
 */
public record Reason(String text, Remedy remedy) {
  /** What a page can offer beside a reason. */
  public enum Remedy {
    /** Waiting is all there is to do. */
    NONE,
    /** To submit it again with other settings, or on the other pool. */
    CHANGE,
    /** To open a machine that was drained or banned; for pool admins. */
    OPEN,
    /** To add a machine; for pool admins. */
    ADD;

    /** {@return its word in the contract} */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
