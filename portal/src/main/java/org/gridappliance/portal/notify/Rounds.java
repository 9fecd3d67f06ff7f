package org.gridappliance.portal.notify;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that is done in rounds on a virtual thread of its own: a round, then a wait until somebody
 * wakes it or the time is over that the round asked for. Thread-safe.
 */
final class Rounds implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Rounds.class);
  private static final int END_SECONDS = 10;

  private final String name;
  private final long longestMillis;
  private final LongSupplier round;
  private final Semaphore woken = new Semaphore(0);
  private final Thread thread;
  private volatile boolean closed;

  /**
   * @param longestMillis the longest wait, also after a round that failed
   * @param round returns how many milliseconds it wants to wait
   */
  Rounds(String name, long longestMillis, LongSupplier round) {
    this.name = name;
    this.longestMillis = longestMillis;
    this.round = round;
    this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** There may be something to do. */
  void wake() {
    woken.release();
  }

  boolean isClosed() {
    return closed;
  }

  private void run() {
    while (!closed) {
      long wait = longestMillis;
      try {
        wait = Math.min(wait, round.getAsLong());
      } catch (RuntimeException e) { // the database's: what is to be done waits there
        log.warn("{} wait reason={}", name, e.getMessage());
      }
      try {
        boolean _ = woken.tryAcquire(wait, TimeUnit.MILLISECONDS);
        woken.drainPermits();
      } catch (InterruptedException e) {
        return; // nobody does: H2 would close its file under an interrupted thread
      }
    }
  }

  /** Ends it after the round it is in, at most {@value #END_SECONDS} s. */
  @Override
  public void close() {
    closed = true;
    woken.release();
    try {
      boolean _ = !thread.isAlive() || thread.join(Duration.ofSeconds(END_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
