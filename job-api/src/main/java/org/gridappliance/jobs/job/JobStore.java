package org.gridappliance.jobs.job;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.FileRef;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * Jobs, their input files, chunks and result files in the database. Subjobs: {@link SubjobStore}.
 * Every method that changes something returns when the change is on disk. Safe for all threads.
 */
public final class JobStore {
  private final Database database;
  private final JobIndex index;
  private final JobEnds ends;

  public JobStore(Database database) {
    this.database = database;
    this.index = new JobIndex(database);
    this.ends = new JobEnds(database);
  }

  /** {@return what is to be told of jobs' ends} */
  public JobEnds ends() {
    return ends;
  }

  /**
   * Puts a whole job on disk, in one transaction, and what belongs to it.
   *
   * @param resultKey by which {@link #earlier} finds it, null for none
   */
  public void insert(
      JobRecord job,
      @Nullable String resultKey,
      List<StoredFile> files,
      List<ChunkRow> chunks,
      Consumer<Handle> also) {
    database.update(
        handle -> {
          also.accept(handle);
          insertJob(handle, job, resultKey);
          index.touch(handle, job.id());
          for (StoredFile file : files) {
            handle.execute(
                "INSERT INTO input_file VALUES (?, ?, ?, ?, ?)",
                job.id(),
                file.input(),
                file.name(),
                file.bytes(),
                file.sha256());
          }
          insertChunks(handle, job.id(), chunks);
        });
  }

  private static void insertJob(Handle handle, JobRecord job, @Nullable String resultKey) {
    handle.execute(
        "INSERT INTO job VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL,"
            + " FALSE, NULL, ?)",
        job.id(),
        job.owner(),
        job.name(),
        job.app(),
        job.appTitle(),
        job.appDigest(),
        job.request().toString(),
        job.facts().toString(),
        job.combinations(),
        job.chunks(),
        job.state().word(),
        job.priority(),
        job.completed(),
        job.failed(),
        job.submittedAt(),
        job.startedAt(),
        job.endedAt(),
        failureText(job.failure()),
        resultKey);
  }

  private static void insertChunks(Handle handle, long job, List<ChunkRow> chunks) {
    try (PreparedBatch batch = handle.prepareBatch("INSERT INTO chunk VALUES (?, ?, ?, ?, ?)")) {
      for (int number = 0; number < chunks.size(); number++) {
        ChunkRow chunk = chunks.get(number);
        batch.add(
            Ids.chunk(job, number), chunk.start(), chunk.bytes(), chunk.sha256(), chunk.label());
        if (batch.size() == 1000) {
          batch.execute();
        }
      }
      if (batch.size() > 0) {
        batch.execute();
      }
    }
  }

  /** Writes a job's state, times, counts and failure. */
  public void update(JobRecord job) {
    database.update(handle -> update(handle, job));
    ends.tell(job);
  }

  /** Writes who holds a held job and why; nothing of it stops anew. */
  public void updateHold(JobRecord job) {
    database.update(
        handle ->
            handle.execute(
                "UPDATE job SET hold = ? WHERE id = ?",
                job.hold() == null ? null : Json.text(job.hold()),
                job.id()));
  }

  /**
   * The same inside somebody's transaction. A job that ends leaves a row for its results to be
   * copied into its owner's home; one that goes on again takes it back. An end, or a stop at which
   * it waits for a person, leaves a row for {@link JobEnds}.
   */
  public void update(Handle handle, JobRecord job) {
    index.touch(handle, job.id());
    JobEnds.add(handle, job);
    handle.execute("DELETE FROM delivery WHERE job = ?", job.id());
    if (job.state().ended()) {
      handle.execute("INSERT INTO delivery (job, state) VALUES (?, 'waiting')", job.id());
    }
    handle.execute(
        "UPDATE job SET state = ?, completed = ?, failed = ?, started_at = ?, ended_at = ?,"
            + " failure = ?, hold = ? WHERE id = ?",
        job.state().word(),
        job.completed(),
        job.failed(),
        job.startedAt(),
        job.endedAt(),
        failureText(job.failure()),
        job.hold() == null ? null : Json.text(job.hold()),
        job.id());
  }

  /** Inside somebody's transaction: the first subjob of a job was handed out. */
  void begun(Handle handle, long job, long now) {
    index.touch(handle, job);
    handle.execute(
        "UPDATE job SET state = 'Running', started_at = ? WHERE id = ? AND state = 'Idle'",
        now,
        job);
  }

  /** Puts a job's results on disk, together with its end. */
  public void complete(JobRecord job, List<FileRef> files, MergedNote merged) {
    database.update(
        handle -> {
          update(handle, job);
          results(handle, job.id(), files, merged);
        });
    ends.tell(job);
  }

  /** Puts what a failed or cancelled job delivered on disk, unless it goes on again. */
  public void keepPartial(long job, List<FileRef> files, MergedNote merged) {
    database.update(
        handle -> {
          int ended =
              handle
                  .createQuery(
                      "SELECT COUNT(*) FROM job WHERE id = ? AND state IN ('Failed', 'Removed')")
                  .bind(0, job)
                  .mapTo(Integer.class)
                  .one();
          if (ended == 1) {
            results(handle, job, files, merged);
          }
        });
  }

  private static void results(Handle handle, long job, List<FileRef> files, MergedNote merged) {
    handle.execute("UPDATE job SET merged = ? WHERE id = ?", Json.text(merged), job);
    forgetResults(handle, job);
    try (PreparedBatch batch = handle.prepareBatch("INSERT INTO result_file VALUES (?, ?, ?, ?)")) {
      files.forEach(file -> batch.add(job, file.path(), file.bytes(), file.sha256()));
      if (batch.size() > 0) {
        batch.execute();
      }
    }
  }

  /** Inside somebody's transaction: a job that goes on again has no results yet. */
  public static void forgetResults(Handle handle, long job) {
    handle.execute("DELETE FROM result_file WHERE job = ?", job);
  }

  /** {@return the result files of a job, by path; empty before its end} */
  public List<FileRef> results(long job) {
    return database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT path, sha256, bytes FROM result_file WHERE job = ? ORDER BY path")
                .bind(0, job)
                .map(
                    (rows, context) ->
                        new FileRef(rows.getString(1), rows.getString(2), rows.getLong(3)))
                .list());
  }

  /** {@return one result file} */
  public Optional<FileRef> result(long job, String path) {
    return results(job).stream().filter(file -> file.path().equals(path)).findFirst();
  }

  /** {@return the merged tables and texts, once there are results} */
  public Optional<MergedNote> merged(long job) {
    return database
        .read(
            handle ->
                handle
                    .createQuery("SELECT merged FROM job WHERE id = ? AND merged IS NOT NULL")
                    .bind(0, job)
                    .mapTo(String.class)
                    .findOne())
        .map(text -> Json.read(text, MergedNote.class));
  }

  /** {@return how many jobs of an application have not ended} */
  public int going(String app) {
    return database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT COUNT(*) FROM job WHERE app = ?"
                        + " AND state IN ('Idle', 'Running', 'Suspended', 'Held')")
                .bind(0, app)
                .mapTo(Integer.class)
                .one());
  }

  /** {@return the job, also somebody else's} */
  public Optional<JobRecord> find(long id) {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT * FROM job WHERE id = ?")
                .bind(0, id)
                .map((rows, context) -> job(rows))
                .findOne());
  }

  /** {@return the newest completed job of a person that has a key} */
  public Optional<JobRecord> earlier(String owner, String resultKey) {
    return database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT * FROM job WHERE result_key = ? AND owner = ? AND state = 'Completed'"
                        + " ORDER BY id DESC LIMIT 1")
                .bind(0, resultKey)
                .bind(1, owner)
                .map((rows, context) -> job(rows))
                .findOne());
  }

  /**
   * Which jobs to list.
   *
   * @param since whose, by owner from which submission on, in milliseconds since 1970; everybody's
   *     when null
   * @param reader finds nobody else's jobs by their tags, which are their owners' own words; null
   *     for who may
   * @param terms what must hold of them
   * @param before only ids smaller than this
   */
  public record Filter(
      @Nullable Map<String, Long> since,
      @Nullable String reader,
      JobFilter terms,
      @Nullable Long before,
      int limit) {
    /** One person's, or everybody's when null. */
    public Filter(@Nullable String owner, JobFilter terms, @Nullable Long before, int limit) {
      this(owner == null ? null : Map.of(owner, Long.MIN_VALUE), null, terms, before, limit);
    }

    boolean test(JobLine line) {
      if (since != null) {
        Long from = since.get(line.owner());
        if (from == null || line.submittedAt() < from) {
          return false;
        }
      }
      return terms.test(reader == null || reader.equals(line.owner()) ? line : line.withoutTags());
    }
  }

  /** A page of jobs, newest first, and how many match in all. */
  public record Page(List<JobRecord> jobs, long count) {}

  /** {@return a page of jobs} The first call reads a line of every job ({@link JobIndex}). */
  public Page list(Filter filter) {
    JobIndex.Found found = index.select(filter::test, filter.before(), filter.limit());
    if (found.ids().isEmpty()) {
      return new Page(List.of(), found.count());
    }
    return database.read(
        handle ->
            new Page(
                handle
                    .createQuery("SELECT * FROM job WHERE id IN (<ids>) ORDER BY id DESC")
                    .bindList("ids", found.ids())
                    .map((rows, context) -> job(rows))
                    .list(),
                found.count()));
  }

  /** {@return when a job was submitted, as the lines in memory say; null when it is deleted} */
  public @Nullable Long submittedAt(long id) {
    return index.submittedAt(id);
  }

  /** What a person wrote on a job. */
  public record Label(List<String> tags, @Nullable String note, boolean archived) {}

  /** {@return the labels of jobs, by id} */
  public Map<Long, Label> labels(List<Long> ids) {
    Map<Long, Label> labels = new HashMap<>();
    if (ids.isEmpty()) {
      return labels;
    }
    return database.read(
        handle -> {
          Map<Long, List<String>> tags = new HashMap<>();
          handle
              .createQuery("SELECT job, tag FROM job_tag WHERE job IN (<ids>) ORDER BY tag")
              .bindList("ids", ids)
              .map(
                  (rows, context) ->
                      tags.computeIfAbsent(rows.getLong(1), _ -> new ArrayList<>())
                          .add(rows.getString(2)))
              .list();
          handle
              .createQuery("SELECT id, note, archived FROM job WHERE id IN (<ids>)")
              .bindList("ids", ids)
              .map(
                  (rows, context) ->
                      labels.put(
                          rows.getLong(1),
                          new Label(
                              tags.getOrDefault(rows.getLong(1), List.of()),
                              rows.getString(2),
                              rows.getBoolean(3))))
              .list();
          return labels;
        });
  }

  /** Writes on a job; what is null stays as it is. */
  public void label(
      long job,
      @Nullable String name,
      @Nullable List<String> tags,
      @Nullable String note,
      @Nullable Boolean archived) {
    database.update(
        handle -> {
          index.touch(handle, job);
          handle.execute(
              "UPDATE job SET name = COALESCE(?, name), note = COALESCE(?, note),"
                  + " archived = COALESCE(?, archived) WHERE id = ?",
              name,
              note,
              archived,
              job);
          if (tags != null) {
            handle.execute("DELETE FROM job_tag WHERE job = ?", job);
            tags.forEach(tag -> handle.execute("INSERT INTO job_tag VALUES (?, ?)", job, tag));
          }
        });
  }

  /** {@return the jobs that have not ended, oldest first} */
  public List<JobRecord> unfinished() {
    return database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT * FROM job WHERE state IN ('Idle', 'Running', 'Suspended', 'Held')"
                        + " ORDER BY id")
                .map((rows, context) -> job(rows))
                .list());
  }

  /** {@return the largest id ever kept, 0 when there is none} */
  public long lastId() {
    return database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT GREATEST(COALESCE((SELECT MAX(id) FROM job), 0),"
                        + " COALESCE((SELECT MAX(job) FROM doomed), 0))")
                .mapTo(Long.class)
                .one());
  }

  /** {@return the input files of a job} */
  public List<StoredFile> files(long job) {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT input, name, bytes, sha256 FROM input_file WHERE job = ?")
                .bind(0, job)
                .map(
                    (rows, context) ->
                        new StoredFile(
                            rows.getString(1),
                            rows.getString(2),
                            rows.getLong(3),
                            rows.getString(4)))
                .list());
  }

  /** {@return the chunks of a job, by number} */
  public List<ChunkRow> chunks(long job) {
    return database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT start_byte, bytes, sha256, label FROM chunk"
                        + " WHERE id >= ? AND id < ? ORDER BY id")
                .bind(0, Ids.first(job))
                .bind(1, Ids.first(job + 1))
                .map(
                    (rows, context) ->
                        new ChunkRow(
                            rows.getLong(1), rows.getLong(2), rows.getString(3), rows.getString(4)))
                .list());
  }

  /** Forgets a job; its folder is remembered as doomed until {@link #folderGone}. */
  public void delete(long job) {
    database.update(
        handle -> {
          index.touch(handle, job);
          handle.execute("INSERT INTO doomed VALUES (?)", job);
          handle.execute("DELETE FROM job WHERE id = ?", job);
          handle.execute("DELETE FROM input_file WHERE job = ?", job);
          handle.execute("DELETE FROM result_file WHERE job = ?", job);
          handle.execute("DELETE FROM delivery WHERE job = ?", job);
          handle.execute("DELETE FROM job_tag WHERE job = ?", job);
          handle.execute("DELETE FROM submission_key WHERE job = ?", job);
          for (String table : List.of("chunk", "subjob", "short_output")) {
            handle.execute(
                "DELETE FROM " + table + " WHERE id >= ? AND id < ?",
                Ids.first(job),
                Ids.first(job + 1));
          }
        });
  }

  /** {@return deleted jobs whose folders may still be there} */
  public List<Long> doomed() {
    return database.read(
        handle -> handle.createQuery("SELECT job FROM doomed").mapTo(Long.class).list());
  }

  /** Notes that a deleted job's folder is gone. */
  public void folderGone(long job) {
    database.update(handle -> handle.execute("DELETE FROM doomed WHERE job = ?", job));
  }

  static JobRecord job(ResultSet rows) throws SQLException {
    return new JobRecord(
        rows.getLong("id"),
        rows.getString("owner"),
        rows.getString("name"),
        rows.getString("app"),
        rows.getString("app_title"),
        rows.getString("app_digest"),
        Json.read(rows.getString("request"), JsonNode.class),
        Json.read(rows.getString("facts"), JsonNode.class),
        rows.getInt("combinations"),
        rows.getInt("chunks"),
        state(rows),
        rows.getInt("priority"),
        rows.getInt("completed"),
        rows.getInt("failed"),
        rows.getLong("submitted_at"),
        nullableLong(rows, "started_at"),
        nullableLong(rows, "ended_at"),
        failure(rows.getString("failure")),
        hold(rows.getString("hold")));
  }

  static JobState state(ResultSet rows) throws SQLException {
    String word = rows.getString("state");
    return JobState.of(word)
        .orElseThrow(() -> new StorageException("damaged job state " + word, null));
  }

  static @Nullable Long nullableLong(ResultSet rows, String column) throws SQLException {
    long value = rows.getLong(column);
    return rows.wasNull() ? null : value;
  }

  private static @Nullable Hold hold(@Nullable String text) {
    return text == null ? null : Json.read(text, Hold.class);
  }

  static @Nullable String failureText(@Nullable Failure failure) {
    return failure == null ? null : Json.text(failure);
  }

  static @Nullable Failure failure(@Nullable String text) {
    return text == null ? null : Json.read(text, Failure.class);
  }
}
