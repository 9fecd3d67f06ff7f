package org.gridappliance.jobs.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.gridappliance.jobs.app.Column;
import org.gridappliance.jobs.http.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableFileTest {
  private static final List<Column> COLUMNS =
      List.of(
          column("name", Column.Type.STRING),
          column("n", Column.Type.INTEGER),
          column("x", Column.Type.NUMBER));
  @TempDir Path folder;

  private static Column column(String name, Column.Type type) {
    return new Column(name, name, type, Optional.empty(), Optional.empty(), false);
  }

  private record Row(String name, String n, String x) {
    String line() {
      return name + "\t" + n + "\t" + x;
    }
  }

  private Path write(List<Row> rows) throws IOException {
    Path file = folder.resolve("t.tsv");
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write("name\tn\tx\n");
      for (Row row : rows) {
        out.write(row.line() + "\n");
      }
    }
    return file;
  }

  private static String json(TableFile.Page page) {
    return page.rows().toString();
  }

  @Test
  void cellsHaveTheirTypes() throws IOException {
    Path file = write(List.of(new Row("é 1", "12", "1e-5"), new Row("", "", "inf")));
    TableFile.Page page = TableFile.read(file, COLUMNS, TableFile.Query.of("", "", "", 0, 10));
    assertEquals("[[\"é 1\", 12, 1.0E-5], [\"\", null, null]]", json(page));
    assertEquals(
        "[[1.0E-5, \"é 1\"]]",
        json(TableFile.read(file, COLUMNS, TableFile.Query.of("x,name", "-n", "É", 0, 10))));
  }

  @Test
  void anUnknownColumnIsTold() throws IOException {
    Path file = write(List.of());
    for (TableFile.Query query :
        List.of(
            TableFile.Query.of("nope", "", "", 0, 1), TableFile.Query.of("", "-nope", "", 0, 1))) {
      Problem e = assertThrows(Problem.class, () -> TableFile.read(file, COLUMNS, query));
      assertEquals(400, e.status());
      assertTrue(
          String.valueOf(e.getMessage()).startsWith("\"nope\": the table has no such column"));
    }
    assertEquals(0, TableFile.read(file, COLUMNS, TableFile.Query.of("", "", "", 5, 10)).count());
  }

  /** Filter, sort and page against a list that holds all. */
  @Test
  void pagesAreThoseOfASlowObviousModel() throws IOException {
    long seed = 9;
    Random random = new Random(seed);
    int rounds = Boolean.getBoolean("soak") ? 3_000 : 60;
    for (int round = 0; round < rounds; round++) {
      List<Row> rows = new ArrayList<>();
      for (int i = random.nextInt(6_000); i > 0; i--) {
        rows.add(
            new Row(
                "N" + "abc".repeat(random.nextInt(3)) + random.nextInt(50),
                random.nextInt(9) == 0 ? "" : String.valueOf(random.nextInt(200) - 100),
                random.nextInt(9) == 0 ? "-" : String.valueOf(random.nextGaussian())));
      }
      Path file = write(rows);
      String text = random.nextBoolean() ? "" : "ABC" + random.nextInt(6);
      String sort = List.of("", "name", "-name", "n", "-n", "x", "-x").get(random.nextInt(7));
      int from = random.nextInt(200);
      int limit = 1 + random.nextInt(2_000);
      TableFile.Query query = TableFile.Query.of("n,name", sort, text, from, limit);
      boolean all = random.nextBoolean();
      Set<Row> chosen = Collections.newSetFromMap(new IdentityHashMap<>());
      List<String> numbers = new ArrayList<>();
      for (int i = random.nextInt(20); i < rows.size(); i += 1 + random.nextInt(40)) {
        int last = Math.min(rows.size() - 1, i + random.nextInt(3) * random.nextInt(20));
        numbers.add(last == i ? "" + i : i + "-" + last);
        chosen.addAll(rows.subList(i, last + 1));
        i = last;
      }
      if (!all && !numbers.isEmpty()) {
        query = query.of(RowNumbers.parse(String.join(",", numbers)));
      } else {
        chosen.addAll(rows);
      }
      TableFile.Page page = TableFile.read(file, COLUMNS, query);
      List<Row> model = new ArrayList<>(rows);
      model.removeIf(
          row ->
              !chosen.contains(row)
                  || !row.line().toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT)));
      if (!sort.isEmpty()) {
        model.sort(modelOrder(sort));
      }
      assertEquals(model.size(), page.count());
      List<String> expected =
          model.stream().skip(from).limit(limit).map(r -> r.n() + " " + r.name()).toList();
      assertEquals(
          expected,
          page.rows().stream()
              .map(r -> (r.get(0).isNull() ? "" : r.get(0).asText()) + " " + r.get(1).asText())
              .toList(),
          "seed " + seed + " round " + round + " sort " + sort);
      assertEquals(
          expected,
          page.numbers().stream()
              .map(i -> rows.get((int) (long) i))
              .map(r -> r.n() + " " + r.name())
              .toList());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''       | rows: "": want a row's number
          3,x      | rows: "x": want a row's number
          4-2      | rows: "4-2": want ascending rows
          4,4      | rows: "4": want ascending rows
          0-100000 | rows: "0-100000": want at most 100000 rows
          """)
  void rowsThatAreNoneAreNamed(String rows, String why) {
    Problem e = assertThrows(Problem.class, () -> RowNumbers.parse(rows));
    assertEquals(400, e.status());
    assertTrue(String.valueOf(e.getMessage()).startsWith(why), e.getMessage());
  }

  private static Comparator<Row> modelOrder(String sort) {
    boolean descending = sort.startsWith("-");
    return switch (descending ? sort.substring(1) : sort) {
      case "name" ->
          descending ? Comparator.comparing(Row::name).reversed() : Comparator.comparing(Row::name);
      case "n" -> numbers(descending, true);
      default -> numbers(descending, false);
    };
  }

  private static Comparator<Row> numbers(boolean descending, boolean n) {
    return Comparator.comparingDouble(
        row -> {
          String cell = n ? row.n() : row.x();
          double last = Double.POSITIVE_INFINITY;
          return cell.isEmpty() || cell.equals("-")
              ? last
              : descending ? -Double.parseDouble(cell) : Double.parseDouble(cell);
        });
  }

  @Test
  void aMillionRowsArePagedInBoundedMemory() throws IOException {
    Path file = folder.resolve("million.tsv");
    int rows = 1_000_000;
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write("name\tn\tx\n");
      for (int i = 0; i < rows; i++) {
        out.write("sequence" + i + "\t" + (i * 7919L % rows) + "\t0.5\n");
      }
    }
    long start = System.nanoTime();
    TableFile.Page page = TableFile.read(file, COLUMNS, TableFile.Query.of("n", "-n", "", 10, 3));
    assertEquals("[[999989], [999988], [999987]]", json(page));
    assertEquals(rows, page.count());
    System.out.printf("1,000,000 rows sorted in %d ms%n", (System.nanoTime() - start) / 1_000_000);
  }
}
