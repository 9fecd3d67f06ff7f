package org.gridappliance.jobs.app;

/**
 * How a table is read from a program's output.
 *
 * @param comment lines that begin with it are skipped; empty for none
 * @param header the first line names the columns and is skipped
 */
public record TableFormat(Style style, String comment, boolean header) {
  /** How the cells of a row are told apart. */
  public enum Style {
    /** Between runs of blanks; the last column takes the rest of the line. */
    WHITESPACE,
    /** Between tabs. */
    TSV,
    /** Between commas, quoted as in RFC 4180. */
    CSV,
    /** The whole file is one row; each column's pattern is looked for in it. */
    MATCH
  }
}
