package org.gridappliance.agent.envelope;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Launchers started before there is a program for them ({@code --spare-fd}), so that short programs
 * one after the other do not each wait for a process and for its control group. Kept while programs
 * run, as many as run and {@value #MOST} at most; {@value #LINGER_MILLIS} ms after the last they
 * go, so that at rest nothing of ours is there. Thread-safe.
 */
final class EvmSpares implements AutoCloseable {
  private static final int MOST = 8;
  private static final long LINGER_MILLIS = 1000;

  /** Starts a launcher that waits; null when it cannot be started. */
  interface Start {
    @Nullable Spare get();
  }

  /** A launcher of which nothing was asked yet; its taker sends the specification and reaps it. */
  record Spare(int pid, int control) {
    /** Ends it. Blocks for some milliseconds. */
    void drop() {
      Posix.close(control);
      Posix.wait4(pid);
    }
  }

  private final Start start;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Spare> ready = new ArrayDeque<>();
  private int running;
  private boolean isClosed;
  private @Nullable Thread maker;

  EvmSpares(Start start) {
    this.start = start;
  }

  /** A program begins; {@link #ended} must follow. {@return a launcher for it, if one is ready} */
  @Nullable Spare take() {
    lock.lock();
    try {
      running++;
      if (maker == null && !isClosed) {
        maker = Thread.ofPlatform().daemon().name("evm-spares").start(this::make);
      }
      changed.signalAll();
      return ready.poll();
    } finally {
      lock.unlock();
    }
  }

  /** A program has ended. */
  void ended() {
    lock.lock();
    try {
      running--;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void make() {
    try {
      while (isWanted()) {
        Spare made = start.get();
        if (made == null) {
          break; // without them everything works as well
        }
        lock.lock();
        try {
          ready.add(made);
        } finally {
          lock.unlock();
        }
      }
      dismiss().forEach(Spare::drop);
    } finally {
      lock.lock();
      try {
        maker = null;
      } finally {
        lock.unlock();
      }
    }
  }

  /** Waits until one more is wanted; {@return false when none is any more} */
  private boolean isWanted() {
    lock.lock();
    try {
      while (!isClosed && (running > 0 || lingers())) {
        if (ready.size() < Math.min(running, MOST)) {
          return true;
        }
        changed.awaitUninterruptibly();
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Waits while nothing runs; {@return false when that lasted too long} */
  private boolean lingers() {
    long nanos = TimeUnit.MILLISECONDS.toNanos(LINGER_MILLIS);
    try {
      while (running == 0 && !isClosed && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
    } catch (InterruptedException e) { // nobody has a reason to; then without them
      return false;
    }
    return running > 0;
  }

  private List<Spare> dismiss() {
    lock.lock();
    try {
      List<Spare> all = List.copyOf(ready);
      ready.clear();
      return all;
    } finally {
      lock.unlock();
    }
  }

  /** Ends them. Blocks for some milliseconds. */
  @Override
  public void close() {
    Thread last;
    lock.lock();
    try {
      isClosed = true;
      changed.signalAll();
      last = maker;
    } finally {
      lock.unlock();
    }
    try {
      if (last != null) {
        last.join();
      }
    } catch (InterruptedException e) { // they see that their controller is gone
      Thread.currentThread().interrupt();
    }
  }
}
