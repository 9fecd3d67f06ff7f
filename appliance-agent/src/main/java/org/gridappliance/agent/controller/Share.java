package org.gridappliance.agent.controller;

import org.gridappliance.jobs.lease.Sharing;

/**
 * How much of the processors jobs may have, between running and pausing: additive increase,
 * multiplicative decrease by what the machine suffers (Friendly Virtual Machines). One thread.
 */
final class Share {
  /** A share that is halved never falls below this, in percent. */
  static final int LEAST = 5;

  private static final int STEP = 5;
  private static final double MEMORY_PERCENT = 10;
  private static final double IO_PERCENT = 40;
  private static final double SWAP_PAGES = 200;
  private static final double FOREIGN = 0.5;

  private int percent = LEAST;

  /** {@return the share for the next second, {@value #LEAST}..100 percent} */
  int next(Sharing sharing, Reading now) {
    if (sharing.level() == Sharing.Level.ALWAYS) {
      percent = sharing.cpuPercent();
      return percent;
    }
    boolean there = Rules.inUse(sharing, now);
    int most = Math.max(LEAST, there ? sharing.inUsePercent() : sharing.cpuPercent());
    percent =
        suffers(now, there)
            ? Math.max(LEAST, Math.min(percent, most) / 2)
            : Math.min(most, percent + STEP);
    return percent;
  }

  /** Jobs run again after a pause: they begin small. */
  void restart() {
    percent = LEAST;
  }

  private static boolean suffers(Reading now, boolean there) {
    return now.memoryPressure() > MEMORY_PERCENT
        || now.ioPressure() > IO_PERCENT
        || now.swapIn() > SWAP_PAGES
        || (there && now.foreignCpu() > FOREIGN);
  }
}
