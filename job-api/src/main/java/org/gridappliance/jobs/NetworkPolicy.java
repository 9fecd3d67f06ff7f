package org.gridappliance.jobs;

import java.util.Locale;

/** Whether jobs reach the hosts that their applications name (setting jobs.network). */
public enum NetworkPolicy {
  /** None does. */
  OFF,
  /** Hosts of the open internet. */
  PUBLIC,
  /** Those of private networks too, such as the executor's own. */
  PRIVATE;

  /** {@return the policy of a word of the setting} */
  public static NetworkPolicy of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
