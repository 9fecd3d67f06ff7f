package org.gridappliance.agent.executor;

import java.util.List;

/** Waits for threads that were told to end. */
final class Joining {
  private Joining() {}

  /** Waits for all of them, or until interrupted, which stays noted. */
  static void join(List<Thread> threads) {
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
