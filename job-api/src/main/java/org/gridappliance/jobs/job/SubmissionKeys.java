package org.gridappliance.jobs.job;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.OptionalLong;
import org.gridappliance.jobs.http.Problem;
import org.jdbi.v3.core.Handle;

/**
 * Submissions that may be sent twice: a client that does not know whether its first try arrived
 * sends it again with the same {@code Idempotency-Key}, and gets the job that the first one made. A
 * key is kept in the transaction of its job, so a crash keeps both or neither; for a day. Safe for
 * all threads.
 */
public final class SubmissionKeys {
  /** So long a key is remembered. */
  public static final Duration KEPT = Duration.ofDays(1);

  private static final String WORD = "[!-~]{1,100}";

  private final Database database;
  private final Clock clock;

  public SubmissionKeys(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * {@return the job that this request with this key made already}
   *
   * @throws Problem 400 when the key is none, 422 when it came with another request
   */
  public OptionalLong find(String owner, String key, JsonNode request) {
    if (!key.matches(WORD)) {
      throw new Problem(
          400,
          "Not valid",
          "Idempotency-Key: want 1 to 100 visible ASCII characters without blanks");
    }
    record Known(String digest, long job) {}
    return database
        .read(
            handle ->
                handle
                    .createQuery(
                        "SELECT digest, job FROM submission_key WHERE owner = ? AND word = ? AND"
                            + " at_millis > ?")
                    .bind(0, owner)
                    .bind(1, key)
                    .bind(2, oldest())
                    .map((rows, context) -> new Known(rows.getString(1), rows.getLong(2)))
                    .findOne())
        .map(
            known -> {
              if (!known.digest().equals(digest(request))) {
                throw new Problem(
                    422,
                    "Another request",
                    "the Idempotency-Key "
                        + key
                        + " came with another request before (job "
                        + known.job()
                        + "); take a new key for a new job");
              }
              return OptionalLong.of(known.job());
            })
        .orElse(OptionalLong.empty());
  }

  /** {@return what keeps a key in the transaction of its job} */
  public Submission.Also keep(String owner, String key, JsonNode request) {
    return new Submission.Also() {
      @Override
      public void insert(Handle handle, long job) {
        handle.execute("DELETE FROM submission_key WHERE at_millis <= ?", oldest());
        handle.execute(
            "INSERT INTO submission_key (owner, word, digest, job, at_millis) VALUES (?, ?, ?, ?,"
                + " ?)",
            owner,
            key,
            digest(request),
            job,
            clock.millis());
      }
    };
  }

  /** {@return whether two were submitted at once with one key, and the other was first} */
  public static boolean isTaken(StorageException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLIntegrityConstraintViolationException) {
        return true;
      }
    }
    return false;
  }

  private long oldest() {
    return clock.millis() - KEPT.toMillis();
  }

  private static String digest(JsonNode request) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(request.toString().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
