package org.gridappliance.agent.executor;

import java.util.concurrent.ThreadLocalRandom;

/** How long to wait before trying again: longer each time, never all executors at once. */
final class Backoff {
  private static final long FIRST_MILLIS = 200;

  private final long mostMillis;
  private int failures;

  Backoff(long mostMillis) {
    this.mostMillis = mostMillis;
  }

  /** {@return milliseconds to wait, a random part of a bound that doubles with each failure} */
  synchronized long nextMillis() {
    long bound = Math.min(mostMillis, FIRST_MILLIS << Math.min(failures, 20));
    failures++;
    return ThreadLocalRandom.current().nextLong(bound / 2, bound + 1);
  }

  synchronized void succeeded() {
    failures = 0;
  }
}
