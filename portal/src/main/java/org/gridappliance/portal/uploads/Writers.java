package org.gridappliance.portal.uploads;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.http.BodyStream;
import org.jspecify.annotations.Nullable;

/**
 * Who writes an upload now: one request at a time. A client that comes back after a break is not
 * kept waiting by its own dead connection: the older request is broken off. Thread-safe.
 */
final class Writers {
  private static final int WAIT_SECONDS = 10;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<String, Turn> turns = new HashMap<>(); // guarded by lock

  /** The right to write one upload, until it is closed. */
  final class Turn implements AutoCloseable {
    private final String upload;
    private final @Nullable BodyStream body;

    private Turn(String upload, @Nullable BodyStream body) {
      this.upload = upload;
      this.body = body;
    }

    @Override
    public void close() {
      lock.lock();
      try {
        turns.remove(upload);
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Has the request that writes an upload, if any, fail at its next read. */
  void breakOff(String upload) {
    lock.lock();
    try {
      Turn turn = turns.get(upload);
      if (turn != null && turn.body != null) {
        turn.body.breakOff("the sender came back with another request");
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the turn.
   *
   * @throws Problem 423 when another request keeps it for {@value #WAIT_SECONDS} s
   */
  Turn take(String upload, @Nullable BodyStream body) {
    lock.lock();
    try {
      long nanos = TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
      while (turns.containsKey(upload)) {
        if (nanos <= 0) {
          throw new Problem(423, "Locked", "another request is writing this upload; try again");
        }
        nanos = changed.awaitNanos(nanos);
      }
      Turn turn = new Turn(upload, body);
      turns.put(upload, turn);
      return turn;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Problem(503, "Stopping", "the portal is stopping; try again when it is back");
    } finally {
      lock.unlock();
    }
  }
}
