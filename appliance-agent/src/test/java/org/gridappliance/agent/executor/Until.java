package org.gridappliance.agent.executor;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a fact, looking 200 times a second. */
final class Until {
  private static final long MOST_NANOS = 30_000_000_000L;

  private Until() {}

  static void holds(String what, BooleanSupplier fact) {
    long start = System.nanoTime();
    while (!fact.getAsBoolean()) {
      if (System.nanoTime() - start > MOST_NANOS) {
        throw new AssertionError("not within 30 s: " + what);
      }
      LockSupport.parkNanos(5_000_000);
    }
  }
}
