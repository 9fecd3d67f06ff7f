package org.gridappliance.jobs.job;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The one stream of jobs' ends, for whatever tells people of them. A row is made in the transaction
 * of the end itself, so none is forgotten; it stays until {@link #forget}. One reader. Safe for all
 * threads.
 */
public final class JobEnds {
  private final Database database;
  private volatile Runnable listener = () -> {};

  JobEnds(Database database) {
    this.database = database;
  }

  /** Has somebody told, soon, that there is something to read; must not block. */
  public void whenAdded(Runnable told) {
    listener = told;
  }

  /**
   * {@return what ended, oldest first}
   *
   * @param most how many at once
   */
  public List<JobEnd> read(int most) {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT * FROM job_end ORDER BY id LIMIT ?")
                .bind(0, most)
                .map(
                    (rows, context) ->
                        new JobEnd(
                            rows.getLong("id"),
                            rows.getString("event"),
                            rows.getLong("job"),
                            rows.getString("owner"),
                            rows.getString("name"),
                            rows.getString("app"),
                            JobEnd.Kind.of(rows.getString("kind")),
                            Instant.ofEpochMilli(rows.getLong("at"))))
                .list());
  }

  /** Drops all up to this one; what it was told for is on disk. */
  public void forget(long last) {
    database.update(handle -> handle.execute("DELETE FROM job_end WHERE id <= ?", last));
  }

  /** Inside the transaction that writes a job's state. */
  static void add(Handle handle, JobRecord job) {
    JobEnd.Kind kind = kind(job);
    if (kind == null) {
      return;
    }
    // the name of the row: a person may have changed it since the record was read
    handle.execute(
        "INSERT INTO job_end (event, job, owner, name, app, kind, at) SELECT ?, id, owner, name,"
            + " app_title, ?, COALESCE(?, CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) * 1000 AS"
            + " BIGINT)) FROM job WHERE id = ?",
        UUID.randomUUID().toString(),
        kind.word(),
        job.hold() == null ? job.endedAt() : Long.valueOf(job.hold().at()),
        job.id());
  }

  /** After the commit. */
  void tell(JobRecord job) {
    if (kind(job) != null) {
      listener.run();
    }
  }

  private static JobEnd.@Nullable Kind kind(JobRecord job) {
    return switch (job.state()) {
      case COMPLETED -> JobEnd.Kind.COMPLETED;
      case FAILED -> JobEnd.Kind.FAILED;
      case REMOVED -> JobEnd.Kind.REMOVED;
      case HELD -> job.hold() == null ? JobEnd.Kind.NEEDS_ANSWER : JobEnd.Kind.HELD;
      case IDLE, RUNNING, SUSPENDED -> null;
    };
  }
}
