package org.gridappliance.jobs;

import java.time.Duration;

/**
 * Gives memory back to the machine once a process has come to rest. The serial collector shrinks
 * the heap only when it collects all of it, and a process with nothing to do never comes to that: a
 * password's 19 MB or a long listing would stay for days.
 *
 * <p>At rest means that the use of the heap changed by less than {@link #STILL} bytes within {@link
 * #PAUSE}; then, if the heap grew since the last time, it is collected once (some 60 ms).
 */
public final class AtRest {
  static final Duration PAUSE = Duration.ofSeconds(20);
  static final long STILL = 3 << 20;

  private long used;

  /** The heap after the last collection; at first nothing: what the start took is there too. */
  private long kept;

  /** Watches from a daemon thread as long as the process lives. */
  public static void watch() {
    Thread.ofPlatform().daemon().name("at-rest").start(AtRest::watchAlways);
  }

  private static void watchAlways() {
    Runtime runtime = Runtime.getRuntime();
    AtRest rest = new AtRest();
    try {
      while (true) {
        Thread.sleep(PAUSE);
        long size = runtime.totalMemory();
        if (rest.isWorthIt(size - runtime.freeMemory(), size)) {
          System.gc();
          rest.gaveBack(runtime.totalMemory());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether to collect now, with so many bytes in use of a heap of {@code size}. */
  boolean isWorthIt(long nowUsed, long size) {
    boolean still = Math.abs(nowUsed - used) < STILL;
    used = nowUsed;
    return still && size > kept;
  }

  void gaveBack(long size) {
    kept = size;
  }
}
