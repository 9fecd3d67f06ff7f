package org.gridappliance.jobs.access;

import java.util.Arrays;
import java.util.Locale;

/** How far an application is published. */
public enum Stage {
  /** Its authors and administrators only. */
  DRAFT,
  /** Also the people and groups that are named. */
  GROUP,
  /** Everybody who is logged in. */
  EVERYONE;

  /** {@return as in the contract} */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Stage of(String word) {
    return Arrays.stream(values())
        .filter(stage -> stage.word().equals(word))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no stage " + word));
  }
}
