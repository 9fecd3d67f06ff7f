package org.gridappliance.jobs;

import java.util.Locale;

/** On which machines a subjob's inputs, scratch and results are sealed (setting pool.seal). */
public enum SealPolicy {
  /** Nowhere. */
  NEVER,
  /** On machines other than the portal's own. */
  JOINED,
  /** On every machine. */
  ALWAYS;

  /** {@return whether they are sealed on a machine} */
  public boolean seals(boolean own) {
    return this == ALWAYS || (this == JOINED && !own);
  }

  /**
   * {@return the policy of a word of the settings}
   *
   * @throws IllegalArgumentException for another word
   */
  public static SealPolicy of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
