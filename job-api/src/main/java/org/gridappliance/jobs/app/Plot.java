package org.gridappliance.jobs.app;

import java.util.Locale;
import java.util.Optional;

/**
 * A plot of a merged table.
 *
 * @param y absent for a histogram
 * @param z what the colours of a heat map, and the lines of a contour plot, say; absent for all
 *     others
 * @param label the column that names a point
 */
public record Plot(
    String title,
    Kind kind,
    String table,
    Axis x,
    Optional<Axis> y,
    Optional<Axis> z,
    Optional<String> label) {

  /** How the rows are drawn. */
  public enum Kind {
    HISTOGRAM,
    SCATTER,
    LINE,
    BAR,
    HEATMAP,
    CONTOUR;

    /** {@return whether colours say a third column} */
    boolean coloured() {
      return this == HEATMAP || this == CONTOUR;
    }

    /** {@return as it stands in app.yaml and in the contract} */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * An axis.
   *
   * @param column of the table, or a sweepable input
   * @param logarithmic otherwise linear
   */
  public record Axis(String column, String label, Optional<String> units, boolean logarithmic) {}
}
