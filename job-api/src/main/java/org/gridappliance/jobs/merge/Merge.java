package org.gridappliance.jobs.merge;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.Column;
import org.gridappliance.jobs.app.Output;
import org.gridappliance.jobs.app.Plot;

/**
 * Makes a job's results from the outputs of its subjobs.
 *
 * <p>A table's rows are sorted, over all subjobs, by the swept values, the declared keys and at
 * last the whole row: however a job was cut, its table is the same to the byte. Memory is bounded:
 * rows beyond some MiB go to the disk as sorted runs ({@link RowSorter}).
 */
public final class Merge {
  /** Stands for the merge command among subjobs, as in the lease protocol. */
  private static final int MERGE_INDEX = -1;

  private Merge() {}

  /**
   * Writes the results.
   *
   * @param sweptNames inputs that the job sweeps over, in the application's order
   * @param outputs of all subjobs in the order of their indexes, at least one
   * @param results an existing folder; files of the same names are replaced
   * @throws MergeException when an output is missing or is not what the application says
   * @throws IOException when the disk fails
   */
  public static Merged run(
      App app, Collection<String> sweptNames, List<SubjobOutputs> outputs, Path results)
      throws MergeException, IOException {
    return write(app, List.copyOf(sweptNames), outputs, results, /* fromMerge= */ false);
  }

  /**
   * Writes the results that the merge command made, beside those of {@link #run}.
   *
   * @param files by the path that the application's outputs give them
   * @param results the same folder
   */
  public static Merged runAfterCommand(App app, Map<String, Path> files, Path results)
      throws MergeException, IOException {
    List<SubjobOutputs> command = List.of(new SubjobOutputs(MERGE_INDEX, Map.of(), files));
    return write(app, List.of(), command, results, /* fromMerge= */ true);
  }

  private static Merged write(
      App app,
      List<String> sweptNames,
      List<SubjobOutputs> outputs,
      Path results,
      boolean fromMerge)
      throws MergeException, IOException {
    List<Merged.Table> tables = new ArrayList<>();
    List<Merged.Text> texts = new ArrayList<>();
    List<String> files = new ArrayList<>();
    for (Output output : app.outputs()) {
      if (output.fromMerge() != fromMerge || isLeftOut(app, output, outputs)) {
        continue;
      }
      switch (output) {
        case Output.TableOutput table -> {
          tables.add(table(app, table, sweptNames, outputs, results));
          files.add(table.name() + ".tsv");
        }
        case Output.TextOutput text -> {
          List<String> joined = join(text, text.join(), outputs, results);
          joined.forEach(file -> texts.add(new Merged.Text(titleOf(text, file, joined), file)));
          files.addAll(joined);
        }
        case Output.FileOutput file -> files.addAll(join(file, file.join(), outputs, results));
        case Output.ImageOutput image ->
            files.addAll(join(image, Output.Join.EACH, outputs, results));
      }
    }
    return new Merged(List.copyOf(tables), List.copyOf(texts), List.copyOf(files));
  }

  /** Of an interactive program a person decides what it writes. */
  private static boolean isLeftOut(App app, Output output, List<SubjobOutputs> outputs) {
    return app.interactive().isPresent()
        && outputs.stream().noneMatch(subjob -> subjob.files().containsKey(output.file()));
  }

  /** {@return the swept inputs as columns, in the application's order} */
  public static List<Column> swept(App app, Collection<String> sweptNames) {
    return app.inputs().stream()
        .filter(input -> sweptNames.contains(input.name()))
        .map(input -> Swept.column(app, input))
        .toList();
  }

  /** {@return the columns of a merged table: the swept inputs, then its own that are shown} */
  public static List<Column> columns(
      App app, Output.TableOutput table, Collection<String> sweptNames) {
    List<Column> columns = new ArrayList<>(swept(app, sweptNames));
    table.columns().stream().filter(column -> !column.hidden()).forEach(columns::add);
    return List.copyOf(columns);
  }

  /** {@return the plots whose columns the merged tables have} */
  public static List<Plot> plots(App app, Collection<String> sweptNames) {
    return app.plots().stream()
        .filter(
            plot -> {
              List<String> names =
                  app
                      .table(plot.table())
                      .map(t -> columns(app, t, sweptNames))
                      .orElse(List.of())
                      .stream()
                      .map(Column::name)
                      .toList();
              return names.contains(plot.x().column())
                  && plot.y().map(y -> names.contains(y.column())).orElse(true)
                  && plot.z().map(z -> names.contains(z.column())).orElse(true)
                  && plot.label().map(names::contains).orElse(true);
            })
        .toList();
  }

  private static Merged.Table table(
      App app,
      Output.TableOutput table,
      List<String> sweptNames,
      List<SubjobOutputs> outputs,
      Path results)
      throws MergeException, IOException {
    List<Column> columns = columns(app, table, sweptNames);
    Path file = results.resolve(table.name() + ".tsv");
    RowOrder order = RowOrder.of(columns, sweptNames, table.sort());
    try (RowSorter sorter = new RowSorter(order, results);
        RowAdder adder = new RowAdder(columns, table.sum(), sorter, results)) {
      for (SubjobOutputs subjob : outputs) {
        String swept = Swept.cells(app, sweptNames, subjob.swept());
        Path source = file(table, subjob);
        try {
          TableReader.read(source, table, cells -> adder.add(swept + String.join("\t", cells)));
        } catch (TableReader.BadTable e) {
          throw new MergeException(nameOf(subjob) + ", " + table.file() + " " + e.getMessage());
        }
      }
      adder.finish();
      long rows = sorter.writeTo(file, header(columns));
      return new Merged.Table(table.name(), table.title(), table.name() + ".tsv", columns, rows);
    }
  }

  private static String header(List<Column> columns) {
    return String.join("\t", columns.stream().map(Column::name).toList());
  }

  private static List<String> join(
      Output output, Output.Join join, List<SubjobOutputs> outputs, Path results)
      throws MergeException, IOException {
    List<String> files = new ArrayList<>();
    if (join == Output.Join.CONCATENATE || outputs.size() == 1) {
      Path target = results.resolve(output.file());
      Files.createDirectories(target.toAbsolutePath().getParent());
      try (OutputStream out = Files.newOutputStream(target)) {
        for (SubjobOutputs subjob : outputs) {
          Files.copy(file(output, subjob), out);
        }
      }
      return List.of(output.file());
    }
    for (SubjobOutputs subjob : outputs) {
      String name = numbered(output.file(), subjob.index());
      Path target = results.resolve(name);
      Files.createDirectories(target.toAbsolutePath().getParent());
      Files.copy(file(output, subjob), target, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      files.add(name);
    }
    return files;
  }

  /** {@code out/report.txt} becomes {@code out/report-00012.txt}. */
  private static String numbered(String file, int index) {
    int slash = file.lastIndexOf('/');
    int dot = file.lastIndexOf('.');
    int cut = dot > slash + 1 ? dot : file.length();
    return file.substring(0, cut)
        + String.format(Locale.ROOT, "-%05d", index)
        + file.substring(cut);
  }

  private static String titleOf(Output output, String file, List<String> all) {
    return all.size() == 1 ? output.title() : output.title() + " " + file;
  }

  private static String nameOf(SubjobOutputs subjob) {
    return subjob.index() == MERGE_INDEX ? "the merge command" : "subjob " + subjob.index();
  }

  private static Path file(Output output, SubjobOutputs subjob) throws MergeException {
    Path file = subjob.files().get(output.file());
    if (file == null) {
      throw new MergeException(nameOf(subjob) + " left no " + output.file());
    }
    return file;
  }
}
