package org.gridappliance.jobs.history;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.gridappliance.jobs.job.Database;
import org.jdbi.v3.core.Handle;

/** Utilisation on disk: each sum goes into the buckets of every span at once. Thread-safe. */
final class UseStore {
  /** A bucket is kept for so many lengths of its span. */
  private static final int KEPT_SPANS = 2;

  private static final long SECOND = 1000;

  private final Database database;

  UseStore(Database database) {
    this.database = database;
  }

  /**
   * Adds what was seen since the last time.
   *
   * @param at when it ended, milliseconds
   * @param seconds how long it was looked at
   * @param sums core seconds and subjob seconds over that time
   */
  void add(long at, double seconds, Load sums) {
    database.update(
        handle -> {
          for (Span span : Span.values()) {
            int bucket = span.bucketSeconds();
            add(handle, bucket, begin(at, bucket), seconds, sums);
          }
        });
  }

  private static long begin(long at, int bucket) {
    return Math.floorDiv(at, bucket * SECOND) * bucket * SECOND;
  }

  private static void add(Handle handle, int bucket, long at, double seconds, Load sums) {
    int known =
        handle.execute(
            "UPDATE pool_sample SET seconds = seconds + ?, running = running + ?, free = free + ?,"
                + " off = off + ?, waiting = waiting + ? WHERE bucket = ? AND at = ?",
            seconds,
            sums.running(),
            sums.free(),
            sums.off(),
            sums.waiting(),
            bucket,
            at);
    if (known == 0) {
      handle.execute(
          "INSERT INTO pool_sample (bucket, at, seconds, running, free, off, waiting)"
              + " VALUES (?, ?, ?, ?, ?, ?, ?)",
          bucket,
          at,
          seconds,
          sums.running(),
          sums.free(),
          sums.off(),
          sums.waiting());
    }
    sums.users()
        .forEach(
            (owner, running) -> {
              if (handle.execute(
                      "UPDATE pool_use SET running = running + ?"
                          + " WHERE bucket = ? AND at = ? AND owner = ?",
                      running,
                      bucket,
                      at,
                      owner)
                  == 0) {
                handle.execute(
                    "INSERT INTO pool_use VALUES (?, ?, ?, ?)", bucket, at, owner, running);
              }
            });
  }

  /** {@return averages by the beginning of their bucket; times nobody looked are missing} */
  SortedMap<Long, Load> read(Span span, long now) {
    int bucket = span.bucketSeconds();
    long from = begin(now - span.seconds() * SECOND, bucket);
    return database.read(
        handle -> {
          Map<Long, Map<String, Double>> users = new HashMap<>();
          handle
              .createQuery("SELECT at, owner, running FROM pool_use WHERE bucket = ? AND at >= ?")
              .bind(0, bucket)
              .bind(1, from)
              .map(
                  (rows, context) ->
                      users
                          .computeIfAbsent(rows.getLong(1), at -> new HashMap<>())
                          .put(rows.getString(2), rows.getDouble(3)))
              .list();
          SortedMap<Long, Load> points = new TreeMap<>();
          handle
              .createQuery(
                  "SELECT at, seconds, running, free, off, waiting FROM pool_sample"
                      + " WHERE bucket = ? AND at >= ?")
              .bind(0, bucket)
              .bind(1, from)
              .map(
                  (rows, context) -> {
                    double seconds = Math.max(1e-3, rows.getDouble(2));
                    Map<String, Double> shares = new HashMap<>();
                    users
                        .getOrDefault(rows.getLong(1), Map.of())
                        .forEach((owner, sum) -> shares.put(owner, sum / seconds));
                    return points.put(
                        rows.getLong(1),
                        new Load(
                            rows.getDouble(3) / seconds,
                            rows.getDouble(4) / seconds,
                            rows.getDouble(5) / seconds,
                            rows.getDouble(6) / seconds,
                            shares));
                  })
              .list();
          return points;
        });
  }

  /** Forgets what no span shows any more. */
  void prune(long now) {
    database.update(
        handle -> {
          for (Span span : Span.values()) {
            for (String table : List.of("pool_sample", "pool_use")) {
              handle.execute(
                  "DELETE FROM " + table + " WHERE bucket = ? AND at < ?",
                  span.bucketSeconds(),
                  now - KEPT_SPANS * SECOND * span.seconds());
            }
          }
        });
  }
}
