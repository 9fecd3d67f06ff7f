package org.gridappliance.jobs.app;

import java.util.List;

/** One file that the application makes. */
public sealed interface Output {
  /** {@return {@code [a-z][a-z0-9_]{0,39}}} */
  String name();

  String title();

  /** {@return the file's path relative to the scratch folder, {@code /} between parts} */
  String file();

  /** {@return whether the merge command makes it, not every subjob} */
  boolean fromMerge();

  /**
   * Rows; merged into {@code results/NAME.tsv}, sorted.
   *
   * @param sum columns of numbers: rows that agree in all others become one with these added
   */
  record TableOutput(
      String name,
      String title,
      String file,
      boolean fromMerge,
      TableFormat format,
      List<Column> columns,
      List<SortKey> sort,
      List<String> sum)
      implements Output {}

  /** Text to read in the page. */
  record TextOutput(String name, String title, String file, boolean fromMerge, Join join)
      implements Output {}

  /** A file to download. */
  record FileOutput(String name, String title, String file, boolean fromMerge, Join join)
      implements Output {}

  /**
   * A picture to look at in the page; every subjob's is kept.
   *
   * @param sequence whether the subjobs' pictures are first shown one after the other, as a film
   */
  record ImageOutput(String name, String title, String file, boolean fromMerge, boolean sequence)
      implements Output {}

  /** How the subjobs' files of one output become results. */
  enum Join {
    /** One file, the subjobs' in the order of their indexes. */
    CONCATENATE,
    /** A file for each subjob, numbered by its index when there are several. */
    EACH
  }

  /** A key to sort rows by. */
  record SortKey(String column, boolean descending) {}
}
