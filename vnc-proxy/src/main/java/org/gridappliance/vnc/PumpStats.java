package org.gridappliance.vnc;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What the pumps have done since the start. Thread-safe; written by every event loop. */
public final class PumpStats {
  final AtomicInteger open = new AtomicInteger();
  final LongAdder down = new LongAdder();
  final LongAdder up = new LongAdder();
  final LongAdder refused = new LongAdder();

  /** Connections now. */
  public int open() {
    return open.get();
  }

  /** Bytes from desktops to viewers. */
  public long bytesDown() {
    return down.sum();
  }

  /** Bytes from viewers to desktops. */
  public long bytesUp() {
    return up.sum();
  }

  /** Connections cut because one side did not speak RFB. */
  public long refused() {
    return refused.sum();
  }
}
