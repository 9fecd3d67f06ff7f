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

  /** Fewer bytes are refused as they are charged or written; to ask the disk costs more. */
  private static final long WORTH_ASKING = 64 * 1024;

  private static final Duration SWEEP_EVERY = Duration.ofHours(1);

  /** Held for the last check and the rename, never while bytes are on their way. */
  final ReentrantLock mutex = new ReentrantLock();

  /** When and by whom the home is looked through. */
  final Rounds rounds = new Rounds();

  private final ReentrantLock counting = new ReentrantLock();
  private final LongSupplier spareBytes;
  private volatile boolean isChecked;
  private long used; // with what is kept
  private long kept;
  private long walkedNanos;
  private boolean isWalked;
  private long sweptNanos = System.nanoTime() - SWEEP_EVERY.toNanos();

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

  /** {@return the bytes in the home, with trash, versions and uploads on their way} */
  long usedBytes(HomeTree tree) throws IOException {
    counting.lock();
    try {
      if (!isWalked || System.nanoTime() - walkedNanos > WALK_EVERY.toNanos()) {
        used = tree.usage().bytes() + kept;
        walkedNanos = System.nanoTime();
        isWalked = true;
      }
      return used;
    } finally {
      counting.unlock();
    }
  }

  /** {@return bytes that may still be added; what is kept gives way} */
  long availableBytes(Home home, HomeTree tree) throws IOException {
    long disk = Math.min(tree.usableBytes(), spareBytes.getAsLong());
    return home.quotaBytes() == Long.MAX_VALUE
        ? disk
        : Math.clamp(home.quotaBytes() - usedBytes(tree) + keptBytes(), 0, disk);
  }

  /**
   * Looks whether bytes would fit, before they are sent.
   *
   * @param replacedBytes what they replace
   * @throws TreeException FULL
   */
  void requireRoom(Home home, HomeTree tree, long bytes, long replacedBytes) throws IOException {
    if (bytes > WORTH_ASKING && bytes - replacedBytes > availableBytes(home, tree)) {
      throw new TreeException(
          TreeException.Reason.FULL,
          "there is no room for " + bytes + " bytes; delete something first");
    }
  }

  /**
   * Takes bytes before they are written.
   *
   * @return false, and nothing is taken, when the quota has no room
   * @throws TreeException FULL when the disk has none
   */
  boolean take(Home home, HomeTree tree, long bytes) throws IOException {
    if (bytes > spareBytes.getAsLong()) {
      throw new TreeException(
          TreeException.Reason.FULL, "the disk is nearly full; delete something first");
    }
    if (home.quotaBytes() == Long.MAX_VALUE) {
      return true;
    }
    counting.lock();
    try {
      if (usedBytes(tree) + bytes > home.quotaBytes()) {
        return false;
      }
      used += bytes;
      return true;
    } finally {
      counting.unlock();
    }
  }

  /** What is kept became so much more. */
  void keep(long bytes) {
    counting.lock();
    try {
      kept += bytes;
    } finally {
      counting.unlock();
    }
  }

  /** What was kept is gone for good. */
  void forget(long bytes) {
    counting.lock();
    try {
      kept = Math.max(0, kept - bytes);
      used = Math.max(0, used - bytes);
    } finally {
      counting.unlock();
    }
  }

  /** {@return the bytes of trash and versions} */
  long keptBytes() {
    counting.lock();
    try {
      return kept;
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

  /** {@return whether what is kept was not looked through for an hour; asking answers for it} */
  boolean isSweepDue() {
    counting.lock();
    try {
      boolean isDue = System.nanoTime() - sweptNanos >= SWEEP_EVERY.toNanos();
      sweptNanos = isDue ? System.nanoTime() : sweptNanos;
      return isDue;
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
