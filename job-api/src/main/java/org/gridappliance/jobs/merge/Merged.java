package org.gridappliance.jobs.merge;

import java.util.List;
import org.gridappliance.jobs.app.Column;

/**
 * The results that a merge wrote.
 *
 * @param tables in the application's order
 * @param texts to read in the page
 * @param files all of them, relative to the results folder, {@code /} between parts
 */
public record Merged(List<Table> tables, List<Text> texts, List<String> files) {
  /**
   * A merged table.
   *
   * @param file relative to the results folder, as {@code hits.tsv}
   * @param rows without the header
   */
  public record Table(String name, String title, String file, List<Column> columns, long rows) {}

  /** A text to read in the page. */
  public record Text(String title, String file) {}
}
