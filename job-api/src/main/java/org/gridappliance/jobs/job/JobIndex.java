package org.gridappliance.jobs.job;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * A line of every job in memory, so that any filter over 100,000 jobs is a few milliseconds and
 * changing a job's state writes no index for it. Read from the database when the first list is
 * asked for (about 130 bytes a job); a job that a commit changed is read again before the next
 * list. Safe for all threads.
 */
final class JobIndex {
  private static final int AT_ONCE = 500;
  private static final String LINE =
      "SELECT id, owner, name, app, state, archived, combinations, chunks, failed, submitted_at,"
          + " started_at, ended_at FROM job";

  private final Database database;
  private final Set<Long> touched = ConcurrentHashMap.newKeySet();
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  /** By id; null until the first list. Guarded by lock. */
  private @Nullable NavigableMap<Long, JobLine> lines;

  JobIndex(Database database) {
    this.database = database;
  }

  /** Notes, inside a transaction, that it changes a job. */
  void touch(Handle handle, long job) {
    handle.afterCommit(() -> touched.add(job));
  }

  /** Which jobs match. */
  record Found(List<Long> ids, long count) {}

  /**
   * {@return the ids of a page, newest first, and how many match in all}
   *
   * @param before only ids smaller than this are on the page
   */
  Found select(Predicate<JobLine> terms, @Nullable Long before, int limit) {
    NavigableMap<Long, JobLine> all = refresh();
    lock.readLock().lock();
    try {
      List<Long> ids = new ArrayList<>(Math.min(limit, 1000));
      long count = 0;
      for (JobLine line : all.descendingMap().values()) {
        if (terms.test(line)) {
          count++;
          if (ids.size() < limit && (before == null || line.id() < before)) {
            ids.add(line.id());
          }
        }
      }
      return new Found(ids, count);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** {@return when a job was submitted, in milliseconds since 1970; null when it is not here} */
  @Nullable Long submittedAt(long id) {
    NavigableMap<Long, JobLine> all = refresh();
    lock.readLock().lock();
    try {
      JobLine line = all.get(id);
      return line == null ? null : (Long) line.submittedAt();
    } finally {
      lock.readLock().unlock();
    }
  }

  private NavigableMap<Long, JobLine> refresh() {
    lock.readLock().lock();
    try {
      if (lines != null && touched.isEmpty()) {
        return lines;
      }
    } finally {
      lock.readLock().unlock();
    }
    lock.writeLock().lock();
    try {
      NavigableMap<Long, JobLine> all = lines;
      // taken before reading: what is committed later is touched again
      List<Long> changed = List.copyOf(touched);
      changed.forEach(touched::remove);
      try {
        if (all == null) {
          all = database.read(JobIndex::all);
          lines = all;
        } else {
          for (int from = 0; from < changed.size(); from += AT_ONCE) {
            read(all, changed.subList(from, Math.min(changed.size(), from + AT_ONCE)));
          }
        }
      } catch (StorageException e) {
        touched.addAll(changed);
        throw e;
      }
      return all;
    } finally {
      lock.writeLock().unlock();
    }
  }

  private static NavigableMap<Long, JobLine> all(Handle handle) {
    Map<Long, List<String>> tags = new HashMap<>();
    handle
        .createQuery("SELECT job, tag FROM job_tag ORDER BY tag")
        .map(
            (rows, context) ->
                tags.computeIfAbsent(rows.getLong(1), _ -> new ArrayList<>(1))
                    .add(rows.getString(2)))
        .list();
    NavigableMap<Long, JobLine> all = new TreeMap<>();
    Map<String, String> words = new HashMap<>();
    handle
        .createQuery(LINE)
        .map((rows, context) -> line(rows, tags, words))
        .forEach(line -> all.put(line.id(), line));
    return all;
  }

  private void read(NavigableMap<Long, JobLine> all, List<Long> ids) {
    Map<Long, List<String>> tags = new HashMap<>();
    List<JobLine> read =
        database.read(
            handle -> {
              handle
                  .createQuery("SELECT job, tag FROM job_tag WHERE job IN (<ids>) ORDER BY tag")
                  .bindList("ids", ids)
                  .map(
                      (rows, context) ->
                          tags.computeIfAbsent(rows.getLong(1), _ -> new ArrayList<>(1))
                              .add(rows.getString(2)))
                  .list();
              Map<String, String> words = new HashMap<>();
              return handle
                  .createQuery(LINE + " WHERE id IN (<ids>)")
                  .bindList("ids", ids)
                  .map((rows, context) -> line(rows, tags, words))
                  .list();
            });
    ids.forEach(all::remove); // deleted ones stay away
    read.forEach(line -> all.put(line.id(), line));
  }

  /**
   * @param words owners and applications, each kept once
   */
  private static JobLine line(
      ResultSet rows, Map<Long, List<String>> tags, Map<String, String> words) throws SQLException {
    long id = rows.getLong("id");
    return new JobLine(
        id,
        words.computeIfAbsent(rows.getString("owner"), word -> word),
        rows.getString("name"),
        words.computeIfAbsent(rows.getString("app"), word -> word),
        JobStore.state(rows),
        rows.getBoolean("archived"),
        rows.getInt("combinations"),
        rows.getInt("chunks"),
        rows.getInt("failed"),
        rows.getLong("submitted_at"),
        time(rows, "started_at"),
        time(rows, "ended_at"),
        tags.containsKey(id) ? List.copyOf(tags.get(id)) : List.of());
  }

  private static long time(ResultSet rows, String column) throws SQLException {
    Long at = JobStore.nullableLong(rows, column);
    return at == null ? JobLine.NEVER : at;
  }
}
