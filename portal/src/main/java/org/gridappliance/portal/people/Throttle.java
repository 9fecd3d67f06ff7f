package org.gridappliance.portal.people;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gridappliance.jobs.http.Problem;

/**
 * Counts wrong secrets by key (an account, an address) and refuses further tries for the rest of a
 * window. A try is counted before its secret is looked at and given back when the secret was right,
 * so that many tries at once count too. In memory: a restart forgets. Holds at most {@value #KEYS}
 * keys; the oldest is dropped. Thread-safe.
 */
public final class Throttle {
  private static final int KEYS = 20_000;

  private static final class Count {
    final long sinceMillis;
    int tries;

    Count(long sinceMillis) {
      this.sinceMillis = sinceMillis;
    }
  }

  private final Clock clock;
  private final int attempts;
  private final Duration window;
  private final Map<String, Count> counts = new LinkedHashMap<>(); // guarded by this

  public Throttle(Clock clock, int attempts, Duration window) {
    this.clock = clock;
    this.attempts = attempts;
    this.window = window;
  }

  /**
   * Counts one try for every key.
   *
   * @throws Problem 429 when one of them has used its tries up; nothing is counted then
   */
  public synchronized void count(List<String> keys) {
    long now = clock.millis();
    for (String key : keys) {
      Count count = counts.get(key);
      if (count != null && now - count.sinceMillis >= window.toMillis()) {
        counts.remove(key);
      } else if (count != null && count.tries >= attempts) {
        long seconds = (count.sinceMillis + window.toMillis() - now + 999) / 1000;
        throw new TooMany(seconds).problem();
      }
    }
    for (String key : keys) {
      counts.computeIfAbsent(key, k -> new Count(now)).tries++;
    }
    var oldest = counts.keySet().iterator();
    while (counts.size() > KEYS) {
      oldest.next();
      oldest.remove();
    }
  }

  /** Gives a try back: its secret was right. */
  synchronized void giveBack(List<String> keys) {
    for (String key : keys) {
      Count count = counts.get(key);
      if (count != null && --count.tries <= 0) {
        counts.remove(key);
      }
    }
  }

  /** Forgets a key: its owner proved himself. */
  synchronized void forget(String key) {
    counts.remove(key);
  }

  private record TooMany(long seconds) {
    Problem problem() {
      return new Problem(
          429,
          "Too many tries",
          "too many wrong tries; wait " + seconds + " s and try again",
          List.of(new Problem.FieldError("retryAfter", Long.toString(seconds))));
    }
  }
}
