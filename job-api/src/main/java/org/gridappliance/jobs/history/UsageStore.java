package org.gridappliance.jobs.history;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.gridappliance.jobs.job.Database;
import org.jdbi.v3.core.Handle;

/** Jobs and core hours by person and month, from what is on disk. Thread-safe; blocks. */
final class UsageStore {
  private static final double HOUR = 3600;

  private static final class Sum {
    long jobs;
    long completed;
    long failed;
    double coreSeconds;
  }

  private final Database database;

  UsageStore(Database database) {
    this.database = database;
  }

  /**
   * {@return the newest months first, in each the people by name}
   *
   * @param now milliseconds since 1970
   * @param months how many, the present one among them
   */
  List<Usage> months(long now, int months) {
    return database.read(
        handle -> {
          List<Usage> all = new ArrayList<>();
          YearMonth month = YearMonth.from(Instant.ofEpochMilli(now).atZone(ZoneOffset.UTC));
          for (int i = 0; i < months; i++) {
            all.addAll(month(handle, month));
            month = month.minusMonths(1);
          }
          return all;
        });
  }

  private static List<Usage> month(Handle handle, YearMonth month) {
    long from = begin(month);
    long to = begin(month.plusMonths(1));
    Map<String, Sum> people = new TreeMap<>();
    handle
        .createQuery(
            "SELECT owner, COUNT(*), SUM(completed), SUM(failed) FROM job"
                + " WHERE submitted_at >= ? AND submitted_at < ? GROUP BY owner")
        .bind(0, from)
        .bind(1, to)
        .map(
            (rows, context) -> {
              Sum sum = people.computeIfAbsent(rows.getString(1), name -> new Sum());
              sum.jobs = rows.getLong(2);
              sum.completed = rows.getLong(3);
              sum.failed = rows.getLong(4);
              return sum;
            })
        .list();
    handle
        .createQuery(
            "SELECT owner, SUM(running) FROM pool_use"
                + " WHERE bucket = ? AND at >= ? AND at < ? GROUP BY owner")
        .bind(0, Span.YEAR.bucketSeconds())
        .bind(1, from)
        .bind(2, to)
        .map(
            (rows, context) -> {
              Sum sum = people.computeIfAbsent(rows.getString(1), name -> new Sum());
              sum.coreSeconds = rows.getDouble(2);
              return sum;
            })
        .list();
    List<Usage> usages = new ArrayList<>();
    people.forEach(
        (name, sum) ->
            usages.add(
                new Usage(
                    month.toString(),
                    name,
                    sum.jobs,
                    sum.completed,
                    sum.failed,
                    sum.coreSeconds / HOUR)));
    return usages;
  }

  private static long begin(YearMonth month) {
    return month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
  }
}
