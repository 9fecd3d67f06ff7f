package org.gridappliance.jobs.workflow;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.jobs.job.Database;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Workflows and their steps in the database. What changes something is on disk when it returns. */
public final class WorkflowStore {
  private final Database database;

  public WorkflowStore(Database database) {
    this.database = database;
  }

  /**
   * A workflow.
   *
   * @param file its file
   * @param pool where its steps run; empty leaves that to each
   * @param state Running, Completed, Failed or Removed
   */
  record Row(
      long id,
      String owner,
      String file,
      String pool,
      String state,
      long submittedAt,
      @Nullable Long endedAt) {}

  /**
   * A step.
   *
   * @param job 0 before one was made of it
   * @param again its job is to be run again
   * @param problem why none could be made
   */
  record StepRow(long job, boolean again, @Nullable String problem) {}

  /** Where a job belongs. */
  public record Membership(long workflow, String step) {}

  long insert(String owner, String file, String pool, List<String> steps, long now) {
    return database.write(
        handle -> {
          long id =
              handle
                  .createUpdate(
                      "INSERT INTO workflow (owner, file, pool, state, submitted_at)"
                          + " VALUES (?, ?, ?, 'Running', ?)")
                  .bind(0, owner)
                  .bind(1, file)
                  .bind(2, pool)
                  .bind(3, now)
                  .executeAndReturnGeneratedKeys("id")
                  .mapTo(Long.class)
                  .one();
          for (String step : steps) {
            handle.execute("INSERT INTO workflow_step (workflow, name) VALUES (?, ?)", id, step);
          }
          return id;
        });
  }

  Optional<Row> find(long id) {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT * FROM workflow WHERE id = ?")
                .bind(0, id)
                .map((rows, context) -> row(rows))
                .findOne());
  }

  /** {@return the newest of a person} */
  List<Row> list(String owner, int limit) {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT * FROM workflow WHERE owner = ? ORDER BY id DESC LIMIT ?")
                .bind(0, owner)
                .bind(1, limit)
                .map((rows, context) -> row(rows))
                .list());
  }

  List<Long> running() {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT id FROM workflow WHERE state = 'Running' ORDER BY id")
                .mapTo(Long.class)
                .list());
  }

  /** {@return how many run and have a step of an application that did not begin yet} */
  public int naming(String app) {
    int count = 0;
    for (long id : running()) {
      Map<String, StepRow> steps = steps(id);
      boolean names =
          find(id).stream()
              .flatMap(row -> WorkflowSpec.parse(row.file()).steps().stream())
              .anyMatch(
                  step ->
                      step.app().equals(app)
                          && Optional.ofNullable(steps.get(step.name()))
                              .filter(at -> at.job() != 0)
                              .isEmpty());
      count += names ? 1 : 0;
    }
    return count;
  }

  Map<String, StepRow> steps(long workflow) {
    Map<String, StepRow> steps = new LinkedHashMap<>();
    database.read(
        handle -> {
          handle
              .createQuery("SELECT name, job, again, problem FROM workflow_step WHERE workflow = ?")
              .bind(0, workflow)
              .map(
                  (rows, context) ->
                      Map.entry(
                          rows.getString(1),
                          new StepRow(rows.getLong(2), rows.getBoolean(3), rows.getString(4))))
              .forEach(one -> steps.put(one.getKey(), one.getValue()));
          return true;
        });
    return steps;
  }

  /** {@return the workflow that a job is a step of} */
  public Optional<Membership> of(long job) {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT workflow, name FROM workflow_step WHERE job = ?")
                .bind(0, job)
                .map((rows, context) -> new Membership(rows.getLong(1), rows.getString(2)))
                .findOne());
  }

  /**
   * Notes a step's job inside the transaction that makes the job.
   *
   * @throws IllegalStateException when it has one already or the workflow was cancelled: then no
   *     job is made
   */
  static void begun(Handle handle, long workflow, String step, long job) {
    int rows =
        handle.execute(
            "UPDATE workflow_step SET job = ?, problem = NULL, again = FALSE WHERE workflow = ?"
                + " AND name = ? AND job IS NULL AND EXISTS (SELECT 1 FROM workflow WHERE id = ?"
                + " AND state = 'Running')",
            job,
            workflow,
            step,
            workflow);
    if (rows != 1) {
      throw new IllegalStateException("step " + step + " was begun or cancelled meanwhile");
    }
  }

  void problem(long workflow, String step, String problem) {
    database.update(
        handle ->
            handle.execute(
                "UPDATE workflow_step SET problem = ? WHERE workflow = ? AND name = ?",
                problem.substring(0, Math.min(1000, problem.length())),
                workflow,
                step));
  }

  void wasRunAgain(long workflow, String step) {
    database.update(
        handle ->
            handle.execute(
                "UPDATE workflow_step SET again = FALSE WHERE workflow = ? AND name = ?",
                workflow,
                step));
  }

  /** Has it end, if it runs. {@return whether it did} */
  boolean end(long workflow, String state, long now) {
    return database.write(
            handle ->
                handle.execute(
                    "UPDATE workflow SET state = ?, ended_at = ? WHERE id = ? AND state ="
                        + " 'Running'",
                    state,
                    now,
                    workflow))
        == 1;
  }

  /**
   * Has a failed or cancelled one go on: what failed is run again, what completed stays.
   *
   * @param gone steps whose job was deleted; a new one is made
   * @return false when it runs or completed
   */
  boolean rescue(long workflow, List<String> gone) {
    return database.write(
        handle -> {
          int rows =
              handle.execute(
                  "UPDATE workflow SET state = 'Running', ended_at = NULL WHERE id = ? AND state"
                      + " IN ('Failed', 'Removed')",
                  workflow);
          if (rows == 1) {
            for (String step : gone) {
              handle.execute(
                  "UPDATE workflow_step SET job = NULL WHERE workflow = ? AND name = ?",
                  workflow,
                  step);
            }
            handle.execute(
                "UPDATE workflow_step SET problem = NULL, again = job IS NOT NULL WHERE workflow ="
                    + " ?",
                workflow);
          }
          return rows == 1;
        });
  }

  private static Row row(ResultSet rows) throws SQLException {
    long ended = rows.getLong("ended_at");
    return new Row(
        rows.getLong("id"),
        rows.getString("owner"),
        rows.getString("file"),
        rows.getString("pool"),
        rows.getString("state"),
        rows.getLong("submitted_at"),
        ended == 0 ? null : ended);
  }
}
