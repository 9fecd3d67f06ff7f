package org.gridappliance.jobs.merge;

import java.util.ArrayList;
import java.util.List;

/** The cells of a line with tabs between. */
final class Cells {
  private Cells() {}

  /** {@return the cells, at least one; empty ones kept} */
  static List<String> split(String line) {
    List<String> cells = new ArrayList<>();
    int from = 0;
    for (int tab = line.indexOf('\t'); tab >= 0; tab = line.indexOf('\t', from)) {
      cells.add(line.substring(from, tab));
      from = tab + 1;
    }
    cells.add(line.substring(from));
    return cells;
  }

  /** {@return one cell, from 0; empty when the line has fewer} */
  static String at(String line, int index) {
    int from = 0;
    for (int i = 0; i < index; i++) {
      int tab = line.indexOf('\t', from);
      if (tab < 0) {
        return "";
      }
      from = tab + 1;
    }
    int end = line.indexOf('\t', from);
    return line.substring(from, end < 0 ? line.length() : end);
  }

  /** {@return the cell as a number; NaN when it is none} */
  static double number(String cell) {
    if (cell.isEmpty() || cell.equals("-")) {
      return Double.NaN;
    }
    try {
      return Double.parseDouble(cell);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }
}
