package org.gridappliance.jobs.split;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.gridappliance.jobs.app.Split;

/**
 * Cuts a file between records.
 *
 * <p>Two passes, each streaming through one buffer: the first counts the records and checks that
 * the file is what it says; the second cuts and hashes. Chunks are even in bytes, since time goes
 * with letters and not with records: chunk i of k ends at the first record that begins at or after
 * (i+1)/k of the file. No chunk is empty: where records are about to run out, one is a chunk.
 */
public final class Splitter {
  /** Chunks for each slot when their number is chosen here: enough to even out uneven ones. */
  private static final int CHUNKS_PER_SLOT = 4;

  private static final int MAXIMUM_CHUNKS = 100_000;
  private static final int BUFFER_BYTES = 1 << 18;

  private Splitter() {}

  /**
   * {@return the chunks of a file}
   *
   * @param source is only read; must not change meanwhile
   * @param chunks how many are wished for, ≥ 1; never more than there are records. Chosen from the
   *     number of records and slots when empty
   * @param slots that could run subjobs, ≥ 0
   * @throws CannotSplit when the file is empty or not of its kind
   * @throws IOException when it cannot be read, or changed while it was
   */
  public static SplitFile split(Path source, Split split, OptionalInt chunks, int slots)
      throws CannotSplit, IOException {
    try (InputStream in = Files.newInputStream(source)) {
      RecordScanner counter = RecordScanner.of(split.by());
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        counter.accept(buffer, n, position -> {});
      }
      long records = counter.records();
      if (records == 0) {
        throw new CannotSplit("holds no " + split.unit() + "; choose a file with at least one");
      }
      int wanted = chunks.orElseGet(() -> chosen(records, split.minimum(), slots));
      int count = (int) Math.min(Math.min(Math.max(wanted, 1), MAXIMUM_CHUNKS), records);
      Cutter cutter = new Cutter(split.unit(), records, counter.bytes(), count);
      RecordScanner again = RecordScanner.of(split.by());
      try (InputStream second = Files.newInputStream(source)) {
        for (int n = second.read(buffer); n >= 0; n = second.read(buffer)) {
          cutter.next(buffer);
          again.accept(buffer, n, cutter::record);
          cutter.consume(n);
        }
      }
      if (again.records() != records || again.bytes() != counter.bytes()) {
        throw new IOException("the file changed while it was read; submit again");
      }
      return new SplitFile(cutter.end(), records, counter.bytes());
    }
  }

  private static int chosen(long records, int minimum, int slots) {
    long most = Math.max(1, (long) slots * CHUNKS_PER_SLOT);
    return (int) Math.clamp(records / minimum, 1, most);
  }
}
