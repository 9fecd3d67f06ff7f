package org.gridappliance.vnc;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waiting for a condition, at most 20 s. */
final class Await {
  private Await() {}

  static void until(Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.call()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within 20 s");
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  /** Returns once a growing figure has not changed for one second. */
  static void stalls(Callable<Long> figure) throws Exception {
    long[] last = {figure.call(), System.nanoTime()};
    until(
        () -> {
          long now = figure.call();
          if (now != last[0]) {
            last[0] = now;
            last[1] = System.nanoTime();
          }
          return System.nanoTime() - last[1] > TimeUnit.SECONDS.toNanos(1);
        });
  }
}
