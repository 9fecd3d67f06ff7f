package org.gridappliance.jobs.app;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A column of a table.
 *
 * @param name {@code [a-z][a-z0-9_]{0,39}}
 * @param pattern with one group, for {@link TableFormat.Style#MATCH}
 * @param hidden read and left out of the results
 */
public record Column(
    String name,
    String title,
    Type type,
    Optional<String> units,
    Optional<Pattern> pattern,
    boolean hidden) {
  /** What its cells are. */
  public enum Type {
    NUMBER,
    INTEGER,
    STRING;

    /** {@return as it stands in app.yaml and in the contract} */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** {@return whether cells are compared as numbers} */
    public boolean numeric() {
      return this != STRING;
    }
  }
}
