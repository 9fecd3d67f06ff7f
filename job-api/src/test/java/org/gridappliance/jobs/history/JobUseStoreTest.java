package org.gridappliance.jobs.history;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.reducing;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.fail;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.gridappliance.jobs.job.Database;
import org.gridappliance.jobs.job.Ids;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Sums over 20,000 runs of 2,000 jobs, in soak five times as many, against the sums of the runs
 * themselves.
 */
class JobUseStoreTest {
  private static final int RUNS = Boolean.getBoolean("soak") ? 100_000 : 20_000;
  private static final int JOBS = RUNS / 10;
  private static final long NOW = 1_900_000_000_000L;

  private static final List<Run.State> UNFINISHED =
      List.of(Run.State.FAILED, Run.State.RETRIED, Run.State.REMOVED);

  @TempDir static Path folder;
  private static HikariDataSource source;
  private static Database database;
  private static JobUseStore store;
  private static final List<Run> all = new ArrayList<>();

  @BeforeAll
  static void fill() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:h2:file:" + folder.resolve("db"));
    config.setUsername("sa");
    source = new HikariDataSource(config);
    database = Database.open(source);
    store = new JobUseStore(database);
    Random random = new Random(11);
    for (int i = 1; i <= RUNS; i++) {
      all.add(run(random, 1 + random.nextInt(JOBS), NOW - (RUNS - i) * (25_000_000_000L / RUNS)));
    }
    for (int from = 0; from < RUNS; from += 10_000) {
      List<Run> some = all.subList(from, from + 10_000);
      database.update(handle -> RunStore.add(handle, some));
    }
  }

  private static Run run(Random random, long job, long end) {
    double wall = random.nextInt(7200);
    boolean done = random.nextInt(10) > 0;
    return new Run(
        0,
        Ids.subjob(job, random.nextInt(50) - 1),
        "person" + job % 7,
        "job " + job,
        "app" + job % 3,
        "local",
        "m",
        done ? Run.State.COMPLETED : UNFINISHED.get(random.nextInt(3)),
        1,
        end - (long) (wall * 1000),
        end,
        wall,
        random.nextInt(5) > 0 ? (Double) (wall * random.nextDouble()) : null,
        1 + random.nextInt(4),
        (1L + random.nextInt(4)) << 30,
        random.nextInt(6) > 0 ? (Long) (long) (random.nextDouble() * (1L << 30)) : null,
        0,
        null,
        null,
        random.nextInt(600),
        random.nextInt(4) > 0 ? 7200 : 0);
  }

  @AfterAll
  static void close() {
    database.close();
    source.close();
  }

  private static <K> Map<K, JobUse> model(int from, String owner, Function<Run, K> by) {
    return all.stream()
        .filter(run -> JobUseStore.day(run.endedAt()) >= from)
        .filter(run -> owner == null || run.owner().equals(owner))
        .collect(groupingBy(by, reducing(JobUse.NONE, JobUse::of, JobUse::plus)));
  }

  private static void assertSame(JobUse wanted, JobUse found) {
    assertNotNull(wanted);
    assertNotNull(found);
    assertEquals(wanted.runs(), found.runs());
    assertEquals(wanted.completed(), found.completed());
    assertEquals(wanted.memoryBytes(), found.memoryBytes());
    assertEquals(wanted.peakMemory(), found.peakMemory());
    assertClose(wanted.coreSeconds(), found.coreSeconds());
    assertClose(wanted.lostSeconds(), found.lostSeconds());
    assertClose(wanted.measuredSeconds(), found.measuredSeconds());
    assertClose(wanted.cpuSeconds(), found.cpuSeconds());
    assertClose(wanted.memoryAsked(), found.memoryAsked());
    assertClose(wanted.memoryUsed(), found.memoryUsed());
    assertClose(wanted.timeUsed(), found.timeUsed());
    assertClose(wanted.timeExpected(), found.timeExpected());
    assertClose(wanted.timeAllowed(), found.timeAllowed());
  }

  /** Additions in another order differ in the last bits. */
  private static void assertClose(double wanted, double found) {
    assertEquals(wanted, found, 1e-9 * Math.max(1, wanted));
  }

  private static <K> void assertSame(Map<K, JobUse> wanted, Map<K, JobUse> found) {
    assertEquals(wanted.keySet(), found.keySet());
    wanted.forEach((key, use) -> assertSame(use, found.get(key)));
  }

  @ParameterizedTest
  @CsvSource({"7, 1,", "91, 7,", "364, 28,", "30, 1, person3", "364, 28, nobody"})
  void aPeriodIsTheSumOfItsRuns(int days, int bucketDays, String owner) {
    int from = JobUseStore.day(NOW) - days + 1;
    long start = System.nanoTime();
    JobUseStore.Summary found = store.since(from, owner, bucketDays);
    System.out.printf(
        "usage, %,d runs, %d days of %s: %.0f ms%n",
        RUNS, days, owner, (System.nanoTime() - start) / 1e6);
    assertSame(model(from, owner, Run::owner), found.people());
    assertSame(model(from, owner, Run::app), found.apps());
    Map<List<Object>, JobUse> points =
        model(
            from,
            owner,
            run ->
                List.of(
                    from + (JobUseStore.day(run.endedAt()) - from) / bucketDays * bucketDays,
                    run.owner()));
    assertEquals(points.size(), found.points().size());
    found
        .points()
        .forEach(one -> assertSame(points.get(List.of(one.day(), one.owner())), one.use()));
    Map<Long, JobUse> jobs = model(from, owner, run -> Ids.job(run.subjob()));
    List<Double> largest =
        jobs.values().stream()
            .map(JobUse::coreSeconds)
            .sorted((a, b) -> Double.compare(b, a))
            .limit(50)
            .toList();
    assertEquals(largest.size(), found.largest().size());
    for (int i = 0; i < largest.size(); i++) {
      JobUseStore.OfJob one = found.largest().get(i);
      assertClose(largest.get(i), one.use().coreSeconds());
      assertSame(jobs.get(one.job()), one.use());
      assertEquals("job " + one.job(), one.name());
    }
    List<Long> walked = new ArrayList<>();
    store.each(
        from,
        owner == null ? null : List.of(owner),
        (_, _, _) -> true,
        page ->
            page.forEach(
                one -> {
                  walked.add(one.job());
                  assertSame(jobs.get(one.job()), one.use());
                }));
    assertEquals(jobs.keySet().stream().sorted().toList(), walked);
  }

  @Test
  void ofSomePeopleOnlyThePartIsHandedOver() {
    int from = JobUseStore.day(NOW) - 30;
    List<String> owners = List.of("person1", "person3");
    Map<Long, JobUse> found = new HashMap<>();
    store.each(
        from,
        owners,
        (owner, job, day) -> owner.equals("person3") && day > from,
        page -> page.forEach(one -> found.put(one.job(), one.use())));
    assertSame(model(from + 1, "person3", run -> Ids.job(run.subjob())), found);
    store.each(from, List.of(), (_, _, _) -> true, page -> fail("of nobody " + page));
  }

  @Test
  void runsOfBeforeAreSummedWhenTheTableIsMade() throws Exception {
    int from = JobUseStore.day(NOW) - 364;
    String migration;
    try (var file = JobUseStoreTest.class.getResourceAsStream("/db/jobs/V173__job_use.sql")) {
      migration =
          new String(java.util.Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
    }
    String select =
        migration
            .substring(migration.indexOf("INSERT INTO job_use") + "INSERT INTO job_use".length())
            .strip()
            .replaceAll(";$", "");
    database.update(
        handle -> {
          handle.execute("CREATE TABLE kept AS SELECT * FROM job_use");
          handle.execute("DELETE FROM job_use");
          handle.execute(
              "INSERT INTO job_use (on_day, job, owner, app, job_name, runs, completed,"
                  + " core_seconds, lost_seconds, measured_seconds, cpu_seconds, memory_asked,"
                  + " memory_used, memory_bytes, peak_memory) "
                  + select);
        });
    try {
      assertSame(untimed(model(from, null, Run::owner)), store.since(from, null, 28).people());
      assertSame(untimed(model(from, null, Run::app)), store.since(from, null, 28).apps());
    } finally {
      database.update(
          handle -> {
            handle.execute("DELETE FROM job_use");
            handle.execute("INSERT INTO job_use SELECT * FROM kept");
            handle.execute("DROP TABLE kept");
          });
    }
  }

  /** Kept runs do not tell how long they might have taken. */
  private static Map<String, JobUse> untimed(Map<String, JobUse> sums) {
    Map<String, JobUse> untimed = new HashMap<>();
    sums.forEach(
        (name, use) ->
            untimed.put(
                name,
                new JobUse(
                    use.runs(),
                    use.completed(),
                    use.coreSeconds(),
                    use.lostSeconds(),
                    use.measuredSeconds(),
                    use.cpuSeconds(),
                    use.memoryAsked(),
                    use.memoryUsed(),
                    0,
                    0,
                    0,
                    use.memoryBytes(),
                    use.peakMemory())));
    return untimed;
  }
}
