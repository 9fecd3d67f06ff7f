package org.gridappliance.evm.seal;

import java.time.Instant;
import java.util.List;

/**
 * A file, folder or link of a sealed folder, without its names.
 *
 * @param number unique in its folder, for ever; 1 is the root
 * @param mode type and permissions, as stat(2) has them
 * @param size in bytes; of a link, of its target; 0 for the others
 * @param runs of blocks; what is in none is a hole
 * @param target of a link, else empty; bytes as they are
 */
record SealedInode(
    long number, int mode, Instant modified, long size, List<Run> runs, String target) {
  static final int TYPE = 0170000;
  static final int REGULAR = 0100000;
  static final int FOLDER = 0040000;
  static final int LINK = 0120000;
  static final int FIFO = 0010000;
  static final int SOCKET = 0140000;

  SealedInode {
    runs = List.copyOf(runs);
  }

  int type() {
    return mode & TYPE;
  }

  int permissions() {
    return mode & 07777;
  }

  /**
   * Blocks written one after another: block + i has version + i.
   *
   * @param count 1..
   */
  record Run(long block, long count, long version) {}
}
