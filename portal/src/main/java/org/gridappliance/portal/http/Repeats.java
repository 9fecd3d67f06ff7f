package org.gridappliance.portal.http;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Response;
import org.jspecify.annotations.Nullable;

/**
 * POSTs that may be sent twice: a client that heard no answer sends the same request again with the
 * same {@code Idempotency-Key} and gets the answer of the first, which alone had an effect
 * (draft-ietf-httpapi-idempotency-key-header). Kept in memory for an hour, at most {@value #MOST};
 * above that the oldest are forgotten. A refusal is not kept: what was wrong may be mended.
 * Submissions of jobs have keys of their own, which outlive a restart. Thread-safe.
 */
final class Repeats {
  static final String HEADER = "Idempotency-Key";
  static final int MOST = 2_000;
  static final Duration KEPT = Duration.ofHours(1);
  private static final String WORD = "[!-~]{1,100}";

  private final ReentrantLock lock = new ReentrantLock();
  private final LongSupplier millis;
  private final Map<String, Known> known =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
          return size() > MOST;
        }
      };

  /**
   * @param millis a clock that only goes on
   */
  Repeats(LongSupplier millis) {
    this.millis = millis;
  }

  /** What was asked with a key; {@code answer} is null while it is under way. */
  private record Known(String digest, @Nullable Response answer, long at) {}

  /** Does it. */
  @FunctionalInterface
  interface Doing {
    Response run() throws IOException;
  }

  /**
   * {@return the answer: of the first request with this key, else of this one}
   *
   * @param account who asks: keys of two people never meet
   * @param what the path, and what the caller may do
   * @throws Problem 400 when the key is none, 409 while the first is under way, 422 when it came
   *     with another request
   */
  Response once(long account, String what, String key, byte[] body, Doing doing)
      throws IOException {
    if (!key.matches(WORD)) {
      throw new Problem(
          400,
          "Not valid",
          "Idempotency-Key: want 1 to 100 visible ASCII characters without blanks");
    }
    String name = account + " " + key;
    String digest = digest(what, body);
    Optional<Response> before = begin(name, digest, key);
    if (before.isPresent()) {
      return before.get();
    }
    Response answer = null;
    try {
      answer = doing.run();
      return answer;
    } finally {
      end(name, digest, answer);
    }
  }

  private Optional<Response> begin(String name, String digest, String key) {
    lock.lock();
    try {
      long now = millis.getAsLong();
      Known first = known.get(name);
      if (first == null || now - first.at() >= KEPT.toMillis()) {
        known.remove(name);
        known.put(name, new Known(digest, null, now));
        return Optional.empty();
      }
      if (!first.digest().equals(digest)) {
        throw new Problem(
            422,
            "Another request",
            "the Idempotency-Key " + key + " came with another request before; take a new key");
      }
      if (first.answer() == null) {
        throw Problem.conflict(
            "the first request with the Idempotency-Key " + key + " is still under way; try again");
      }
      return Optional.of(first.answer());
    } finally {
      lock.unlock();
    }
  }

  private void end(String name, String digest, @Nullable Response answer) {
    lock.lock();
    try {
      if (answer == null) {
        known.remove(name);
      } else {
        known.put(name, new Known(digest, answer, millis.getAsLong()));
      }
    } finally {
      lock.unlock();
    }
  }

  private static String digest(String what, byte[] body) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(what.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      sha.update((byte) 0);
      return HexFormat.of().formatHex(sha.digest(body));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
