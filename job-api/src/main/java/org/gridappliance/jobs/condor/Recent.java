package org.gridappliance.jobs.condor;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Answers that are dear to ask for, kept for a few seconds: however many look, HTCondor is asked
 * once. Who asks while an answer is under way waits for that one. Of more than {@value #MOST}
 * questions the oldest is forgotten. Safe for all threads.
 *
 * @param <K> the question
 * @param <V> the answer
 */
final class Recent<K, V> {
  private static final int MOST = 200;
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** One answer; when it came, in nanoseconds of the clock. */
  private static final class Asked<V> {
    final FutureTask<V> answer;
    volatile long at;

    Asked(Callable<V> question, LongSupplier nanos) {
      answer =
          new FutureTask<>(
              () -> {
                try {
                  return question.call();
                } finally {
                  at = nanos.getAsLong();
                }
              });
    }

    boolean isGood(long now) {
      return !answer.isDone() || now - at < FRESH_NANOS;
    }
  }

  private final LongSupplier nanos;

  // guarded by this
  private final Map<K, Asked<V>> asked = new LinkedHashMap<>();

  /**
   * @param nanos a clock that never goes back, as {@link System#nanoTime}
   */
  Recent(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * {@return the answer, at most 5 s old}
   *
   * @param question blocks; must answer, and throw nothing but faults
   * @throws InterruptedException when this thread is to end, or the one was that asked
   */
  V get(K key, Callable<V> question) throws InterruptedException {
    Asked<V> mine = null;
    Asked<V> known;
    synchronized (this) {
      known = asked.get(key);
      if (known == null || !known.isGood(nanos.getAsLong())) {
        mine = new Asked<>(question, nanos);
        known = mine;
        asked.remove(key);
        asked.put(key, mine);
        if (asked.size() > MOST) {
          asked.remove(asked.keySet().iterator().next());
        }
      }
    }
    if (mine != null) {
      mine.answer.run();
    }
    try {
      return known.answer.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof InterruptedException) {
        throw new InterruptedException("who asked was interrupted");
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
