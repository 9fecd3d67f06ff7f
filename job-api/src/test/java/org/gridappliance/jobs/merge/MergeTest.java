package org.gridappliance.jobs.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.AppInvalid;
import org.gridappliance.jobs.app.AppParser;
import org.gridappliance.jobs.app.Column;
import org.gridappliance.jobs.app.Output;
import org.gridappliance.jobs.app.Value;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MergeTest {
  private static final String APP =
      """
      title: Merge
      category: Test
      about: x
      inputs:
        - { name: size, type: integer, title: Size, default: 1, sweepable: true }
      command: [x]
      outputs:
        - name: t
          type: table
          title: T
          file: out/t.txt
          format: FORMAT
          comment: "#"
          columns:
            - { name: name }
            - { name: n, type: number }
            - { name: secret, type: integer, hidden: true }
            - { name: rest }
          sort: [-n, name]
        - { name: log, type: text, title: Log, file: log.txt }
        - { name: raw, type: file, title: Raw, file: out/raw.bin, join: each }
      plots:
        - { title: P, kind: line, table: t, x: { column: size, label: S }, y: { column: n, label: N } }
      resources:
        { memory: 1 MiB, disk: 0 B, minimumTime: 0 s, expectedTime: 0 s, maximumTime: 1 s }
      """;

  @TempDir Path folder;
  private Path results;

  @BeforeEach
  void makeResults() throws IOException {
    results = Files.createDirectory(folder.resolve("results"));
  }

  private static App app(String format) throws AppInvalid {
    return AppParser.parse("merge", APP.replace("FORMAT", format), Path.of("nowhere"), "");
  }

  private static App app(String format, String old, String now) throws AppInvalid {
    String yaml = APP.replace("FORMAT", format).replace(old, now);
    return AppParser.parse("merge", yaml, Path.of("nowhere"), "");
  }

  private SubjobOutputs subjob(int index, String table) throws IOException {
    Path scratch = Files.createDirectories(folder.resolve("s" + index));
    return new SubjobOutputs(
        index,
        Map.of(),
        Map.of(
            "out/t.txt", Files.writeString(scratch.resolve("t.txt"), table),
            "log.txt", Files.writeString(scratch.resolve("log.txt"), "log " + index + "\n"),
            "out/raw.bin", Files.writeString(scratch.resolve("raw.bin"), "raw" + index)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          whitespace | a  1.5e2 7  the rest of it | a,1.5e2,the rest of it
          whitespace |   a 2 7                    | a,2,
          csv        | "a,b",2,7,"x ""y"" z"      | a;b,2,x "y" z
          csv        | a,,7,z                     | a,,z
          csv        | a,-,7,                     | a,-,
          csv        | a,inf,7,                   | a,inf,
          """)
  void aRowIsReadAsTheFormatSays(String format, String line, String cells) throws Exception {
    Merge.run(app(format), List.of(), List.of(subjob(0, "# c\n\n" + line + "\n")), results);
    String row = Files.readAllLines(results.resolve("t.tsv")).get(1);
    assertEquals(cells, row.replace(",", ";").replace('\t', ','));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          tsv        | a               | subjob 3, out/t.txt line 2 has 1 columns: want 4
          csv        | a,b,7,c         | subjob 3, out/t.txt line 2: n is "b", want a number
          whitespace | a 1             | subjob 3, out/t.txt line 2 has 2 columns: want 4
          """)
  void aBadRowIsToldWithSubjobFileAndLine(String format, String line, String message)
      throws Exception {
    List<SubjobOutputs> outputs = List.of(subjob(3, "# c\n" + line));
    App app = app(format);
    MergeException e =
        assertThrows(MergeException.class, () -> Merge.run(app, List.of(), outputs, results));
    assertEquals(message, e.getMessage());
  }

  @Test
  void aMissingOutputIsTold() throws Exception {
    App app = app("tsv");
    List<SubjobOutputs> outputs = List.of(new SubjobOutputs(9, Map.of(), Map.of()));
    MergeException e =
        assertThrows(MergeException.class, () -> Merge.run(app, List.of(), outputs, results));
    assertEquals("subjob 9 left no out/t.txt", e.getMessage());
  }

  @Test
  void filesAreJoinedOrNumbered() throws Exception {
    List<SubjobOutputs> outputs = List.of(subjob(0, "a\t1\t1\tx\n"), subjob(1, ""));
    Merged merged = Merge.run(app("tsv"), List.of(), outputs, results);
    assertEquals(
        List.of("t.tsv", "log.txt", "out/raw-00000.bin", "out/raw-00001.bin"), merged.files());
    assertEquals("log 0\nlog 1\n", Files.readString(results.resolve("log.txt")));
    assertEquals("raw1", Files.readString(results.resolve("out/raw-00001.bin")));
    assertEquals(List.of(new Merged.Text("Log", "log.txt")), merged.texts());
    try (Stream<Path> left = Files.list(results)) {
      assertEquals(3, left.count(), "nothing temporary stays");
    }
  }

  @Test
  void aLineWithoutEndIsRefusedNotSwallowed() throws Exception {
    App app = app("tsv");
    List<SubjobOutputs> outputs = List.of(subjob(2, "# c\n" + "x".repeat(3 << 20)));
    MergeException e =
        assertThrows(MergeException.class, () -> Merge.run(app, List.of(), outputs, results));
    assertEquals("subjob 2, out/t.txt line 2: a line has more than 1048576 bytes", e.getMessage());
  }

  @Test
  void whatTheMergeCommandMadeIsReadTheSameWay() throws Exception {
    String yaml =
        APP.replace("FORMAT", "tsv")
            .replace("command: [x]", "command: [x]\nmerge: [y]")
            .replace("title: T\n", "title: T\n    from: merge\n")
            .replaceAll("(?s)plots:.*(?=resources:)", "");
    App app = AppParser.parse("merge", yaml, Path.of("nowhere"), "");
    assertEquals(List.of("log.txt", "out/raw.bin"), app.subjobFiles());
    Merged first = Merge.run(app, List.of(), List.of(subjob(0, "")), results);
    assertEquals(List.of("log.txt", "out/raw.bin"), first.files());
    Map<String, Path> made = subjob(1, "b\t1\t1\tx\r\na\t1\t1\ty\r\n").files();
    Merged merged = Merge.runAfterCommand(app, made, results);
    assertEquals(List.of("t.tsv"), merged.files());
    assertEquals(
        List.of("name\tn\trest", "a\t1\ty", "b\t1\tx"),
        Files.readAllLines(results.resolve("t.tsv")));
    MergeException e =
        assertThrows(MergeException.class, () -> Merge.runAfterCommand(app, Map.of(), results));
    assertEquals("the merge command left no out/t.txt", e.getMessage());
  }

  @Test
  void sweptValuesStandBeforeTheColumns() throws Exception {
    App app = app("tsv");
    List<SubjobOutputs> outputs = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Map<String, Value> swept = Map.of("size", new Value.IntegerValue(10 - i));
      outputs.add(new SubjobOutputs(i, swept, subjob(i, "a\t1\t1\tx\nb\t2\t1\ty\n").files()));
    }
    Merged merged = Merge.run(app, List.of("size"), outputs, results);
    assertEquals(
        List.of(
            "size\tname\tn\trest",
            "8\tb\t2\ty",
            "8\ta\t1\tx",
            "9\tb\t2\ty",
            "9\ta\t1\tx",
            "10\tb\t2\ty",
            "10\ta\t1\tx"),
        Files.readAllLines(results.resolve("t.tsv")));
    assertEquals(6, merged.tables().getFirst().rows());
    assertEquals(1, Merge.plots(app, List.of("size")).size());
    assertEquals(0, Merge.plots(app, List.of()).size());
  }

  /** However rows are dealt out to subjobs, and however small the runs are: the same bytes. */
  @Test
  void theTableDoesNotDependOnHowTheJobWasCut() throws Exception {
    long seed = 4;
    Random random = new Random(seed);
    App app = app("tsv");
    int rounds = Boolean.getBoolean("soak") ? 2_000 : 12;
    for (int round = 0; round < rounds; round++) {
      List<String> rows = new ArrayList<>();
      for (int i = random.nextInt(300); i > 0; i--) {
        rows.add(randomRow(random));
      }
      String expected = null;
      for (int parts : new int[] {1, 4, 50}) {
        Collections.shuffle(rows, random);
        List<SubjobOutputs> outputs = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
          int from = rows.size() * part / parts;
          int to = rows.size() * (part + 1) / parts;
          outputs.add(subjob(part, String.join("", rows.subList(from, to))));
        }
        Merge.run(app, List.of(), outputs, results);
        String table = Files.readString(results.resolve("t.tsv"));
        expected = expected == null ? table : expected;
        assertEquals(expected, table, "seed " + seed + " round " + round + " parts " + parts);
      }
    }
  }

  /** Against a slow model, with rows dealt out at random: the same sums, to the byte. */
  @Test
  void rowsThatAgreeBecomeOneWithTheirSumsHoweverTheJobWasCut() throws Exception {
    long seed = 9;
    Random random = new Random(seed);
    App app = app("tsv", "sort: [-n, name]", "sort: [name]\n    sum: [n]");
    int rounds = Boolean.getBoolean("soak") ? 500 : 10;
    for (int round = 0; round < rounds; round++) {
      List<String> rows = new ArrayList<>();
      Map<String, BigDecimal> model = new TreeMap<>();
      for (int i = random.nextInt(200); i > 0; i--) {
        String name = "" + (char) ('a' + random.nextInt(4));
        String rest = random.nextBoolean() ? "1" : "1.0";
        BigDecimal n = BigDecimal.valueOf(random.nextInt(2_000) - 1_000, random.nextInt(4));
        rows.add(name + "\t" + (n.signum() == 0 ? "-" : n) + "\t1\t" + rest + "\n");
        model.merge(name + "\t%s\t" + rest, n, BigDecimal::add);
      }
      List<String> expected = new ArrayList<>(List.of("name\tn\trest"));
      model.forEach(
          (row, sum) ->
              expected.add(
                  row.formatted(
                      sum.signum() == 0 ? "0" : sum.stripTrailingZeros().toPlainString())));
      for (int parts : new int[] {1, 7}) {
        Collections.shuffle(rows, random);
        List<SubjobOutputs> outputs = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
          int from = rows.size() * part / parts;
          int to = rows.size() * (part + 1) / parts;
          outputs.add(subjob(part, String.join("", rows.subList(from, to))));
        }
        Merged merged = Merge.run(app, List.of(), outputs, results);
        List<String> lines = Files.readAllLines(results.resolve("t.tsv"));
        assertEquals(expected.getFirst(), lines.getFirst());
        assertEquals(
            expected.stream().skip(1).sorted().toList(),
            lines.stream().skip(1).sorted().toList(),
            "seed " + seed + " round " + round + " parts " + parts);
        assertEquals(model.size(), merged.tables().getFirst().rows());
      }
    }
    try (Stream<Path> left = Files.list(results)) {
      assertTrue(left.noneMatch(file -> file.toString().contains(".sum-")), "nothing stays");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0.1    | 0.2    | 0.3
          1e300  | 1e-300 | 1E+300
          -      | 5      | 5
          nan    | 5      | nan
          inf    | 5      | nan
          1e400  | 5      | nan
          1e-999999999 | 5 | 5
          -2     | 2      | 0
          """)
  void aSumIsExactAndSaysWhenThereIsNone(String one, String other, String sum) throws Exception {
    App app = app("tsv", "sort: [-n, name]", "sum: [n]");
    String rows = "a\t" + one + "\t1\tx\na\t" + other + "\t1\tx\n";
    Merge.run(app, List.of(), List.of(subjob(0, rows)), results);
    assertEquals(
        List.of("name\tn\trest", "a\t" + sum + "\tx"),
        Files.readAllLines(results.resolve("t.tsv")));
  }

  private static String randomRow(Random random) {
    List<String> numbers = List.of("1", "1.0", "-0.0", "0", "1e-300", "-", "", "nan", "2e5", "-7");
    return (char) ('a' + random.nextInt(3))
        + "\t"
        + numbers.get(random.nextInt(numbers.size()))
        + "\t1\t"
        + random.nextInt(4)
        + "\n";
  }

  @Test
  void withoutSortKeysTwoComesBeforeTen() throws Exception {
    List<Column> columns = Merge.columns(app("tsv"), app("tsv").tables().getFirst(), List.of());
    assertEquals(List.of("name", "n"), columns.stream().map(Column::name).toList().subList(0, 2));
    RowOrder order = RowOrder.of(columns, List.of(), List.of());
    List<String> rows =
        Stream.of("b\t1\t0", "a\t10\t0", "a\t2\t0", "a\t-\t0", "a\t2\t00")
            .map(order::row)
            .sorted(order)
            .map(RowOrder.Row::line)
            .toList();
    assertEquals(List.of("a\t2\t0", "a\t2\t00", "a\t10\t0", "a\t-\t0", "b\t1\t0"), rows);
  }

  @Test
  void rowsThatDoNotFitInMemoryAreSortedOnDisk() throws Exception {
    List<Column> columns = Merge.columns(app("tsv"), app("tsv").tables().getFirst(), List.of());
    RowOrder order = RowOrder.of(columns, List.of(), List.of(new Output.SortKey("n", false)));
    Random random = new Random(5);
    List<String> rows = new ArrayList<>();
    Path big = folder.resolve("big.tsv");
    Path small = folder.resolve("small.tsv");
    try (RowSorter memory = new RowSorter(order, folder);
        RowSorter disk = new RowSorter(order, folder, 2_000)) {
      for (int i = 0; i < 3_000; i++) {
        String row = randomRow(random).strip().replace("\t1\t", "\t");
        rows.add(row);
        memory.add(row);
        disk.add(row);
      }
      assertEquals(3_000, memory.writeTo(big, "h"));
      assertEquals(3_000, disk.writeTo(small, "h"));
    }
    assertEquals(Files.readString(big), Files.readString(small));
    List<String> written = new ArrayList<>(Files.readAllLines(small).subList(1, 3_001));
    Collections.sort(written);
    Collections.sort(rows);
    assertEquals(rows, written);
    try (Stream<Path> left = Files.list(folder)) {
      assertTrue(left.noneMatch(p -> p.getFileName().toString().startsWith(".run")));
    }
  }
}
