package org.gridappliance.jobs.split;

import java.util.List;
import org.gridappliance.jobs.app.Facts;

/**
 * A file that was cut. Its chunks, one after the other, are the file.
 *
 * @param records in the whole file, ≥ 1
 * @param bytes of the whole file
 */
public record SplitFile(List<Chunk> chunks, long records, long bytes) {
  /** {@return what commands may say of the whole file} */
  public Facts facts() {
    return new Facts(records, bytes);
  }
}
