package org.gridappliance.jobs.serve;

import org.jspecify.annotations.Nullable;

/** Lines of comma-separated values (RFC 4180) that a spreadsheet opens as text. */
final class Csv {
  private Csv() {}

  /**
   * {@return a line with its end} A text that a spreadsheet would take for a formula gets an
   * apostrophe before it.
   *
   * @param cells numbers or texts; null is an empty cell
   */
  static String line(@Nullable Object... cells) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.length; i++) {
      if (i > 0) {
        line.append(',');
      }
      Object cell = cells[i];
      if (cell instanceof Number) {
        line.append(cell);
      } else if (cell != null) {
        text(line, cell.toString());
      }
    }
    return line.append("\r\n").toString();
  }

  private static void text(StringBuilder line, String text) {
    boolean formula = !text.isEmpty() && "=+-@\t\r\n".indexOf(text.charAt(0)) >= 0;
    String plain = formula ? "'" + text : text;
    boolean quoted = plain.chars().anyMatch(c -> c == '"' || c == ',' || c == '\n' || c == '\r');
    line.append(quoted ? '"' + plain.replace("\"", "\"\"") + '"' : plain);
  }
}
