package org.gridappliance.jobs.trigger;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.jobs.job.Database;
import org.gridappliance.jobs.job.Json;
import org.gridappliance.jobs.job.StoredFile;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** Triggers, what they saw and what they did, in the database. Safe for all threads. */
public final class TriggerStore {
  /** Runs kept for each trigger. */
  static final int LOG = 500;

  private static final int MOST_MESSAGE = 1000;

  private final Database database;

  public TriggerStore(Database database) {
    this.database = database;
  }

  /** {@return triggers by id: of one person, or all} */
  List<Trigger> list(@Nullable String owner) {
    return database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT * FROM job_trigger WHERE :owner IS NULL OR owner = :owner ORDER BY id")
                .bind("owner", owner)
                .map((rows, context) -> trigger(rows))
                .list());
  }

  /** {@return how many submit an application and are not paused} */
  public int naming(String app) {
    return (int)
        list(null).stream()
            .filter(one -> !one.paused() && one.spec().job().path("app").asText().equals(app))
            .count();
  }

  Optional<Trigger> find(long id) {
    return list(null).stream().filter(one -> one.id() == id).findFirst();
  }

  private static Trigger trigger(ResultSet rows) throws SQLException {
    JsonNode request = Json.read(rows.getString("spec"), JsonNode.class);
    return new Trigger(
        rows.getLong("id"),
        rows.getString("owner"),
        request,
        TriggerSpec.parse(request, Instant.ofEpochMilli(rows.getLong("changed_at"))),
        rows.getBoolean("paused"),
        rows.getString("reason"),
        rows.getInt("refusals"),
        rows.getLong("created_at"),
        rows.getObject("next_at", Long.class));
  }

  /** {@return the id of a new trigger, with the files that lie in its folder already} */
  long insert(
      String owner,
      JsonNode request,
      long now,
      @Nullable Long nextAt,
      Collection<DropFolder.Entry> known) {
    return database.write(
        handle -> {
          long id =
              handle
                  .createUpdate(
                      "INSERT INTO job_trigger (owner, spec, paused, refusals, created_at,"
                          + " changed_at, next_at) VALUES (?, ?, FALSE, 0, ?, ?, ?)")
                  .bind(0, owner)
                  .bind(1, request.toString())
                  .bind(2, now)
                  .bind(3, now)
                  .bind(4, nextAt)
                  .executeAndReturnGeneratedKeys("id")
                  .mapTo(Long.class)
                  .one();
          see(handle, id, known);
          return id;
        });
  }

  /** Gives a trigger other settings; {@code known} is null when it watches the same folder. */
  void change(
      long id,
      JsonNode request,
      long now,
      @Nullable Long nextAt,
      @Nullable Collection<DropFolder.Entry> known) {
    database.update(
        handle -> {
          handle.execute(
              "UPDATE job_trigger SET spec = ?, reason = NULL, refusals = 0, changed_at = ?,"
                  + " next_at = ? WHERE id = ?",
              request.toString(),
              now,
              nextAt,
              id);
          if (known != null) {
            handle.execute("DELETE FROM trigger_seen WHERE trigger_id = ?", id);
            see(handle, id, known);
          }
        });
  }

  private static void see(Handle handle, long id, Collection<DropFolder.Entry> entries) {
    try (PreparedBatch batch =
        handle.prepareBatch("MERGE INTO trigger_seen KEY (trigger_id, name) VALUES (?, ?, ?)")) {
      entries.forEach(entry -> batch.add(id, entry.name(), entry.etag()));
      if (batch.size() > 0) {
        batch.execute();
      }
    }
  }

  void delete(long id) {
    database.update(
        handle -> {
          handle.execute("DELETE FROM job_trigger WHERE id = ?", id);
          handle.execute("DELETE FROM trigger_seen WHERE trigger_id = ?", id);
        });
  }

  /** Pauses with a reason, or resumes and forgets what was refused. */
  void pause(long id, boolean paused, @Nullable String reason) {
    database.update(
        handle ->
            handle.execute(
                "UPDATE job_trigger SET paused = ?, reason = ?, refusals = 0 WHERE id = ?",
                paused,
                cut(reason),
                id));
  }

  void nextAt(long id, @Nullable Long nextAt) {
    database.update(
        handle -> handle.execute("UPDATE job_trigger SET next_at = ? WHERE id = ?", nextAt, id));
  }

  /** {@return the ETag of each file seen, by its name} */
  Map<String, String> seen(long id) {
    return database.read(
        handle -> {
          Map<String, String> seen = new HashMap<>();
          handle
              .createQuery("SELECT name, etag FROM trigger_seen WHERE trigger_id = ?")
              .bind(0, id)
              .map((rows, context) -> Map.entry(rows.getString(1), rows.getString(2)))
              .forEach(entry -> seen.put(entry.getKey(), entry.getValue()));
          return seen;
        });
  }

  /** Forgets files that are gone: one that comes back is new. */
  void forget(long id, Collection<String> names) {
    database.update(
        handle ->
            names.forEach(
                name ->
                    handle.execute(
                        "DELETE FROM trigger_seen WHERE trigger_id = ? AND name = ?", id, name)));
  }

  /** Notes that a job was submitted, in the transaction that makes it. */
  static void submitted(
      Handle handle,
      Trigger trigger,
      long at,
      String cause,
      long job,
      int depth,
      DropFolder.@Nullable Entry file,
      @Nullable Long nextAt) {
    mark(handle, trigger, file, nextAt);
    handle.execute("UPDATE job_trigger SET refusals = 0 WHERE id = ?", trigger.id());
    log(handle, trigger.id(), at, cause, "submitted", job, depth, null);
  }

  /**
   * Notes that nothing was started and why; the same file or time is not tried again.
   *
   * @return how many runs in a row were refused now
   */
  int refused(
      Trigger trigger,
      long at,
      String cause,
      String outcome,
      @Nullable String message,
      DropFolder.@Nullable Entry file,
      @Nullable Long nextAt) {
    return database.write(
        handle -> {
          mark(handle, trigger, file, nextAt);
          if (outcome.equals("refused")) {
            handle.execute(
                "UPDATE job_trigger SET refusals = refusals + 1 WHERE id = ?", trigger.id());
          }
          log(handle, trigger.id(), at, cause, outcome, null, 0, message);
          return handle
              .createQuery("SELECT refusals FROM job_trigger WHERE id = ?")
              .bind(0, trigger.id())
              .mapTo(Integer.class)
              .findOne()
              .orElse(0);
        });
  }

  private static void mark(
      Handle handle, Trigger trigger, DropFolder.@Nullable Entry file, @Nullable Long nextAt) {
    if (file != null) {
      see(handle, trigger.id(), List.of(file));
    }
    if (nextAt != null) {
      int rows =
          handle.execute(
              "UPDATE job_trigger SET next_at = ? WHERE id = ? AND next_at = ?",
              nextAt,
              trigger.id(),
              trigger.nextAt());
      if (rows != 1) {
        throw new IllegalStateException("trigger " + trigger.id() + " was changed meanwhile");
      }
    }
  }

  private static void log(
      Handle handle,
      long trigger,
      long at,
      String cause,
      String outcome,
      @Nullable Long job,
      int depth,
      @Nullable String message) {
    handle.execute(
        "INSERT INTO trigger_run (trigger_id, at, cause, outcome, job, depth, message)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?)",
        trigger,
        at,
        cut(cause),
        outcome,
        job,
        depth,
        cut(message));
    handle.execute(
        "DELETE FROM trigger_run WHERE trigger_id = ? AND id <= (SELECT id FROM trigger_run WHERE"
            + " trigger_id = ? ORDER BY id DESC LIMIT 1 OFFSET "
            + LOG
            + ")",
        trigger,
        trigger);
  }

  /** {@return what it did, the newest first} */
  List<Trigger.Run> runs(long id, int limit) {
    return database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT * FROM trigger_run WHERE trigger_id = ? ORDER BY id DESC LIMIT ?")
                .bind(0, id)
                .bind(1, limit)
                .map(
                    (rows, context) ->
                        new Trigger.Run(
                            rows.getLong("id"),
                            rows.getLong("at"),
                            rows.getString("cause"),
                            rows.getString("outcome"),
                            rows.getObject("job", Long.class),
                            rows.getString("message")))
                .list());
  }

  /** {@return how many jobs it submitted since} */
  int submittedSince(long id, long since) {
    return database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT COUNT(*) FROM trigger_run WHERE trigger_id = ? AND at > ? AND outcome ="
                        + " 'submitted'")
                .bind(0, id)
                .bind(1, since)
                .mapTo(Integer.class)
                .one());
  }

  /** {@return how many jobs that a person's triggers submitted have not ended} */
  int unfinished(String owner) {
    return database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT COUNT(*) FROM job j JOIN trigger_run r ON r.job = j.id WHERE j.owner ="
                        + " ? AND j.state IN ('Idle', 'Running', 'Suspended', 'Held')")
                .bind(0, owner)
                .mapTo(Integer.class)
                .one());
  }

  /**
   * {@return how many triggered jobs in a row made these files: 0 when a person brought them}. What
   * a file is is known by its content, so neither copying nor renaming it hides where it came from.
   */
  int depth(List<StoredFile> files) {
    List<String> hashes =
        files.stream().filter(file -> file.bytes() > 0).map(StoredFile::sha256).distinct().toList();
    if (hashes.isEmpty()) {
      return 0;
    }
    return database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT COALESCE(MAX(r.depth) + 1, 0) FROM result_file f JOIN trigger_run r ON"
                        + " r.job = f.job WHERE f.sha256 IN (<hashes>)")
                .bindList("hashes", hashes)
                .mapTo(Integer.class)
                .one());
  }

  private static @Nullable String cut(@Nullable String text) {
    return text == null || text.length() <= MOST_MESSAGE
        ? text
        : text.substring(0, MOST_MESSAGE - 1) + "…";
  }
}
