package org.gridappliance.jobs.merge;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.gridappliance.jobs.app.Column;
import org.gridappliance.jobs.app.Output;

/**
 * The order of a table's rows, a row being its cells with tabs between: by keys, then by the whole
 * row, so that equal orders are equal rows. A cell that is no number comes after all numbers.
 */
final class RowOrder implements Comparator<RowOrder.Row> {
  /**
   * A row with its keys taken out once.
   *
   * @param keys a {@code Double} or a {@code String} for each key
   */
  record Row(String line, List<Comparable<?>> keys) {
    /** {@return about how many bytes of memory it takes} */
    long weight() {
      return 120L + 2L * line.length() + 48L * keys.size();
    }
  }

  private record Key(int column, boolean numeric, boolean descending) {}

  /** By the whole row, letter by letter. */
  static final RowOrder BY_TEXT = new RowOrder(List.of());

  private final List<Key> keys;

  private RowOrder(List<Key> keys) {
    this.keys = List.copyOf(keys);
  }

  static RowOrder of(List<Column> columns, Collection<String> first, List<Output.SortKey> sort) {
    List<Output.SortKey> all = new ArrayList<>();
    first.forEach(name -> all.add(new Output.SortKey(name, false)));
    all.addAll(sort);
    List<String> names = columns.stream().map(Column::name).toList();
    if (sort.isEmpty()) { // from left to right, numbers as numbers: 2 comes before 10
      names.stream()
          .filter(name -> !first.contains(name))
          .forEach(name -> all.add(new Output.SortKey(name, false)));
    }
    List<Key> keys = new ArrayList<>();
    for (Output.SortKey key : all) {
      int at = names.indexOf(key.column());
      keys.add(new Key(at, columns.get(at).type().numeric(), key.descending()));
    }
    return new RowOrder(keys);
  }

  Row row(String line) {
    if (keys.isEmpty()) {
      return new Row(line, List.of());
    }
    List<String> cells = Cells.split(line);
    List<Comparable<?>> values = new ArrayList<>(keys.size());
    for (Key key : keys) {
      String cell = cells.get(key.column());
      values.add(key.numeric() ? (Comparable<?>) Cells.number(cell) : cell);
    }
    return new Row(line, values);
  }

  @Override
  public int compare(Row a, Row b) {
    for (int i = 0; i < keys.size(); i++) {
      Key key = keys.get(i);
      int order = compare(key, a.keys().get(i), b.keys().get(i));
      if (order != 0) {
        return order;
      }
    }
    return a.line().compareTo(b.line());
  }

  private static int compare(Key key, Comparable<?> a, Comparable<?> b) {
    if (!key.numeric()) {
      int order = ((String) a).compareTo((String) b);
      return key.descending() ? -order : order;
    }
    double x = (Double) a;
    double y = (Double) b;
    if (Double.isNaN(x) || Double.isNaN(y)) {
      return Boolean.compare(Double.isNaN(x), Double.isNaN(y));
    }
    // Not Double.compare: -0.0 and 0.0 are the same number.
    int order = x < y ? -1 : x > y ? 1 : 0;
    return key.descending() ? -order : order;
  }
}
