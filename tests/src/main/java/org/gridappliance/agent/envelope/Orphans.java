package org.gridappliance.agent.envelope;

/**
 * What programs leave behind when their first process ends before the others: bwrap does. For the
 * benchmarks, in this package for the calls; only where nothing else of the JVM has children.
 */
public final class Orphans {
  private Orphans() {}

  /** From now on they become this process's children. */
  public static void adopt() {
    Posix.becomeSubreaper();
  }

  /** Waits for all of them; {@return the CPU time they had, ns} */
  public static long await() {
    long nanos = 0;
    Posix.Ended ended = Posix.wait4(-1);
    while (ended != null) {
      nanos += ended.cpuNanos();
      ended = Posix.wait4(-1);
    }
    return nanos;
  }
}
