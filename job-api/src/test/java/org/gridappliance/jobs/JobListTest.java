package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.gridappliance.jobs.job.Database;
import org.gridappliance.jobs.job.JobFilter;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.job.JobState;
import org.gridappliance.jobs.job.JobStore;
import org.gridappliance.jobs.job.StorageException;
import org.gridappliance.jobs.job.SubmissionKeys;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The list of jobs: filters, cursor, labels, views, saved settings; and a large one. */
class JobListTest {
  @TempDir static Path folder;
  private static TestPortal portal;
  private static ManualClock clock;

  @BeforeAll
  static void start() throws Exception {
    clock = new ManualClock();
    TestApps.install(folder);
    portal = new TestPortal(folder, clock);
  }

  @AfterAll
  static void stop() {
    portal.close();
  }

  private static long submit(String user, String name) {
    return portal.submit(user, Map.of("app", "slow", "inputs", Map.of(), "name", name));
  }

  private static JsonNode list(String user, String query) {
    TestPortal.Answer answer =
        portal.get(user, "/jobs?q=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
    assertEquals(200, answer.status(), answer.text());
    return answer.json();
  }

  private static List<String> names(String user, String query) {
    List<String> names = new ArrayList<>();
    list(user, query).path("jobs").forEach(job -> names.add(job.path("name").asText()));
    return names;
  }

  private static TestPortal.Answer patch(String user, long job, Object body) {
    return portal.send(user, null, "PATCH", "/jobs/" + job, TestPortal.bytes(body));
  }

  private static TestPortal.Answer put(String user, String path, Object body) {
    return portal.send(user, null, "PUT", path, TestPortal.bytes(body));
  }

  @Test
  void filtersFindWhatTheySay() {
    long first = submit("eve", "first of all");
    submit("eve", "second");
    long third = submit("eve", "third of all");
    assertEquals(200, portal.post("eve", "/jobs/" + third + "/cancel", Map.of()).status());
    assertEquals(
        200,
        patch("eve", first, Map.of("tags", List.of("paper", "x"), "note", "for table 2")).status());
    assertEquals(List.of("third of all", "second", "first of all"), names("eve", ""));
    assertEquals(List.of("third of all"), names("eve", "state:removed"));
    assertEquals(List.of("second", "first of all"), names("eve", "-state:removed,failed"));
    assertEquals(List.of("first of all"), names("eve", "tag:paper app:slow"));
    assertEquals(List.of("third of all", "second"), names("eve", "-tag:x"));
    assertEquals(List.of("third of all", "first of all"), names("eve", "\"OF ALL\""));
    assertEquals(List.of("first of all"), names("eve", "all -state:removed submitted<1h"));
    assertEquals(List.of(), names("eve", "submitted>1h"));
    assertEquals(List.of("first of all"), names("eve", "id:" + first));
    assertEquals(List.of(), names("mallory", "tag:paper"));
    JsonNode one = list("eve", "id:" + first).path("jobs").get(0);
    assertEquals(
        "[\"paper\",\"x\"] for table 2", one.path("tags") + " " + one.path("note").asText());
    assertEquals(404, patch("mallory", first, Map.of("note", "mine")).status());
  }

  @Test
  void archivedJobsAreListedOnlyWhenAskedFor() {
    long job = submit("olga", "old");
    submit("olga", "new");
    assertEquals(200, patch("olga", job, Map.of("archived", true)).status());
    assertEquals(List.of("new"), names("olga", ""));
    assertEquals(List.of("old"), names("olga", "is:archived"));
    assertEquals(1, list("olga", "").path("count").asInt());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          state:sleeping   | the filter's "state:sleeping": want states of idle, running, suspended, held
          colour:red       | the filter's "colour:red": there is no "colour"; known are state, app
          start:1d         | the filter's "start:1d": want < or > here
          start>soon       | the filter's "start>soon": want an age as 30s, 10min, 2h, 1d or 1w, or a day
          id:x             | the filter's "id:x": want a whole number
          state>held       | the filter's "state>held": want ":" here
          "open            | the filter's ""open": want words and terms
          """)
  void aBadTermIsNamedWithWhatWasWanted(String query, String message) {
    TestPortal.Answer answer =
        portal.get("eve", "/jobs?q=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
    assertEquals(400, answer.status());
    assertTrue(answer.json().path("detail").asText().startsWith(message), answer.text());
  }

  @Test
  void viewsAreKeptByPerson() {
    assertEquals(200, put("ivy", "/views/Waiting", Map.of("query", "state:idle")).status());
    assertEquals(200, put("ivy", "/views/Waiting", Map.of("query", "state:idle,held")).status());
    assertEquals(400, put("ivy", "/views/Bad", Map.of("query", "state:no")).status());
    assertEquals(
        "[{\"name\":\"Waiting\",\"query\":\"state:idle,held\"}]",
        portal.get("ivy", "/views").json().path("views").toString());
    assertEquals("[]", portal.get("eve", "/views").json().path("views").toString());
    assertEquals(204, portal.delete("ivy", "/views/Waiting").status());
    assertEquals(404, portal.delete("ivy", "/views/Waiting").status());
  }

  @Test
  void twoTabsThatEditOneSettingAreToldApart() {
    Map<String, Object> request = Map.of("app", "slow", "inputs", Map.of());
    String path = "/apps/slow/settings/Mine";
    assertEquals(1, put("jan", path, Map.of("request", request)).json().path("version").asInt());
    assertEquals(409, put("jan", path, Map.of("request", request)).status());
    Map<String, Object> change = Map.of("request", request, "version", 1);
    assertEquals(2, put("jan", path, change).json().path("version").asInt());
    TestPortal.Answer other = put("jan", path, change);
    assertEquals(409, other.status());
    assertTrue(other.text().contains("were changed elsewhere meanwhile"), other.text());
    JsonNode before = portal.get("jan", "/apps/slow/settings").json();
    assertEquals(1, before.path("settings").size());
    assertTrue(before.path("last").isNull());
    submit("jan", "a name");
    assertEquals(
        "a name",
        portal.get("jan", "/apps/slow/settings").json().path("last").path("name").asText());
    assertEquals(0, portal.get("eve", "/apps/slow/settings").json().path("settings").size());
    assertEquals(204, portal.delete("jan", path).status());
  }

  @Test
  void aSubmissionThatIsSentTwiceWithItsKeyIsOneJob() throws Exception {
    Map<String, Object> request = Map.of("app", "slow", "inputs", Map.of(), "name", "once");
    List<Callable<TestPortal.Answer>> tries =
        Collections.nCopies(8, () -> portal.submitOnce("lea", "k-1", request));
    Set<Long> jobs = new HashSet<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<TestPortal.Answer> one : threads.invokeAll(tries)) {
        assertEquals(201, one.get().status(), one.get().text());
        jobs.add(one.get().json().path("id").asLong());
      }
    }
    assertEquals(1, jobs.size());
    assertEquals(List.of("once"), names("lea", ""));
    Map<String, Object> other = Map.of("app", "slow", "inputs", Map.of(), "name", "twice");
    TestPortal.Answer refused = portal.submitOnce("lea", "k-1", other);
    assertEquals(422, refused.status());
    assertTrue(refused.text().contains("take a new key for a new job"), refused.text());
    assertEquals(201, portal.submitOnce("max", "k-1", other).status(), "everybody has own keys");
    assertEquals(400, portal.submitOnce("lea", "a key", request).status());
    clock.advance(SubmissionKeys.KEPT.plusMinutes(1));
    assertEquals(201, portal.submitOnce("lea", "k-1", other).status());
    assertEquals(List.of("twice", "once"), names("lea", ""));
  }

  @Test
  void halfAsMuchMemoryAgainIsAsked() {
    long job = submit("kim", "grows");
    long before = portal.get("kim", "/jobs/" + job).json().path("memoryBytes").asLong();
    assertEquals(200, portal.post("kim", "/jobs/" + job + "/cancel", Map.of()).status());
    String again = "/jobs/" + job + "/resubmit-with-more-memory";
    assertEquals(200, portal.post("kim", again, Map.of()).status());
    JsonNode after = portal.get("kim", "/jobs/" + job).json();
    assertEquals(before * 3 / 2, after.path("memoryBytes").asLong());
    assertEquals("Idle", after.path("state").asText());
    assertEquals(409, portal.post("kim", again, Map.of()).status());
  }

  /** 10,000 jobs here; the aim is p99 ≤ 100 ms at 100,000 on a quiet machine, as soak measures. */
  @Test
  void aLargeListIsFilteredQuickly() throws Exception {
    int jobs = Boolean.getBoolean("soak") ? 100_000 : 10_000;
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:h2:file:" + folder.resolve("large/db"));
    config.setUsername("sa");
    try (HikariDataSource source = new HikariDataSource(config);
        Database database = Database.open(source)) {
      fill(database, jobs);
      JobStore store = new JobStore(database);
      String[] queries = {
        "",
        "state:held app:vina",
        "state:failed start>1d",
        "melt",
        "-state:completed took>1h",
        "tag:paper",
        "failed>0 subjobs>10",
        "submitted<1d"
      };
      List<Map<String, Long>> whose = new ArrayList<>();
      whose.add(Map.of("ada", 0L));
      whose.add(Map.of("ada", 0L, "bob", 500_000_000L, "eve", 0L)); // a group
      whose.add(null); // everybody
      List<Double> millis = new ArrayList<>();
      for (int round = 0; round < 30; round++) {
        for (String query : queries) {
          for (Map<String, Long> since : whose) {
            JobFilter filter = JobFilter.parse(query, 1_000_000_000L);
            Long before = round % 2 == 0 ? null : (long) jobs / 2;
            long start = System.nanoTime();
            JobStore.Page page = store.list(new JobStore.Filter(since, null, filter, before, 50));
            if (round > 2) { // warm by then
              millis.add((System.nanoTime() - start) / 1e6);
            }
            assertTrue(page.count() > 0, query + " finds nothing");
          }
        }
      }
      List<Double> sorted = millis.stream().sorted().toList();
      double p50 = sorted.get(sorted.size() / 2);
      double p99 = sorted.get(sorted.size() * 99 / 100);
      System.out.printf("list of %,d jobs: p50 %.1f ms, p99 %.1f ms%n", jobs, p50, p99);
      assertTrue(p50 < 250, "p50 " + p50 + " ms"); // others may load the machine
    }
  }

  /** What the lines in memory say after any changes is what a store says that reads all anew. */
  @Test
  void listsAgreeWithTheDatabaseAfterAnyChanges() throws Exception {
    long seed = Long.getLong("seed", 20261);
    Random random = new Random(seed);
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:h2:file:" + folder.resolve("agree/db"));
    config.setUsername("sa");
    try (HikariDataSource source = new HikariDataSource(config);
        Database database = Database.open(source)) {
      fill(database, 1000);
      JobStore store = new JobStore(database);
      for (int round = 0; round < 300; round++) {
        long id = 1L + random.nextInt(1000);
        Optional<JobRecord> job = store.find(id);
        switch (random.nextInt(4)) {
          case 0 -> store.label(id, "run " + round, List.of("paper"), null, random.nextBoolean());
          case 1 -> job.ifPresent(j -> store.update(j.with(JobState.HELD, 5L, null, null)));
          case 2 -> job.ifPresent(j -> store.delete(id));
          default -> job.ifPresent(j -> assertThrows(StorageException.class, () -> fail(store, j)));
        }
        if (random.nextInt(10) == 0) {
          String query =
              List.of("", "state:held", "tag:paper", "run", "is:archived").get(round % 5);
          JobFilter filter = JobFilter.parse(query, 1_000_000_000L);
          JobStore.Filter page = new JobStore.Filter("ada", filter, null, 2000);
          assertEquals(
              ids(new JobStore(database).list(page)),
              ids(store.list(page)),
              () -> "seed " + seed + ": " + query);
        }
      }
    }
  }

  private static List<Long> ids(JobStore.Page page) {
    assertEquals(page.count(), page.jobs().size());
    return page.jobs().stream().map(JobRecord::id).toList();
  }

  /** A change that is rolled back. */
  private static void fail(JobStore store, JobRecord job) {
    store.insert(
        job, // its id is there already
        null,
        List.of(),
        List.of(),
        handle -> store.update(handle, job.with(JobState.REMOVED, null, null, null)));
  }

  private static void fill(Database database, int jobs) {
    Random random = new Random(1);
    String[] apps = {"vina", "blastp", "lammps", "octave"};
    String[] states = {"Completed", "Completed", "Completed", "Failed", "Held", "Idle", "Removed"};
    for (int from = 1; from <= jobs; from += 1000) {
      int first = from;
      database.update(
          handle -> {
            try (var batch =
                    handle.prepareBatch(
                        "INSERT INTO job VALUES (?, ?, ?, ?, ?, ?, '{}', '{}', ?, 0, ?, 0, 1, ?, ?,"
                            + " ?, ?, NULL, NULL, NULL, FALSE, NULL, NULL)");
                var tags = handle.prepareBatch("INSERT INTO job_tag VALUES (?, ?)")) {
              for (int id = first; id < first + 1000; id++) {
                String app = apps[random.nextInt(apps.length)];
                long at = 1_000_000_000L - (jobs - id) * 10_000L;
                batch.add(
                    id,
                    random.nextInt(3) > 0 ? "ada" : "bob",
                    (random.nextInt(5) == 0 ? "melt " : "run ") + id,
                    app,
                    app,
                    "0".repeat(64),
                    1 + random.nextInt(100),
                    states[random.nextInt(states.length)],
                    random.nextInt(3),
                    at,
                    at + 1000,
                    at + random.nextInt(10_000_000));
                if (random.nextInt(50) == 0) {
                  tags.add(id, "paper");
                }
              }
              batch.execute();
              tags.execute();
            }
          });
    }
  }
}
