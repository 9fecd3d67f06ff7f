package org.gridappliance.agent.envelope;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Tells every launcher that this agent lives, and looks at what the launcher does not see: the
 * length of the program's output. One thread for all slots, 20 times a second while something runs.
 */
final class EvmWatch implements AutoCloseable {
  private static final long TICK_NANOS = 50_000_000;

  private final Set<EvmRunning> watched = ConcurrentHashMap.newKeySet();
  private final Thread thread;
  private volatile boolean closed;

  EvmWatch() {
    thread = Thread.ofPlatform().name("evm-watch").daemon().start(this::loop);
  }

  void add(EvmRunning running) {
    boolean first = watched.isEmpty();
    watched.add(running);
    if (first) {
      LockSupport.unpark(thread);
    }
  }

  void remove(EvmRunning running) {
    watched.remove(running);
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }

  private void loop() {
    while (!closed) {
      if (watched.isEmpty()) {
        LockSupport.park(this);
        continue;
      }
      LockSupport.parkNanos(this, TICK_NANOS);
      watched.forEach(EvmRunning::look);
    }
  }
}
