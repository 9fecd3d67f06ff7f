package org.gridappliance.jobs.job;

import org.jspecify.annotations.Nullable;

/**
 * A person's hold on a job. Immutable.
 *
 * @param by the account's name
 * @param reason his words, at most {@value #REASON} characters; null when there are none
 * @param at milliseconds since 1970
 */
public record Hold(String by, @Nullable String reason, long at) {
  /** The longest reason. */
  public static final int REASON = 300;
}
