package org.gridappliance.agent.ipsec;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Waits at the portal for the pool to change, so that an approval or a revocation is acted upon at
 * once and not in the next round. Where the portal cannot be reached the rounds go on without it.
 */
final class News implements AutoCloseable {
  private static final long AGAIN_SECONDS = 3;

  private final CaClient client;
  private final Runnable changed;
  private final Thread thread;
  private volatile boolean isClosed;

  /**
   * @param changed called by a thread of this one
   */
  News(CaClient client, Runnable changed) {
    this.client = client;
    this.changed = changed;
    this.thread = Thread.ofVirtual().name("ipsec-news").start(this::follow);
  }

  private void follow() {
    String version = "";
    try {
      while (!isClosed) {
        try {
          long asked = System.nanoTime();
          String now = client.version(version);
          if (!now.equals(version) && !isClosed) {
            changed.run();
          }
          if (now.equals(version) && System.nanoTime() - asked < TimeUnit.SECONDS.toNanos(1)) {
            TimeUnit.SECONDS.sleep(AGAIN_SECONDS); // it does not let us wait
          }
          version = now;
        } catch (IOException e) { // the rounds say why
          TimeUnit.SECONDS.sleep(AGAIN_SECONDS);
        }
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  @Override
  public void close() {
    isClosed = true;
    thread.interrupt();
  }
}
