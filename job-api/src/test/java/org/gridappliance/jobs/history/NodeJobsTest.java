package org.gridappliance.jobs.history;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import org.gridappliance.jobs.job.Database;
import org.gridappliance.jobs.job.Ids;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which jobs ran on a machine, from a real database. */
class NodeJobsTest {
  @TempDir Path data;

  private static void job(Handle handle, long id) {
    handle.execute(
        "INSERT INTO job (id, owner, name, app, app_title, app_digest, request, facts,"
            + " combinations, chunks, state, priority, completed, failed, submitted_at)"
            + " VALUES (?, 'ann', ?, 'a', 'A', 'd', '{}', '{}', 2, 0, 'Running', 0, 0, 0, 1)",
        id,
        "job " + id);
  }

  private static void ran(
      Handle handle, long job, int index, long node, String machine, char state, Long ended) {
    handle.execute(
        "INSERT INTO subjob (id, state, attempt, fence, node, started_at, ended_at, machine)"
            + " VALUES (?, ?, 1, 1, ?, ?, ?, ?)",
        Ids.subjob(job, index),
        state,
        node,
        100L + index,
        ended,
        machine);
  }

  @Test
  void jobsAreFoundByTheExecutorOrByTheMachineOfTheOtherScheduler() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:h2:file:" + data.resolve("db") + ";WRITE_DELAY=0");
    config.setUsername("sa");
    try (HikariDataSource source = new HikariDataSource(config);
        Database database = Database.open(source)) {
      database.update(
          handle -> {
            handle.execute(
                "INSERT INTO node (id, name, token_hash, cpus, memory_bytes, enrolled_at)"
                    + " VALUES (7, 'HTCondor', ?, 1, 1, 1)",
                "engine:HTCondor" + "-".repeat(49));
            job(handle, 1);
            job(handle, 2);
            ran(handle, 1, 0, 3, null, 'C', 200L);
            ran(handle, 1, 1, 7, "10.77.0.11", 'C', 300L);
            ran(handle, 2, 0, 7, "10.77.0.11", 'F', 400L);
            ran(handle, 2, 1, 7, "10.77.0.11", 'R', null);
            ran(handle, 2, 2, 7, "10.77.0.12", 'C', 500L);
          });
      NodeJobs jobs = new NodeJobs(database);
      assertEquals(
          "[NodeJob[job=1, owner=ann, name=job 1, subjobs=1, failed=0, startedAt=100, endedAt=200]]",
          jobs.newest(3, null, null, 50).toString());
      assertEquals(
          "[NodeJob[job=2, owner=ann, name=job 2, subjobs=2, failed=1, startedAt=100, endedAt=null],"
              + " NodeJob[job=1, owner=ann, name=job 1, subjobs=1, failed=0, startedAt=101,"
              + " endedAt=300]]",
          jobs.newest(99, "10.77.0.11", null, 50).toString());
      assertEquals(1, jobs.newest(99, "10.77.0.11", null, 1).size());
    }
  }
}
