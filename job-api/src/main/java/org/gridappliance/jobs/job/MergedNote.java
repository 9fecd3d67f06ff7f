package org.gridappliance.jobs.job;

import java.util.List;

/** What a finished job's results page shows beside the files, as kept in the database. */
public record MergedNote(List<Table> tables, List<Text> texts) {
  /**
   * A merged table; its columns follow from the application.
   *
   * @param file relative to the results folder
   */
  public record Table(String name, String file, long rows) {}

  /** A text to read in the page. */
  public record Text(String title, String file) {}
}
