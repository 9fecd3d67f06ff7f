package org.gridappliance.portal.work;

import java.util.concurrent.atomic.AtomicLong;
import org.gridappliance.jobs.http.Problem;

/** How far some work has come, and whether it shall end. Thread-safe. */
final class Progress {
  final AtomicLong doneBytes = new AtomicLong();
  final AtomicLong totalBytes = new AtomicLong();
  final AtomicLong doneEntries = new AtomicLong();
  final AtomicLong totalEntries = new AtomicLong();
  private volatile boolean cancelled;

  /** Has the work end at its next step. */
  void cancel() {
    cancelled = true;
  }

  boolean isCancelled() {
    return cancelled;
  }

  /**
   * Counts bytes.
   *
   * @throws Problem when the work was cancelled
   */
  void bytes(long n) {
    doneBytes.addAndGet(n);
    check();
  }

  /** Counts one file or folder. */
  void entry() {
    doneEntries.incrementAndGet();
    check();
  }

  private void check() {
    if (cancelled) {
      throw new Problem(409, "Cancelled", "cancelled");
    }
  }
}
