package org.gridappliance.ipop.program;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that works on vectors another thread fills: a ring of slots that are used again and
 * again, one producer, one consumer. When the ring is full the producer waits, and what comes
 * meanwhile stays in the kernel's queue before it, which drops the newest.
 *
 * <p>Handing over costs a wake-up, which is more than the work on a single packet. So the producer
 * may do the work itself while the stage is idle ({@link #passNow}); order is kept, since then
 * nothing is before it.
 */
final class Stage<T> {

  private static final Logger log = LoggerFactory.getLogger(Stage.class);

  private final List<T> slots;
  private final Consumer<T> work;
  private final Thread thread;

  /** Slots filled and slots done since the start; each is written by one side only. */
  private volatile long filled;

  private volatile long done;
  private volatile boolean idle;
  private volatile boolean full;
  private volatile Thread producer = Thread.currentThread();
  private volatile boolean closed;

  Stage(String name, int size, Supplier<T> slot, Consumer<T> work) {
    slots = Stream.generate(slot).limit(size).toList();
    this.work = work;
    thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Waits for a free slot. The producer's thread. {@return the slot; of no use once closed} */
  T claim() {
    producer = Thread.currentThread();
    while (filled - done == slots.size() && !closed) {
      full = true;
      if (filled - done == slots.size()) {
        LockSupport.park(this);
      }
      full = false;
    }
    return slots.get((int) (filled % slots.size()));
  }

  /** Hands the claimed slot over. The producer's thread. */
  void pass() {
    long all = filled + 1;
    filled = all;
    if (idle) {
      LockSupport.unpark(thread);
    }
  }

  /** Does the work on the claimed slot at once if nothing is before it, else hands it over. */
  void passNow() {
    if (filled == done) {
      work(slots.get((int) (filled % slots.size())));
    } else {
      pass();
    }
  }

  private void run() {
    while (!closed) {
      if (filled == done) {
        idle = true;
        if (filled == done && !closed) {
          LockSupport.park(this);
        }
        idle = false;
        continue;
      }
      long all = done;
      work(slots.get((int) (all % slots.size())));
      done = all + 1;
      if (full) {
        LockSupport.unpark(producer);
      }
    }
  }

  /** One vector that fails is lost; the thread and those after it go on. */
  private void work(T slot) {
    try {
      work.accept(slot);
    } catch (RuntimeException e) {
      log.error("vector dropped by {}", thread.getName(), e);
    }
  }

  /** Ends the thread after the slot it works on. */
  void close() {
    closed = true;
    LockSupport.unpark(thread);
    LockSupport.unpark(producer);
  }
}
