package org.gridappliance.jobs.history;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.gridappliance.jobs.job.Database;
import org.gridappliance.jobs.job.Ids;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * What jobs asked for and used, summed by job and UTC day as their runs are kept, so that a year of
 * usage is read from some thousand rows and not from a million runs. Safe for all threads; blocks.
 */
public final class JobUseStore {
  private static final long DAY_MILLIS = 86_400_000;
  private static final int AT_ONCE = 1_000;
  private static final int LARGEST = 50;
  private static final String COLUMNS =
      "runs, completed, core_seconds, lost_seconds, measured_seconds, cpu_seconds, memory_asked,"
          + " memory_used, time_used, time_expected, time_allowed, memory_bytes, peak_memory";
  private static final String OF_OWNERS = " AND owner IN (<owners>)";

  private final Database database;

  public JobUseStore(Database database) {
    this.database = database;
  }

  private record Key(int day, long job) {}

  /** Adds runs to the sums, inside the transaction that keeps them. */
  static void add(Handle handle, List<Run> runs) {
    Map<Key, Run> some = new HashMap<>();
    Map<Key, JobUse> sums = new HashMap<>();
    for (Run run : runs) {
      Key key = new Key(day(run.endedAt()), Ids.job(run.subjob()));
      some.put(key, run);
      sums.merge(key, JobUse.of(run), JobUse::plus);
    }
    sums.forEach(
        (key, use) -> {
          if (more(handle, key, use) == 0) {
            begin(handle, key, some.get(key), use);
          }
        });
  }

  private static int more(Handle handle, Key key, JobUse use) {
    return handle.execute(
        "UPDATE job_use SET runs = runs + ?, completed = completed + ?, core_seconds ="
            + " core_seconds + ?, lost_seconds = lost_seconds + ?, measured_seconds ="
            + " measured_seconds + ?, cpu_seconds = cpu_seconds + ?, memory_asked = memory_asked"
            + " + ?, memory_used = memory_used + ?, time_used = time_used + ?, time_expected ="
            + " time_expected + ?, time_allowed = time_allowed + ?, memory_bytes = GREATEST(memory_bytes, ?),"
            + " peak_memory = GREATEST(peak_memory, ?) WHERE on_day = ? AND job = ?",
        use.runs(),
        use.completed(),
        use.coreSeconds(),
        use.lostSeconds(),
        use.measuredSeconds(),
        use.cpuSeconds(),
        use.memoryAsked(),
        use.memoryUsed(),
        use.timeUsed(),
        use.timeExpected(),
        use.timeAllowed(),
        use.memoryBytes(),
        use.peakMemory(),
        key.day(),
        key.job());
  }

  private static void begin(Handle handle, Key key, @Nullable Run run, JobUse use) {
    if (run == null) {
      throw new IllegalStateException("sums of no run");
    }
    handle.execute(
        "INSERT INTO job_use (on_day, job, owner, app, job_name, "
            + COLUMNS
            + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        key.day(),
        key.job(),
        run.owner(),
        run.app(),
        run.jobName(),
        use.runs(),
        use.completed(),
        use.coreSeconds(),
        use.lostSeconds(),
        use.measuredSeconds(),
        use.cpuSeconds(),
        use.memoryAsked(),
        use.memoryUsed(),
        use.timeUsed(),
        use.timeExpected(),
        use.timeAllowed(),
        use.memoryBytes(),
        use.peakMemory());
  }

  /** {@return the UTC day of a time, in days since 1970} */
  public static int day(long millis) {
    return (int) Math.floorDiv(millis, DAY_MILLIS);
  }

  /** A job and what it used. */
  public record OfJob(long job, String name, String owner, String app, JobUse use) {
    private OfJob plus(OfJob other) {
      String last = name.compareTo(other.name) >= 0 ? name : other.name;
      return new OfJob(job, last, owner, app, use.plus(other.use));
    }
  }

  /**
   * A person's part of a bucket of the picture.
   *
   * @param day the bucket's first
   */
  public record Point(int day, String owner, JobUse use) {}

  /**
   * What was used since a day.
   *
   * @param largest the jobs with the most core seconds, at most 50
   * @param points by bucket, in each the people by name
   */
  public record Summary(
      Map<String, JobUse> people,
      Map<String, JobUse> apps,
      List<OfJob> largest,
      List<Point> points) {}

  /** Decides which sums of a job and day count. */
  @FunctionalInterface
  public interface Part {
    /**
     * {@return whether the sums of a job and day count}
     *
     * @param day in days since 1970
     */
    boolean holds(String owner, long job, int day);
  }

  /**
   * {@return what was used from a day on}
   *
   * @param owner whose; everybody's when null
   * @param bucketDays how many days a point of the picture has
   */
  public Summary since(int day, @Nullable String owner, int bucketDays) {
    List<String> owners = owner == null ? null : List.of(owner);
    return database.read(handle -> sum(handle, day, owners, (_, _, _) -> true, bucketDays));
  }

  /**
   * The same of a part of some people's.
   *
   * @param owners theirs, and of these what the part says
   */
  public Summary since(int day, List<String> owners, Part part, int bucketDays) {
    return owners.isEmpty()
        ? new Summary(Map.of(), Map.of(), List.of(), List.of())
        : database.read(handle -> sum(handle, day, owners, part, bucketDays));
  }

  /**
   * Reads the rows and adds them up here, a bucket at a time: H2 takes ten times as long to group
   * them as to read them, and writes what it reads to a file when it is more than some thousand.
   */
  private static Summary sum(
      Handle handle, int day, @Nullable List<String> owners, Part part, int bucketDays) {
    Map<String, JobUse> people = new TreeMap<>();
    Map<String, JobUse> apps = new TreeMap<>();
    Map<Long, OfJob> jobs = new HashMap<>();
    List<Point> points = new ArrayList<>();
    int last = newest(handle);
    for (int begin = day; begin <= last; begin += bucketDays) {
      Map<String, JobUse> parts = new TreeMap<>();
      for (OfJob row : rows(handle, begin, begin + bucketDays, owners, part)) {
        people.merge(row.owner(), row.use(), JobUse::plus);
        apps.merge(row.app(), row.use(), JobUse::plus);
        parts.merge(row.owner(), row.use(), JobUse::plus);
        jobs.merge(row.job(), row, OfJob::plus);
      }
      int from = begin;
      parts.forEach((person, use) -> points.add(new Point(from, person, use)));
    }
    List<OfJob> largest =
        jobs.values().stream()
            .sorted(
                Comparator.comparingDouble((OfJob one) -> one.use().coreSeconds())
                    .thenComparingLong(OfJob::job)
                    .reversed())
            .limit(LARGEST)
            .toList();
    return new Summary(people, apps, largest, points);
  }

  private static int newest(Handle handle) {
    return handle
        .createQuery("SELECT COALESCE(MAX(on_day), 0) FROM job_use")
        .mapTo(Integer.class)
        .one();
  }

  private static List<OfJob> rows(
      Handle handle, int from, int to, @Nullable List<String> owners, Part part) {
    List<OfJob> found = new ArrayList<>();
    Query query =
        handle
            .createQuery(
                "SELECT job, job_name, owner, app, "
                    + COLUMNS
                    + ", on_day FROM job_use WHERE on_day >= :from AND on_day < :to"
                    + (owners == null ? "" : OF_OWNERS))
            .bind("from", from)
            .bind("to", to);
    (owners == null ? query : query.bindList("owners", owners))
        .map(
            (rows, _) -> {
              OfJob one = ofJob(rows);
              return part.holds(one.owner(), one.job(), rows.getInt("on_day")) && found.add(one);
            })
        .list();
    return found;
  }

  /**
   * Hands over every job of which runs ended from a day on, by number; reads by pages.
   *
   * @param owners whose; everybody's when null
   * @param part of these what counts
   */
  public void each(
      int day, @Nullable List<String> owners, Part part, Consumer<List<OfJob>> visitor) {
    if (owners != null && owners.isEmpty()) {
      return;
    }
    long last = 0;
    while (true) {
      long after = last;
      long to = database.read(handle -> endOfPage(handle, day, owners, after));
      if (to == 0) {
        return;
      }
      List<OfJob> page = database.read(handle -> page(handle, day, owners, part, after, to));
      if (!page.isEmpty()) {
        visitor.accept(page);
      }
      last = to;
    }
  }

  private static long endOfPage(Handle handle, int day, @Nullable List<String> owners, long after) {
    Query query =
        handle
            .createQuery(
                "SELECT COALESCE(MAX(job), 0) FROM (SELECT DISTINCT job FROM job_use"
                    + " WHERE on_day >= :day AND job > :after"
                    + (owners == null ? "" : OF_OWNERS)
                    + " ORDER BY job FETCH FIRST "
                    + AT_ONCE
                    + " ROWS ONLY)")
            .bind("day", day)
            .bind("after", after);
    return (owners == null ? query : query.bindList("owners", owners)).mapTo(Long.class).one();
  }

  private static List<OfJob> page(
      Handle handle, int day, @Nullable List<String> owners, Part part, long after, long to) {
    Map<Long, OfJob> jobs = new TreeMap<>();
    Query query =
        handle
            .createQuery(
                "SELECT job, job_name, owner, app, "
                    + COLUMNS
                    + ", on_day FROM job_use WHERE on_day >= :day AND job > :after AND job <= :to"
                    + (owners == null ? "" : OF_OWNERS))
            .bind("day", day)
            .bind("after", after)
            .bind("to", to);
    (owners == null ? query : query.bindList("owners", owners))
        .map(
            (rows, _) -> {
              OfJob one = ofJob(rows);
              return part.holds(one.owner(), one.job(), rows.getInt("on_day"))
                  && jobs.merge(one.job(), one, OfJob::plus) != null;
            })
        .list();
    return List.copyOf(jobs.values());
  }

  private static OfJob ofJob(ResultSet rows) throws SQLException {
    return new OfJob(
        rows.getLong(1), rows.getString(2), rows.getString(3), rows.getString(4), use(rows, 5));
  }

  private static JobUse use(ResultSet rows, int first) throws SQLException {
    return new JobUse(
        rows.getLong(first),
        rows.getLong(first + 1),
        rows.getDouble(first + 2),
        rows.getDouble(first + 3),
        rows.getDouble(first + 4),
        rows.getDouble(first + 5),
        rows.getDouble(first + 6),
        rows.getDouble(first + 7),
        rows.getDouble(first + 8),
        rows.getDouble(first + 9),
        rows.getDouble(first + 10),
        rows.getLong(first + 11),
        rows.getLong(first + 12));
  }

  /**
   * What a job's subjobs used in their last tries.
   *
   * @param measured subjobs that ended and told
   * @param cpuSeconds null when none told
   * @param peakMemory of the one that used most, in bytes; null when none told
   */
  public record Measured(
      int measured,
      double wallSeconds,
      double longestSeconds,
      @Nullable Double cpuSeconds,
      @Nullable Long peakMemory) {}

  /** {@return what the subjobs of a job used that is still there} */
  public Measured measured(long job) {
    return database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT COUNT(*), COALESCE(SUM(wall_seconds), 0),"
                        + " COALESCE(MAX(wall_seconds), 0), SUM(cpu_seconds), MAX(peak_memory)"
                        + " FROM subjob WHERE id >= ? AND id < ? AND state IN ('C', 'F')"
                        + " AND cpu_seconds IS NOT NULL AND wall_seconds > 0")
                .bind(0, Ids.subjob(job, 0))
                .bind(1, Ids.first(job + 1))
                .map(
                    (rows, context) -> {
                      double cpu = rows.getDouble(4);
                      Double cpuSeconds = rows.wasNull() ? null : (Double) cpu;
                      long peak = rows.getLong(5);
                      Long peakMemory = rows.wasNull() || peak == 0 ? null : (Long) peak;
                      return new Measured(
                          rows.getInt(1),
                          rows.getDouble(2),
                          rows.getDouble(3),
                          cpuSeconds,
                          peakMemory);
                    })
                .one());
  }

  /** Forgets days before one. */
  void prune(int day) {
    database.update(handle -> handle.execute("DELETE FROM job_use WHERE on_day < ?", day));
  }
}
