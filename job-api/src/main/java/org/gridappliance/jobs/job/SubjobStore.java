package org.gridappliance.jobs.job;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.gridappliance.jobs.lease.FileRef;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * Subjobs in the database. A subjob has a row from its first lease on: submitting 100,000 of them
 * writes none. Safe for all threads.
 */
public final class SubjobStore {
  /** Fences reserved on disk at a time. */
  public static final int FENCE_BLOCK = 10_000;

  /** A short stdout or stderr kept beside the row; empty text removes that of an earlier try. */
  public record ShortOutput(long key, String stream, String text) {}

  private final Database database;
  private final JobStore jobs;

  public SubjobStore(Database database, JobStore jobs) {
    this.database = database;
    this.jobs = jobs;
  }

  /**
   * Puts a batch of hand-outs on disk, in one transaction.
   *
   * @param begun jobs of which these are the first
   */
  public void leased(List<SubjobRow> rows, List<Long> begun, long now) {
    database.update(
        handle -> {
          try (PreparedBatch batch =
              handle.prepareBatch(
                  "MERGE INTO subjob (id, state, attempt, fence, node, started_at, failure)"
                      + " KEY (id) VALUES (?, ?, ?, ?, ?, ?, NULL)")) {
            for (SubjobRow row : rows) {
              batch.add(row.key(), "R", row.attempt(), row.fence(), row.node(), row.startedAt());
            }
            batch.execute();
          }
          for (long job : begun) {
            jobs.begun(handle, job, now);
          }
        });
  }

  /**
   * Puts a batch of results on disk, in one transaction.
   *
   * @param also what else belongs into that transaction
   */
  public void ended(List<SubjobRow> rows, List<ShortOutput> outputs, Consumer<Handle> also) {
    database.update(
        handle -> {
          try (PreparedBatch batch =
              handle.prepareBatch(
                  "UPDATE subjob SET state = ?, ended_at = ?, exit_code = ?, wall_seconds = ?,"
                      + " cpu_seconds = ?, peak_memory = ?, failure = ?, outputs = ?,"
                      + " machine = ?"
                      + " WHERE id = ?")) {
            for (SubjobRow row : rows) {
              batch.add(
                  String.valueOf(row.state()),
                  row.endedAt(),
                  row.exitCode(),
                  row.wallSeconds(),
                  row.cpuSeconds(),
                  row.peakMemory(),
                  JobStore.failureText(row.failure()),
                  row.outputs().isEmpty() ? null : Json.text(row.outputs()),
                  row.machine(),
                  row.key());
            }
            if (batch.size() > 0) {
              batch.execute();
            }
          }
          keepShort(handle, outputs);
          also.accept(handle);
        });
  }

  private static void keepShort(Handle handle, List<ShortOutput> outputs) {
    if (outputs.isEmpty()) {
      return;
    }
    try (PreparedBatch batch =
        handle.prepareBatch(
            "MERGE INTO short_output (id, stream, text) KEY (id, stream) VALUES (?, ?, ?)")) {
      for (ShortOutput output : outputs) {
        if (output.text().isEmpty()) {
          handle.execute(
              "DELETE FROM short_output WHERE id = ? AND stream = ?",
              output.key(),
              output.stream());
        } else {
          batch.add(output.key(), output.stream(), output.text());
        }
      }
      if (batch.size() > 0) {
        batch.execute();
      }
    }
  }

  /** Makes every subjob that did not complete idle again, within a transaction. */
  public static void resubmit(Handle handle, long job) {
    handle.execute(
        "UPDATE subjob SET state = 'I', failure = NULL WHERE id >= ? AND id < ? AND state <> 'C'",
        Ids.first(job),
        Ids.first(job + 1));
  }

  /** Walks a job's rows by index, all columns. */
  public void each(long job, Consumer<SubjobRow> visitor) {
    database.read(
        handle -> {
          query(handle, job, -1, Ids.MAX_SUBJOBS, "", Integer.MAX_VALUE)
              .map((rows, context) -> row(rows))
              .useIterator(rows -> rows.forEachRemaining(visitor));
          return true;
        });
  }

  /** {@return rows of a job with {@code from} ≤ index &lt; {@code to}} */
  public List<SubjobRow> range(long job, int from, int to) {
    return database.read(
        handle ->
            query(handle, job, from, to, "", Integer.MAX_VALUE)
                .map((rows, context) -> row(rows))
                .list());
  }

  /** {@return the first rows of a job in a stored state, by index} */
  public List<SubjobRow> inState(long job, char state, int from, int limit) {
    return database.read(
        handle ->
            query(handle, job, from, Ids.MAX_SUBJOBS, " AND state = '" + state + "'", limit)
                .map((rows, context) -> row(rows))
                .list());
  }

  /** {@return one subjob's row} */
  public Optional<SubjobRow> find(long job, int index) {
    return range(job, index, index + 1).stream().findFirst();
  }

  /** {@return the states of all subjobs as stored, a letter each; I where there is no row} */
  public char[] states(long job, int total) {
    char[] states = new char[total];
    java.util.Arrays.fill(states, 'I');
    database.read(
        handle -> {
          handle
              .createQuery("SELECT id, state FROM subjob WHERE id > ? AND id < ?")
              .bind(0, Ids.subjob(job, -1))
              .bind(1, Ids.first(job + 1))
              .map(
                  (rows, context) ->
                      states[Ids.index(rows.getLong(1))] = rows.getString(2).charAt(0))
              .useIterator(rows -> rows.forEachRemaining(letter -> {}));
          return true;
        });
    return states;
  }

  /** {@return the short outputs of {@code from} ≤ index &lt; {@code to}, by index} */
  public Map<Integer, String> shortOutputs(long job, int from, int to, String stream) {
    Map<Integer, String> texts = new HashMap<>();
    database.read(
        handle -> {
          handle
              .createQuery(
                  "SELECT id, text FROM short_output WHERE id >= ? AND id < ? AND stream = ?")
              .bind(0, Ids.subjob(job, from))
              .bind(1, Ids.subjob(job, to))
              .bind(2, stream)
              .map((rows, context) -> Map.entry(Ids.index(rows.getLong(1)), rows.getString(2)))
              .forEach(text -> texts.put(text.getKey(), text.getValue()));
          return true;
        });
    return texts;
  }

  /** {@return a short output, when it is kept here} */
  public Optional<String> shortOutput(long job, int index, String stream) {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT text FROM short_output WHERE id = ? AND stream = ?")
                .bind(0, Ids.subjob(job, index))
                .bind(1, stream)
                .mapTo(String.class)
                .findOne());
  }

  /** {@return the first of {@link #FENCE_BLOCK} fences that nobody was given before} */
  public long reserveFences() {
    return database.write(
        handle -> {
          long high =
              handle
                  .createQuery("SELECT high FROM counter WHERE name = 'fence'")
                  .mapTo(Long.class)
                  .one();
          handle.execute("UPDATE counter SET high = ? WHERE name = 'fence'", high + FENCE_BLOCK);
          return high;
        });
  }

  private static Query query(Handle handle, long job, int from, int to, String and, int limit) {
    return handle
        .createQuery("SELECT * FROM subjob WHERE id >= ? AND id < ?" + and + " ORDER BY id LIMIT ?")
        .bind(0, Ids.subjob(job, from))
        .bind(1, Ids.subjob(job, to))
        .bind(2, limit)
        .setFetchSize(1000);
  }

  private static SubjobRow row(ResultSet rows) throws SQLException {
    String outputs = rows.getString("outputs");
    int exitCode = rows.getInt("exit_code");
    boolean noExitCode = rows.wasNull();
    return new SubjobRow(
        rows.getLong("id"),
        rows.getString("state").charAt(0),
        rows.getInt("attempt"),
        rows.getLong("fence"),
        rows.getLong("node"),
        rows.getLong("started_at"),
        JobStore.nullableLong(rows, "ended_at"),
        noExitCode ? null : exitCode,
        nullableDouble(rows, "wall_seconds"),
        nullableDouble(rows, "cpu_seconds"),
        JobStore.nullableLong(rows, "peak_memory"),
        JobStore.failure(rows.getString("failure")),
        outputs == null ? List.<FileRef>of() : Json.files(outputs),
        rows.getString("machine"));
  }

  private static @Nullable Double nullableDouble(ResultSet rows, String column)
      throws SQLException {
    double value = rows.getDouble(column);
    return rows.wasNull() ? null : value;
  }
}
