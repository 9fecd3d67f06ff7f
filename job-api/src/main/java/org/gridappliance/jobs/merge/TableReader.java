package org.gridappliance.jobs.merge;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gridappliance.jobs.app.BoundedText;
import org.gridappliance.jobs.app.Column;
import org.gridappliance.jobs.app.CsvLine;
import org.gridappliance.jobs.app.Output;
import org.gridappliance.jobs.app.TableFormat;

/** Reads a table from a program's output, a row at a time. Bytes that are not UTF-8 become �. */
final class TableReader {
  /** Letters that a pattern may read, each as often as it does: a few seconds. */
  private static final long PATTERN_READS = 500_000_000;

  /** The longest file in which columns are looked for by pattern. */
  static final int MAXIMUM_MATCH_BYTES = 4 << 20;

  /** Takes the shown cells of a row. They hold no tab and no line end. */
  @FunctionalInterface
  interface RowSink {
    void row(List<String> cells) throws IOException;
  }

  /** Text that is not the table that the application describes. */
  static final class BadTable extends Exception {
    private static final long serialVersionUID = 1L;

    BadTable(String message) {
      super(message);
    }
  }

  private final Output.TableOutput table;
  private final RowSink sink;

  private TableReader(Output.TableOutput table, RowSink sink) {
    this.table = table;
    this.sink = sink;
  }

  /**
   * Reads all rows.
   *
   * @throws BadTable names the line
   */
  static void read(Path file, Output.TableOutput table, RowSink sink) throws BadTable, IOException {
    TableReader reader = new TableReader(table, sink);
    if (table.format().style() == TableFormat.Style.MATCH) {
      reader.match(file);
      return;
    }
    try (FileChannel channel = FileChannel.open(file)) {
      reader.lines(new ByteLines(channel));
    }
  }

  private void lines(ByteLines lines) throws BadTable, IOException {
    TableFormat format = table.format();
    boolean header = format.header();
    long number = 0;
    while (hasNext(lines, number)) {
      number++;
      String line = lines.text();
      if (line.endsWith("\r")) {
        line = line.substring(0, line.length() - 1);
      }
      if (line.isBlank() || (!format.comment().isEmpty() && line.startsWith(format.comment()))) {
        continue;
      }
      if (header) {
        header = false;
        continue;
      }
      List<String> cells =
          switch (format.style()) {
            case WHITESPACE -> blanks(line, table.columns().size());
            case TSV -> Cells.split(line);
            case CSV -> CsvLine.split(line);
            case MATCH -> throw new IllegalStateException("match reads no lines");
          };
      sink.row(checked(cells, "line " + number));
    }
  }

  private static boolean hasNext(ByteLines lines, long number) throws BadTable, IOException {
    try {
      return lines.next();
    } catch (ByteLines.TooLong e) {
      throw new BadTable("line " + (number + 1) + ": " + e.getMessage());
    }
  }

  /** The last column takes the rest of the line; when there is no rest it is empty. */
  private static List<String> blanks(String line, int columns) {
    List<String> cells = new ArrayList<>(columns);
    int at = 0;
    while (cells.size() < columns - 1) {
      at = skip(line, at, true);
      int end = skip(line, at, false);
      if (at == end) {
        break;
      }
      cells.add(line.substring(at, end));
      at = end;
    }
    String rest = line.substring(at).strip();
    if (cells.size() == columns - 1) {
      cells.add(rest);
    }
    return cells;
  }

  private static int skip(String line, int from, boolean blank) {
    int at = from;
    while (at < line.length() && (line.charAt(at) == ' ' || line.charAt(at) == '\t') == blank) {
      at++;
    }
    return at;
  }

  private void match(Path file) throws BadTable, IOException {
    if (Files.size(file) > MAXIMUM_MATCH_BYTES) {
      throw new BadTable(
          "has "
              + Files.size(file)
              + " bytes: patterns are looked for in at most "
              + MAXIMUM_MATCH_BYTES);
    }
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    List<String> cells = new ArrayList<>();
    for (Column column : table.columns()) {
      Pattern pattern = column.pattern().orElseThrow();
      Matcher matcher = pattern.matcher(new BoundedText(text, PATTERN_READS));
      if (!found(matcher, column) || matcher.group(1) == null) {
        throw new BadTable("holds nothing that matches " + pattern + " (" + column.name() + ")");
      }
      String found = matcher.group(1).strip();
      cells.add(column.type().numeric() ? found.replace(",", "") : found);
    }
    sink.row(checked(cells, "as a whole"));
  }

  private static boolean found(Matcher matcher, Column column) throws BadTable {
    try {
      return matcher.find();
    } catch (BoundedText.TooSlow | StackOverflowError e) {
      throw new BadTable(
          "cannot be searched: the pattern "
              + matcher.pattern()
              + " ("
              + column.name()
              + ") takes too long; write it without nested repetitions");
    }
  }

  private List<String> checked(List<String> cells, String where) throws BadTable {
    List<Column> columns = table.columns();
    if (cells.size() != columns.size()) {
      throw new BadTable(where + " has " + cells.size() + " columns: want " + columns.size());
    }
    List<String> shown = new ArrayList<>(columns.size());
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      if (column.hidden()) {
        continue;
      }
      String cell = cells.get(i);
      if (column.type().numeric() && !isNumberOrNothing(cell)) {
        throw new BadTable(where + ": " + column.name() + " is \"" + cell + "\", want a number");
      }
      shown.add(cell.replace('\t', ' ').replace('\n', ' ').replace('\r', ' '));
    }
    return shown;
  }

  private static boolean isNumberOrNothing(String cell) {
    String word = cell.startsWith("-") || cell.startsWith("+") ? cell.substring(1) : cell;
    return !Double.isNaN(Cells.number(cell))
        || word.isEmpty()
        || word.equalsIgnoreCase("nan")
        || word.equalsIgnoreCase("inf");
  }
}
