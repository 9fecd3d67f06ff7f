package org.gridappliance.jobs.pool;

import org.gridappliance.jobs.job.SubjobStore;

/**
 * Numbers that only grow, also over a crash: a block of them is reserved on disk before the first
 * is used, and after a start the next block is begun. So every lease has a larger fence than all
 * before it although no single one is written down before it is used.
 */
final class Fences {
  private final SubjobStore store;
  private long next;
  private long limit;

  Fences(SubjobStore store) {
    this.store = store;
  }

  /**
   * {@return the first of {@code count} fences in a row, for the caller alone}
   *
   * @throws org.gridappliance.jobs.job.StorageException when none can be reserved
   */
  synchronized long take(int count) {
    if (next + count > limit) {
      next = store.reserveFences();
      limit = next + SubjobStore.FENCE_BLOCK;
    }
    long first = next;
    next += count;
    return first;
  }
}
