package org.gridappliance.jobs.history;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.gridappliance.jobs.job.Database;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * The job history: what ended, on which machine, in the order of its end; as HTCondor's Quill kept
 * it. Rows hold all that a list shows, so that a page joins nothing, and outlive their jobs. Kept
 * for {@link #KEPT}, at most {@value #MOST} of them. Safe for all threads; blocks.
 */
public final class RunStore {
  /** How long a run is kept. */
  public static final Duration KEPT = Duration.ofDays(366);

  /** How many runs are kept. */
  public static final long MOST = 1_000_000;

  /** Nobody counts further. */
  public static final int MOST_COUNTED = 10_001;

  private static final int AT_ONCE = 1_000;
  private static final int PRUNED_AT_ONCE = 10_000;

  private final Database database;

  public RunStore(Database database) {
    this.database = database;
  }

  /**
   * Some runs, newest first.
   *
   * @param count how many match in all; {@link #MOST_COUNTED} when at least so many do
   */
  public record Page(List<Run> runs, int count) {}

  /** Keeps runs, inside somebody's transaction. */
  public static void add(Handle handle, List<Run> runs) {
    if (runs.isEmpty()) {
      return;
    }
    JobUseStore.add(handle, runs);
    try (PreparedBatch batch =
        handle.prepareBatch(
            "INSERT INTO past_run (subjob, owner, job_name, app, pool, machine, state, attempt,"
                + " started_at, ended_at, wall_seconds, cpu_seconds, cpus, memory_bytes,"
                + " peak_memory, exit_code, signal, reason)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (Run run : runs) {
        batch.add(
            run.subjob(),
            run.owner(),
            run.jobName(),
            run.app(),
            run.pool(),
            run.machine(),
            String.valueOf(run.state().letter()),
            run.attempt(),
            run.startedAt(),
            run.endedAt(),
            run.wallSeconds(),
            run.cpuSeconds(),
            run.cpus(),
            run.memoryBytes(),
            run.peakMemory(),
            run.exitCode(),
            run.signal(),
            run.reason());
        if (batch.size() == AT_ONCE) {
          batch.execute();
        }
      }
      if (batch.size() > 0) {
        batch.execute();
      }
    }
  }

  /** Keeps runs; returns when they are on disk. */
  public void add(List<Run> runs) {
    if (!runs.isEmpty()) {
      database.update(handle -> add(handle, runs));
    }
  }

  /**
   * {@return a page}
   *
   * @param owner whose; everybody's when null
   * @param before only ids smaller than this; 0 for the newest
   */
  public Page list(@Nullable String owner, RunFilter terms, long before, int limit) {
    return database.read(
        handle ->
            new Page(
                rows(handle, owner, terms, before, limit),
                select(handle, "SELECT 1 FROM past_run", owner, terms, 0, "", MOST_COUNTED)
                    .mapTo(Integer.class)
                    .list()
                    .size()));
  }

  /** Hands over all runs that match, newest first. Reads by pages: nothing is locked meanwhile. */
  public void each(@Nullable String owner, RunFilter terms, Consumer<List<Run>> visitor) {
    long before = 0;
    while (true) {
      long from = before;
      List<Run> runs = database.read(handle -> rows(handle, owner, terms, from, AT_ONCE));
      if (!runs.isEmpty()) {
        visitor.accept(runs);
        before = runs.getLast().id();
      }
      if (runs.size() < AT_ONCE) {
        return;
      }
    }
  }

  private static List<Run> rows(
      Handle handle, @Nullable String owner, RunFilter terms, long before, int limit) {
    return select(
            handle, "SELECT * FROM past_run", owner, terms, before, " ORDER BY id DESC", limit)
        .map((rows, context) -> run(rows))
        .list();
  }

  private static Query select(
      Handle handle,
      String what,
      @Nullable String owner,
      RunFilter terms,
      long before,
      String order,
      int limit) {
    List<String> conditions = new ArrayList<>();
    List<Object> values = new ArrayList<>();
    if (owner != null) {
      conditions.add("owner = ?");
      values.add(owner);
    }
    if (before > 0) {
      conditions.add("id < ?");
      values.add(before);
    }
    conditions.addAll(terms.conditions());
    values.addAll(terms.values());
    Query query =
        handle.createQuery(
            what
                + (conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions))
                + order
                + " FETCH FIRST "
                + limit
                + " ROWS ONLY");
    for (int i = 0; i < values.size(); i++) {
      query.bind(i, values.get(i));
    }
    return query.setFetchSize(AT_ONCE);
  }

  /** {@return when the oldest run that is kept ended} */
  public Optional<Long> oldest() {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT ended_at FROM past_run ORDER BY id FETCH FIRST 1 ROW ONLY")
                .mapTo(Long.class)
                .findOne());
  }

  /**
   * Forgets what is too old or too much, by some thousands a transaction: others write between.
   *
   * @param now milliseconds since 1970
   */
  public void prune(long now) {
    prune(now, MOST);
  }

  void prune(long now, long most) {
    long old = now - KEPT.toMillis();
    long last;
    do {
      last = database.write(handle -> pruneSome(handle, old, most));
    } while (last > 0);
  }

  /** {@return the last id that was forgotten; 0 when nothing was} */
  private static long pruneSome(Handle handle, long old, long most) {
    long tooMany =
        handle.createQuery("SELECT COALESCE(MAX(id), 0) FROM past_run").mapTo(Long.class).one()
            - most;
    long last = 0;
    for (long[] run :
        handle
            .createQuery("SELECT id, ended_at FROM past_run ORDER BY id FETCH FIRST ? ROWS ONLY")
            .bind(0, PRUNED_AT_ONCE)
            .map((rows, context) -> new long[] {rows.getLong(1), rows.getLong(2)})
            .list()) {
      if (run[0] > tooMany && run[1] >= old) {
        break; // ids grow with time: the rest is younger
      }
      last = run[0];
    }
    if (last > 0) {
      handle.execute("DELETE FROM past_run WHERE id <= ?", last);
    }
    return last;
  }

  private static Run run(ResultSet rows) throws SQLException {
    int exitCode = rows.getInt("exit_code");
    Integer exit = rows.wasNull() ? null : (Integer) exitCode;
    long peak = rows.getLong("peak_memory");
    Long peakMemory = rows.wasNull() ? null : (Long) peak;
    double cpu = rows.getDouble("cpu_seconds");
    Double cpuSeconds = rows.wasNull() ? null : (Double) cpu;
    return new Run(
        rows.getLong("id"),
        rows.getLong("subjob"),
        rows.getString("owner"),
        rows.getString("job_name"),
        rows.getString("app"),
        rows.getString("pool"),
        rows.getString("machine"),
        Run.State.ofLetter(rows.getString("state").charAt(0)),
        rows.getInt("attempt"),
        rows.getLong("started_at"),
        rows.getLong("ended_at"),
        rows.getDouble("wall_seconds"),
        cpuSeconds,
        rows.getInt("cpus"),
        rows.getLong("memory_bytes"),
        peakMemory,
        exit,
        rows.getString("signal"),
        rows.getString("reason"));
  }
}
