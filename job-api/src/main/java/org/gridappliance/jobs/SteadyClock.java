package org.gridappliance.jobs;

import java.time.Clock;
import java.util.function.LongSupplier;

/** A clock that can be set, beside ticks that go on whatever it is set to. */
public abstract class SteadyClock extends Clock {
  /** {@return milliseconds since an unknown moment; never set, neither forward nor back} */
  public abstract long ticks();

  /** {@return the ticks beside a clock; for one that is not the machine's they are its time} */
  public static LongSupplier ticksOf(Clock clock) {
    if (clock instanceof SteadyClock steady) {
      return steady::ticks;
    }
    return clock.equals(Clock.systemUTC()) ? () -> System.nanoTime() / 1_000_000 : clock::millis;
  }
}
