package org.gridappliance.jobs.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.job.Database;
import org.gridappliance.jobs.job.Ids;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The job history with 100,000 runs in a real database. */
class RunStoreTest {
  private static final int RUNS = 100_000;
  private static final long NOW = 1_900_000_000_000L;

  @TempDir static Path folder;
  private static HikariDataSource source;
  private static Database database;
  private static RunStore store;
  private static final List<Run> all = new ArrayList<>();

  @BeforeAll
  static void fill() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:h2:file:" + folder.resolve("db"));
    config.setUsername("sa");
    source = new HikariDataSource(config);
    database = Database.open(source);
    store = new RunStore(database);
    Random random = new Random(7);
    Run.State[] states = Run.State.values();
    String[] apps = {"vina", "blastp", "lammps", "octave"};
    for (int i = 1; i <= RUNS; i++) {
      long end = NOW - (RUNS - i) * 5_000L;
      double wall = random.nextInt(7200);
      Run.State state = states[Math.max(0, random.nextInt(40) - 36)];
      boolean done = state == Run.State.COMPLETED;
      all.add(
          new Run(
              i,
              Ids.subjob(1 + i / 100, i % 100),
              random.nextInt(3) > 0 ? "ada" : "bob",
              (random.nextInt(9) == 0 ? "Melt " : "run ") + i / 100,
              apps[random.nextInt(4)],
              random.nextBoolean() ? "local" : "condor",
              "10.77.0." + random.nextInt(200),
              state,
              1 + random.nextInt(3),
              end - (long) (wall * 1000),
              end,
              wall,
              done ? wall * random.nextDouble() : null,
              1 + random.nextInt(4),
              2L << 30,
              done ? (Long) (long) (random.nextDouble() * (2L << 30)) : null,
              done ? 0 : random.nextInt(5),
              null,
              done ? null : "it failed"));
    }
    for (int from = 0; from < RUNS; from += 10_000) {
      store.add(all.subList(from, from + 10_000));
    }
  }

  @AfterAll
  static void close() {
    database.close();
    source.close();
  }

  private static Predicate<Run> meaning(String query) {
    return switch (query) {
      case "" -> run -> true;
      case "state:failed,removed" ->
          run -> run.state() == Run.State.FAILED || run.state() == Run.State.REMOVED;
      case "-state:completed app:vina,octave" ->
          run ->
              run.state() != Run.State.COMPLETED && List.of("vina", "octave").contains(run.app());
      case "MELT machine:10.77.0.7" ->
          run -> run.jobName().startsWith("Melt") && run.machine().equals("10.77.0.7");
      case "end<1h pool:condor" ->
          run -> run.endedAt() > NOW - 3_600_000 && run.pool().equals("condor");
      case "took>1h exit:3" ->
          run -> run.wallSeconds() > 3600 && Integer.valueOf(3).equals(run.exitCode());
      case "memory>1.5GiB" -> run -> run.peakMemory() != null && run.peakMemory() > 3L << 29;
      case "-memory>1.5GiB" -> run -> run.peakMemory() == null || run.peakMemory() <= 3L << 29;
      case "job:77" -> run -> Ids.job(run.subjob()) == 77;
      case "try:3 start>2d" -> run -> run.attempt() == 3 && run.startedAt() < NOW - 172_800_000;
      default -> throw new IllegalArgumentException(query);
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''",
        "state:failed,removed",
        "-state:completed app:vina,octave",
        "MELT machine:10.77.0.7",
        "end<1h pool:condor",
        "took>1h exit:3",
        "memory>1.5GiB",
        "-memory>1.5GiB",
        "job:77",
        "try:3 start>2d"
      })
  void aFilterFindsWhatItSays(String query) {
    for (String owner : new String[] {null, "bob"}) {
      List<Run> wanted =
          all.reversed().stream()
              .filter(meaning(query))
              .filter(run -> owner == null || owner.equals(run.owner()))
              .toList();
      RunFilter filter = RunFilter.parse(query, NOW);
      long start = System.nanoTime();
      RunStore.Page page = store.list(owner, filter, 0, 50);
      System.out.printf(
          "history, %,d runs, \"%s\" of %s: %.0f ms%n",
          RUNS, query, owner, (System.nanoTime() - start) / 1e6);
      assertEquals(wanted.stream().limit(50).toList(), page.runs());
      assertEquals(Math.min(wanted.size(), RunStore.MOST_COUNTED), page.count());
      List<Run> walked = new ArrayList<>();
      store.each(owner, filter, walked::addAll);
      assertEquals(wanted, walked);
    }
  }

  @Test
  void aPersonsPageIsReadFromTheIndexOfHis() {
    String plan =
        database.read(
            handle ->
                handle
                    .createQuery(
                        "EXPLAIN SELECT 1 FROM past_run WHERE owner = 'ada' AND id < 5000"
                            + " AND state IN ('F', 'R') AND ended_at > 5"
                            + " FETCH FIRST 10001 ROWS ONLY")
                    .mapTo(String.class)
                    .one());
    assertTrue(plan.contains("PAST_RUN_OWNER"), plan);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "state:idle | want states of completed, failed, retried, removed",
        "memory>much | want an amount as 500M, 2G or 2GiB",
        "took:1h | want < or > here",
        "job:999999999999999 | want a job's number",
        "exit>x | want a whole number",
        "tag:paper | there is no \"tag\"; known are state, app, owner, machine"
      })
  void whatCannotBeIsNamed(String query, String message) {
    Problem problem = assertThrows(Problem.class, () -> RunFilter.parse(query, NOW));
    assertTrue(String.valueOf(problem.getMessage()).contains(message), problem.getMessage());
  }

  @Test
  void theOldestBeyondTheBoundAndTheYearAreForgotten(@TempDir Path other) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:h2:file:" + other.resolve("db"));
    config.setUsername("sa");
    try (HikariDataSource small = new HikariDataSource(config);
        Database fresh = Database.open(small)) {
      RunStore runs = new RunStore(fresh);
      runs.add(all.subList(0, 25_000));
      runs.prune(NOW, 1_000);
      assertEquals(1_000, runs.list(null, RunFilter.parse("", NOW), 0, 1).count());
      assertEquals(all.get(24_000).endedAt(), runs.oldest().orElseThrow());
      runs.prune(all.get(24_990).endedAt() + RunStore.KEPT.toMillis(), 1_000);
      assertEquals(10, runs.list(null, RunFilter.parse("", NOW), 0, 1).count());
    }
  }
}
