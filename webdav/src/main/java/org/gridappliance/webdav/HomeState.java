package org.gridappliance.webdav;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.gridappliance.webdav.tree.HomeTree;
import org.gridappliance.webdav.tree.TreeException;

/**
 * What all requests to one home share: the mutex under which the tree and its locks change
 * together, and a count of what the home holds. The count is exact when it is walked, and kept up
 * by what passes here; after {@link #WALK_EVERY} it is walked again, because others write too.
 */
final class HomeState {
  private static final Duration WALK_EVERY = Duration.ofMinutes(1);

  /** Held for the last check and the rename, never while bytes are on their way. */
  final ReentrantLock mutex = new ReentrantLock();

  private final ReentrantLock counting = new ReentrantLock();
  private final LongSupplier spareBytes;
  private volatile boolean isChecked;
  private long used;
  private long walkedNanos;
  private boolean isWalked;

  /**
   * @param spareBytes what the disk still takes
   */
  HomeState(LongSupplier spareBytes) {
    this.spareBytes = spareBytes;
  }

  /** {@return whether what a crash left has been repaired} */
  boolean isChecked() {
    return isChecked;
  }

  void markChecked() {
    isChecked = true;
  }

  /** {@return the bytes in the home, including uploads on their way} */
  long usedBytes(HomeTree tree) throws IOException {
    counting.lock();
    try {
      if (!isWalked || System.nanoTime() - walkedNanos > WALK_EVERY.toNanos()) {
        used = tree.usage().bytes();
        walkedNanos = System.nanoTime();
        isWalked = true;
      }
      return used;
    } finally {
      counting.unlock();
    }
  }

  /** {@return bytes that may still be added} */
  long availableBytes(Home home, HomeTree tree) throws IOException {
    long disk = Math.min(tree.usableBytes(), spareBytes.getAsLong());
    return home.quotaBytes() == Long.MAX_VALUE
        ? disk
        : Math.clamp(home.quotaBytes() - usedBytes(tree), 0, disk);
  }

  /**
   * Looks whether bytes would fit, before they are sent.
   *
   * @param replacedBytes what they replace
   * @throws TreeException FULL
   */
  void requireRoom(Home home, HomeTree tree, long bytes, long replacedBytes) throws IOException {
    if (bytes > 0 && bytes - replacedBytes > availableBytes(home, tree)) {
      throw new TreeException(
          TreeException.Reason.FULL,
          "there is no room for " + bytes + " bytes; delete something first");
    }
  }

  /**
   * Takes bytes before they are written.
   *
   * @throws TreeException FULL
   */
  void charge(Home home, HomeTree tree, long bytes) throws IOException {
    if (bytes > spareBytes.getAsLong()) {
      throw new TreeException(
          TreeException.Reason.FULL, "the disk is nearly full; delete something first");
    }
    if (home.quotaBytes() == Long.MAX_VALUE) {
      return;
    }
    counting.lock();
    try {
      if (usedBytes(tree) + bytes > home.quotaBytes()) {
        throw new TreeException(
            TreeException.Reason.FULL,
            "your quota of " + home.quotaBytes() + " bytes is full; delete something first");
      }
      used += bytes;
    } finally {
      counting.unlock();
    }
  }

  /** Gives back what was deleted, replaced or not written after all. */
  void release(long bytes) {
    counting.lock();
    try {
      used = Math.max(0, used - bytes);
    } finally {
      counting.unlock();
    }
  }

  /** Has the home walked at the next question. */
  void recount() {
    counting.lock();
    try {
      isWalked = false;
    } finally {
      counting.unlock();
    }
  }
}
