package org.gridappliance.jobs;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that a test turns by hand. */
public final class ManualClock extends SteadyClock {
  private final AtomicLong millis = new AtomicLong(1_700_000_000_000L);
  private final AtomicLong ticks = new AtomicLong();

  public void advance(Duration by) {
    set(by);
    ticks.addAndGet(by.toMillis());
  }

  /** Somebody sets it forward, or back; no time goes by. */
  public void set(Duration by) {
    millis.addAndGet(by.toMillis());
  }

  @Override
  public long ticks() {
    return ticks.get();
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis.get());
  }

  @Override
  public long millis() {
    return millis.get();
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
