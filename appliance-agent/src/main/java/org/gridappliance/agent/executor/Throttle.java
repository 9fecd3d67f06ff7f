package org.gridappliance.agent.executor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How many subjobs may run now, by the wish of this machine's owner. Those beyond it that run
 * already are paused, the youngest first; none starts until there is room. Thread-safe.
 */
final class Throttle {
  /** All of the time, in percent. */
  static final int WHOLE = 100;

  /** How long a turn of running and resting takes. */
  private static final int TURN_TICKS = 10;

  private static final long TICK_MILLIS = 100;
  private final List<Subjob> running = new ArrayList<>();
  private int allowed = Integer.MAX_VALUE;
  private @Nullable String reason;
  private int part = WHOLE;
  private boolean resting;

  /**
   * Sets it.
   *
   * @param most subjobs at once, ≥ 0
   * @param why none at all may run; null when some may
   * @return whether that is another number than before
   */
  synchronized boolean set(int most, @Nullable String why) {
    reason = why;
    if (most == allowed) {
      return false;
    }
    allowed = most;
    arrange();
    return true;
  }

  /**
   * Sets how much of the time those that may run do run: a share below one subjob.
   *
   * @param percent 1..{@value #WHOLE}
   */
  synchronized void part(int percent) {
    if (part != percent) {
      part = percent;
      if (percent == WHOLE && resting) {
        resting = false;
        arrange();
      }
      notifyAll();
    }
  }

  /** Runs and rests what may run, ten times a second while the share is below one subjob. */
  synchronized void pulse() throws InterruptedException {
    for (int tick = 0; ; tick = (tick + 1) % TURN_TICKS) {
      while (part == WHOLE || running.isEmpty()) {
        wait();
      }
      boolean rest = tick * WHOLE >= part * TURN_TICKS;
      if (rest != resting) {
        resting = rest;
        arrange();
      }
      wait(TICK_MILLIS);
    }
  }

  /** {@return why nothing may run, if so} */
  synchronized Optional<String> reason() {
    return Optional.ofNullable(reason);
  }

  /** {@return subjobs that may still start} */
  synchronized int room() {
    return Math.max(0, allowed - running.size());
  }

  /** Waits until this subjob may run, or nobody wants it any more. */
  synchronized void enter(Subjob subjob) throws InterruptedException {
    while (running.size() >= allowed && !subjob.reins.isStopped()) {
      wait(1000); // an order to stop wakes nobody
    }
    running.add(subjob);
    arrange();
  }

  synchronized void leave(Subjob subjob) {
    running.remove(subjob);
    arrange();
  }

  private void arrange() {
    for (int i = 0; i < running.size(); i++) {
      boolean seated = running.get(i).lease.interactive() != null; // each rest would be felt
      running.get(i).suspendByOwner(i >= allowed || (resting && !seated));
    }
    notifyAll();
  }
}
