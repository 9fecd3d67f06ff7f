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
  private final List<Subjob> running = new ArrayList<>();
  private int allowed = Integer.MAX_VALUE;
  private @Nullable String reason;

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
      running.get(i).suspendByOwner(i >= allowed);
    }
    notifyAll();
  }
}
