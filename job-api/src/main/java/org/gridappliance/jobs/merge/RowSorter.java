package org.gridappliance.jobs.merge;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Sorts rows that may not fit into memory. Rows gather in memory; when they weigh too much they are
 * sorted and written to a file, a run; at the end the runs are merged through a queue of their
 * heads. Run files are made in the folder of the result and deleted with {@link #close}. One
 * thread.
 */
final class RowSorter implements AutoCloseable {
  private static final long RUN_BYTES = 32L << 20;

  /** More runs than this are merged into one first, so that open files stay few. */
  private static final int MAXIMUM_RUNS = 64;

  private final RowOrder order;
  private final Path folder;
  private final long runBytes;
  private final List<Path> runs = new ArrayList<>();
  private final List<RowOrder.Row> rows = new ArrayList<>();
  private long weight;

  RowSorter(RowOrder order, Path folder) {
    this(order, folder, RUN_BYTES);
  }

  RowSorter(RowOrder order, Path folder, long runBytes) {
    this.order = order;
    this.folder = folder;
    this.runBytes = runBytes;
  }

  /** Takes a row: cells with tabs between, no line end. */
  void add(String line) throws IOException {
    RowOrder.Row row = order.row(line);
    rows.add(row);
    weight += row.weight();
    if (weight >= runBytes) {
      spill();
    }
  }

  /** Writes a header and all rows in order. {@return how many rows} */
  long writeTo(Path file, String header) throws IOException {
    try (Writer out = Files.newBufferedWriter(file)) {
      out.write(header);
      out.write('\n');
      if (runs.isEmpty()) {
        return writeRows(out);
      }
      spill();
      return mergeRuns(runs, out);
    }
  }

  private long writeRows(Writer out) throws IOException {
    rows.sort(order);
    for (RowOrder.Row row : rows) {
      out.write(row.line());
      out.write('\n');
    }
    return rows.size();
  }

  private void spill() throws IOException {
    if (rows.isEmpty()) {
      return;
    }
    Path run = newRun();
    try (Writer out = Files.newBufferedWriter(run)) {
      writeRows(out);
    }
    rows.clear();
    weight = 0;
    if (runs.size() > MAXIMUM_RUNS) {
      List<Path> old = List.copyOf(runs);
      Path merged = newRun();
      try (Writer out = Files.newBufferedWriter(merged)) {
        mergeRuns(old, out);
      }
      for (Path path : old) {
        Files.delete(path);
        runs.remove(path);
      }
    }
  }

  private Path newRun() throws IOException {
    Path run = Files.createTempFile(folder, ".run-", ".tsv");
    runs.add(run);
    return run;
  }

  private long mergeRuns(List<Path> sources, Writer out) throws IOException {
    List<Run> open = new ArrayList<>();
    try {
      PriorityQueue<Run> heads = new PriorityQueue<>((a, b) -> order.compare(a.head(), b.head()));
      for (Path source : sources) {
        Run run = new Run(Files.newBufferedReader(source));
        open.add(run);
        if (run.advance(order)) {
          heads.add(run);
        }
      }
      long count = 0;
      for (Run run = heads.poll(); run != null; run = heads.poll()) {
        out.write(run.head().line());
        out.write('\n');
        count++;
        if (run.advance(order)) {
          heads.add(run);
        }
      }
      return count;
    } finally {
      for (Run run : open) {
        run.reader.close();
      }
    }
  }

  /** A sorted run that is being read. */
  private static final class Run {
    private final BufferedReader reader;
    private RowOrder.@Nullable Row head;

    Run(BufferedReader reader) {
      this.reader = reader;
    }

    boolean advance(RowOrder order) throws IOException {
      String line = reader.readLine();
      head = line == null ? null : order.row(line);
      return head != null;
    }

    RowOrder.Row head() {
      if (head == null) {
        throw new IllegalStateException("the run has ended");
      }
      return head;
    }
  }

  @Override
  public void close() throws IOException {
    for (Path run : runs) {
      Files.deleteIfExists(run);
    }
  }
}
