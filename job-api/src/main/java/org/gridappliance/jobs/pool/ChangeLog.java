package org.gridappliance.jobs.pool;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What changed lately, numbered, in a ring of {@link #SIZE} entries: the source of all event
 * streams. A reader that keeps the number it has read to can go on there, unless the ring has gone
 * round since. Entries say only what to look at again, never the value. Safe for all threads;
 * {@code note} never blocks.
 */
public final class ChangeLog {
  /** Entries that can be read back. */
  public static final int SIZE = 1 << 16;

  /** What an entry is about. */
  public enum Kind {
    /** The job's state, counts or failure. */
    JOB,
    /** One subjob's state. */
    SUBJOB,
    /** One subjob's stdout grew. */
    STDOUT,
    /** One subjob's stderr grew. */
    STDERR,
    /** Nodes, slots or the length of the queue. */
    POOL
  }

  /** Takes one entry. */
  public interface Visitor {
    void change(long job, Kind kind, int index);
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition grew = lock.newCondition();
  private final long[] jobs = new long[SIZE];
  private final int[] indexes = new int[SIZE];
  private final Kind[] kinds = new Kind[SIZE];
  private long head;

  public void note(long job, Kind kind, int index) {
    lock.lock();
    try {
      int slot = (int) (head & (SIZE - 1));
      jobs[slot] = job;
      kinds[slot] = kind;
      indexes[slot] = index;
      head++;
      grew.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** {@return the number after the newest entry} */
  public long head() {
    lock.lock();
    try {
      return head;
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether the entries from {@code from} on are all there still} */
  public boolean reaches(long from) {
    lock.lock();
    try {
      return from >= Math.max(0, head - SIZE) && from <= head;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until there is an entry at {@code from} or {@code millis} have passed.
   *
   * @throws InterruptedException when the waiting thread is interrupted
   */
  public void await(long from, long millis) throws InterruptedException {
    lock.lock();
    try {
      long left = millis * 1_000_000;
      while (head <= from && left > 0) {
        left = grew.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Shows the entries from {@code from} on, oldest first.
   *
   * @return the number to go on at, or -1 when the ring has gone round since {@code from}
   */
  public long read(long from, Visitor visitor) {
    lock.lock();
    try {
      if (from < head - SIZE || from > head) {
        return -1;
      }
      for (long at = from; at < head; at++) {
        int slot = (int) (at & (SIZE - 1));
        visitor.change(jobs[slot], kinds[slot], indexes[slot]);
      }
      return head;
    } finally {
      lock.unlock();
    }
  }
}
