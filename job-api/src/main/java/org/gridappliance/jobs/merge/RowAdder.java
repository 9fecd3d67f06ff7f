package org.gridappliance.jobs.merge;

import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.gridappliance.jobs.app.Column;
import org.jspecify.annotations.Nullable;

/**
 * Makes one row of those that agree, letter for letter, in all columns that are not added up.
 *
 * <p>Rows are first sorted with those columns in front, so that equal ones stand together however
 * many there are. Sums are exact decimals, rounded once at the end, so that they do not depend on
 * how the job was cut. An empty cell or {@code -} adds nothing; with one that is no finite number
 * the sum is {@code nan}. Without columns to add up rows go straight on. One thread.
 */
final class RowAdder implements AutoCloseable {
  private static final MathContext DIGITS = new MathContext(15);

  /** Beyond a double's range; exact sums of such numbers would have billions of digits. */
  private static final int LARGEST_EXPONENT = 400;

  private final RowSorter sorted;
  private final Path folder;

  /** Places of the cells of a gathered row in a row of the table: the added ones come last. */
  private final List<Integer> places;

  private final int same;
  private final boolean[] whole;
  private final @Nullable RowSorter gathered;

  /**
   * @param sum names of the columns that are added up; none: rows stay as they are
   * @param sorted gets the rows
   */
  RowAdder(List<Column> columns, List<String> sum, RowSorter sorted, Path folder) {
    this.sorted = sorted;
    this.folder = folder;
    List<Integer> order = new ArrayList<>();
    IntStream.range(0, columns.size())
        .filter(i -> !sum.contains(columns.get(i).name()))
        .forEach(order::add);
    this.same = order.size();
    IntStream.range(0, columns.size())
        .filter(i -> sum.contains(columns.get(i).name()))
        .forEach(order::add);
    this.places = List.copyOf(order);
    this.whole = new boolean[columns.size()];
    for (int i = same; i < order.size(); i++) {
      whole[i] = columns.get(order.get(i)).type() == Column.Type.INTEGER;
    }
    this.gathered = sum.isEmpty() ? null : new RowSorter(RowOrder.BY_TEXT, folder);
  }

  /** Takes a row: cells with tabs between. */
  void add(String line) throws IOException {
    if (gathered == null) {
      sorted.add(line);
      return;
    }
    List<String> cells = Cells.split(line);
    gathered.add(String.join("\t", places.stream().map(cells::get).toList()));
  }

  /** Hands the sums on. */
  void finish() throws IOException {
    if (gathered == null) {
      return;
    }
    Path file = Files.createTempFile(folder, ".sum-", ".tsv");
    try {
      gathered.writeTo(file, "");
      try (BufferedReader reader = Files.newBufferedReader(file)) {
        reader.readLine(); // the header
        List<String> group = List.of();
        @Nullable BigDecimal[] sums = new BigDecimal[0];
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          List<String> cells = Cells.split(line);
          List<String> own = cells.subList(0, same);
          if (sums.length == 0 || !own.equals(group)) {
            give(group, sums);
            group = own;
            sums = new BigDecimal[cells.size() - same];
            Arrays.fill(sums, BigDecimal.ZERO);
          }
          for (int i = 0; i < sums.length; i++) {
            sums[i] = plus(sums[i], cells.get(same + i));
          }
        }
        give(group, sums);
      }
    } finally {
      Files.delete(file);
    }
  }

  private void give(List<String> group, @Nullable BigDecimal[] sums) throws IOException {
    if (sums.length == 0) {
      return;
    }
    String[] cells = new String[places.size()];
    for (int i = 0; i < places.size(); i++) {
      cells[places.get(i)] = i < same ? group.get(i) : text(sums[i - same], whole[i]);
    }
    sorted.add(String.join("\t", cells));
  }

  private static @Nullable BigDecimal plus(@Nullable BigDecimal sum, String cell) {
    if (sum == null || cell.isEmpty() || cell.equals("-")) {
      return sum;
    }
    double rough = Cells.number(cell);
    if (!Double.isFinite(rough)) {
      return null;
    }
    if (rough == 0) {
      return sum;
    }
    try {
      BigDecimal number = new BigDecimal(cell.strip());
      return Math.abs((long) number.precision() - number.scale()) > LARGEST_EXPONENT
          ? null
          : sum.add(number);
    } catch (NumberFormatException e) { // as 0x1p3, which a double may be written as
      return sum.add(new BigDecimal(rough));
    }
  }

  private static String text(@Nullable BigDecimal sum, boolean whole) {
    if (sum == null) {
      return "nan";
    }
    BigDecimal plain = (whole ? sum : sum.round(DIGITS)).stripTrailingZeros();
    return Math.abs(plain.scale()) < 20 ? plain.toPlainString() : plain.toString();
  }

  @Override
  public void close() throws IOException {
    if (gathered != null) {
      gathered.close();
    }
  }
}
