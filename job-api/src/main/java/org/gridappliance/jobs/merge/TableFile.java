package org.gridappliance.jobs.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.gridappliance.jobs.app.Column;
import org.gridappliance.jobs.app.Output;
import org.gridappliance.jobs.http.Problem;

/**
 * Reads a merged table a page at a time. One pass over the file; of the rows that match only where
 * they stand and what they are sorted by is kept, and of those no more than twice what the page
 * needs. A million rows are read in about a second.
 */
public final class TableFile {
  /**
   * What to read.
   *
   * @param columns names, in the order wished for; all when empty
   * @param sort the file's own order when empty; rows without a number come last
   * @param text rows in which some column holds it, whatever the case; all when empty
   * @param from the first row of the page among those that match, ≥ 0
   * @param limit rows in the page, ≥ 1
   * @param chosen the only rows looked at; all when empty
   */
  public record Query(
      List<String> columns,
      Optional<Output.SortKey> sort,
      String text,
      long from,
      int limit,
      Optional<RowNumbers> chosen) {
    /** {@return a query as the contract's parameters have it: {@code a,b} and {@code -name}} */
    public static Query of(String columns, String sort, String text, long from, int limit) {
      boolean descending = sort.startsWith("-");
      String name = descending ? sort.substring(1) : sort;
      return new Query(
          columns.isEmpty() ? List.of() : List.of(columns.split(",", -1)),
          name.isEmpty() ? Optional.empty() : Optional.of(new Output.SortKey(name, descending)),
          text,
          from,
          limit,
          Optional.empty());
    }

    /** {@return the same of some rows alone} */
    public Query of(RowNumbers rows) {
      return new Query(columns, sort, text, from, limit, Optional.of(rows));
    }
  }

  /**
   * A page.
   *
   * @param rows each in the order of the columns; null for a number that is none
   * @param numbers the rows' places in the file, from 0: the same whatever the order and filter
   * @param count rows that match in all
   */
  public record Page(
      List<Column> columns, List<List<JsonNode>> rows, List<Long> numbers, long count) {}

  private record Entry(double number, String text, long row, long offset, int length) {}

  private record Rows(List<List<JsonNode>> cells, List<Long> numbers) {}

  private static final int KEEP_AT_LEAST = 1024;

  private final List<Column> columns;
  private final Query query;
  private final List<Integer> chosen;
  private final int sortColumn;
  private final Comparator<Entry> order;
  private final long needed;

  private TableFile(List<Column> columns, Query query) {
    this.columns = columns;
    this.query = query;
    this.chosen =
        query.columns().isEmpty()
            ? IntStream.range(0, columns.size()).boxed().toList()
            : query.columns().stream().map(this::indexOf).toList();
    this.sortColumn = query.sort().map(key -> indexOf(key.column())).orElse(-1);
    this.order = order();
    this.needed = Math.max(KEEP_AT_LEAST, query.from() + query.limit());
  }

  /**
   * {@return a page of a table}
   *
   * @param file as {@link Merge} wrote it
   * @param columns as {@link Merge#columns} gives them
   * @throws Problem 400 when the query names a column that is not there
   */
  public static Page read(Path file, List<Column> columns, Query query) throws IOException {
    return new TableFile(columns, query).read(file);
  }

  private Page read(Path file) throws IOException {
    String wanted = query.text().toLowerCase(Locale.ROOT);
    List<Entry> entries = new ArrayList<>();
    long count = 0;
    Optional<RowNumbers.Walk> chosenRows = query.chosen().map(RowNumbers::walk);
    try (FileChannel channel = FileChannel.open(file)) {
      ByteLines lines = new ByteLines(channel);
      lines.next(); // the header
      for (long row = 0; lines.next(); row++) {
        if (chosenRows.isPresent() && !chosenRows.get().has(row)) {
          continue;
        }
        String line = wanted.isEmpty() && sortColumn < 0 ? "" : lines.text();
        if (!wanted.isEmpty() && !line.toLowerCase(Locale.ROOT).contains(wanted)) {
          continue;
        }
        boolean onPage = count >= query.from() && count < query.from() + query.limit();
        if (sortColumn >= 0 || onPage) {
          entries.add(entry(line, row, lines.offset(), lines.length()));
        }
        count++;
        if (sortColumn >= 0 && entries.size() >= 2 * needed) {
          entries.sort(order);
          entries.subList((int) needed, entries.size()).clear();
        }
      }
      Rows rows = rows(channel, entries);
      return new Page(
          chosen.stream().map(columns::get).toList(), rows.cells(), rows.numbers(), count);
    }
  }

  private Rows rows(FileChannel channel, List<Entry> entries) throws IOException {
    List<Entry> page = entries;
    if (sortColumn >= 0) {
      entries.sort(order);
      int from = (int) Math.min(query.from(), entries.size());
      page = entries.subList(from, (int) Math.min((long) from + query.limit(), entries.size()));
    }
    List<List<JsonNode>> rows = new ArrayList<>(page.size());
    for (Entry entry : page) {
      List<String> cells = Cells.split(ByteLines.textAt(channel, entry.offset(), entry.length()));
      List<JsonNode> row = new ArrayList<>(chosen.size());
      for (int at : chosen) {
        row.add(cell(columns.get(at), at < cells.size() ? cells.get(at) : ""));
      }
      rows.add(row);
    }
    return new Rows(rows, page.stream().map(Entry::row).toList());
  }

  private Entry entry(String line, long row, long offset, int length) {
    if (sortColumn < 0) {
      return new Entry(0, "", row, offset, length);
    }
    String cell = Cells.at(line, sortColumn);
    return columns.get(sortColumn).type().numeric()
        ? new Entry(Cells.number(cell), "", row, offset, length)
        : new Entry(0, cell, row, offset, length);
  }

  /** Entries without a number come last both ways; equal ones in the order of the file. */
  private Comparator<Entry> order() {
    boolean descending = query.sort().map(Output.SortKey::descending).orElse(false);
    Comparator<Entry> byKey = Comparator.comparingDouble(Entry::number).thenComparing(Entry::text);
    return Comparator.comparing((Entry entry) -> Double.isNaN(entry.number()))
        .thenComparing(descending ? byKey.reversed() : byKey)
        .thenComparingLong(Entry::offset);
  }

  private static JsonNode cell(Column column, String cell) {
    if (!column.type().numeric()) {
      return TextNode.valueOf(cell);
    }
    if (column.type() == Column.Type.INTEGER && cell.matches("[+-]?\\d{1,18}")) {
      return LongNode.valueOf(Long.parseLong(cell));
    }
    double number = Cells.number(cell);
    return Double.isFinite(number) ? DoubleNode.valueOf(number) : NullNode.getInstance();
  }

  private int indexOf(String name) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(name)) {
        return i;
      }
    }
    String known = String.join(", ", columns.stream().map(Column::name).toList());
    String message = "\"" + name + "\": the table has no such column; it has " + known;
    throw Problem.invalid(message, List.of(new Problem.FieldError("column", message)));
  }
}
