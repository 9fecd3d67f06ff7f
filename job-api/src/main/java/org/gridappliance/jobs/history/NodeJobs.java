package org.gridappliance.jobs.history;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gridappliance.jobs.job.Database;
import org.gridappliance.jobs.job.Ids;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Which jobs ran on a machine, from the newest {@value #LOOKED_AT} subjobs there. Thread-safe. */
final class NodeJobs {
  private static final int LOOKED_AT = 2_000;

  private record Row(long id, char state, long startedAt, @Nullable Long endedAt) {}

  private final Database database;

  NodeJobs(Database database) {
    this.database = database;
  }

  /**
   * {@return the newest jobs, newest first}
   *
   * @param node an executor's number; without meaning when there is a machine
   * @param machine the name of another scheduler's machine; null for an executor
   * @param owner whose; everybody's when null
   */
  List<NodeJob> newest(long node, @Nullable String machine, @Nullable String owner, int most) {
    return database.read(
        handle -> {
          Map<Long, List<Row>> byJob = new LinkedHashMap<>();
          for (Row row : rows(handle, node, machine)) {
            byJob.computeIfAbsent(Ids.job(row.id()), job -> new ArrayList<>()).add(row);
          }
          List<NodeJob> jobs = new ArrayList<>();
          for (Map.Entry<Long, List<Row>> one : byJob.entrySet()) {
            if (jobs.size() == most) {
              break;
            }
            handle
                .createQuery("SELECT owner, name FROM job WHERE id = ?")
                .bind(0, one.getKey())
                .map(
                    (found, context) ->
                        job(one.getKey(), found.getString(1), found.getString(2), one.getValue()))
                .findOne()
                .filter(job -> owner == null || owner.equals(job.owner()))
                .ifPresent(jobs::add);
          }
          return jobs;
        });
  }

  private static List<Row> rows(Handle handle, long node, @Nullable String machine) {
    String of =
        machine == null
            ? "node = :node AND machine IS NULL"
            : "node = (SELECT MIN(id) FROM node WHERE token_hash LIKE 'engine:%')"
                + " AND machine = :machine";
    return handle
        .createQuery(
            "SELECT id, state, started_at, ended_at FROM subjob WHERE "
                + of
                + " ORDER BY id DESC FETCH FIRST "
                + LOOKED_AT
                + " ROWS ONLY")
        .bindMap(machine == null ? Map.of("node", node) : Map.of("machine", machine))
        .map(
            (found, context) -> {
              long time = found.getLong(4);
              Long ended = found.wasNull() ? null : (Long) time;
              return new Row(
                  found.getLong(1), found.getString(2).charAt(0), found.getLong(3), ended);
            })
        .list();
  }

  private static NodeJob job(long id, String owner, String name, List<Row> rows) {
    int failed = 0;
    long begin = Long.MAX_VALUE;
    Long end = 0L;
    for (Row row : rows) {
      failed += row.state() == 'F' ? 1 : 0;
      begin = Math.min(begin, row.startedAt());
      Long ended = row.endedAt();
      end = end == null || ended == null ? null : (Long) Math.max(end, ended);
    }
    return new NodeJob(id, owner, name, rows.size(), failed, begin, end);
  }
}
