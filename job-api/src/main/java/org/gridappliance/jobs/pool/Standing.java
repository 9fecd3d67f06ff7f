package org.gridappliance.jobs.pool;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a pool admin wishes of a node. */
public enum Standing {
  /** It gets work. */
  OPEN,
  /** It ends what it runs and gets nothing more. */
  DRAINING,
  /** What it ran goes to others at once, and it gets nothing more. */
  BANNED;

  /** {@return its word in the contract and the database} */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** {@return the standing of a word; empty for another word} */
  public static Optional<Standing> of(String word) {
    return Arrays.stream(values()).filter(one -> one.word().equals(word)).findFirst();
  }
}
