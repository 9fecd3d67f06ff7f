package org.gridappliance.jobs.pool;

import java.util.HashSet;
import java.util.Set;

/**
 * What a machine's failures in a row say of it: a black hole (Entropia §4.3.3) takes work only to
 * fail it, faster than any other could do it. {@value #BLACK_HOLE} of them pause the machine, each
 * time for twice as long, and after the pause one more is enough. Guarded by the pool's lock.
 */
final class FastFailures {
  private static final int BLACK_HOLE = 3;
  private static final long FIRST_PAUSE_MILLIS = 30_000;
  private static final long LONGEST_PAUSE_MILLIS = 3_600_000;

  private int streak;
  private boolean itsFault;
  private final Set<Long> jobs = new HashSet<>();
  private int pauses;
  private long pausedUntil;

  void succeeded() {
    streak = 0;
    itsFault = false;
    jobs.clear();
    pauses = 0;
  }

  /**
   * Notes a failure that came sooner than any subjob should end, or that is the machine's own.
   *
   * @param certainly its fault: the program never got its chance, or the same job completes
   *     elsewhere
   * @return whether the machine is paused for it
   */
  boolean add(long job, boolean certainly, long now) {
    streak++;
    itsFault |= certainly;
    jobs.add(job);
    if (streak < BLACK_HOLE || !(itsFault || jobs.size() > 1)) {
      return false;
    }
    pausedUntil = now + Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(pauses, 10));
    pauses++;
    streak = BLACK_HOLE - 1;
    return true;
  }

  /** A job turned out to be malformed: what it did here was not the machine's doing. */
  void forgive(long job) {
    if (jobs.equals(Set.of(job))) {
      succeeded();
      pausedUntil = 0;
    }
  }

  boolean isPaused(long now) {
    return pausedUntil > now;
  }

  /** {@return the evidence, for people} */
  String words(long now) {
    return "3 fast failures in a row; tried again in " + ((pausedUntil - now) / 1000 + 1) + " s";
  }
}
