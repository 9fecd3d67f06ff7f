package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.gridappliance.jobs.lease.Lease;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Results in the home, through HTTP. */
class DeliveryTest {
  private static final String TABLE = "word\tn\na\t1\nb\t1\n";

  @TempDir Path data;
  private TestPortal portal;

  @BeforeEach
  void start() throws Exception {
    TestApps.install(data);
    portal = new TestPortal(data, Clock.systemUTC());
    Files.writeString(portal.home("ann").resolve("words.txt"), "a\nb\n");
  }

  @AfterEach
  void stop() {
    portal.close();
  }

  private long submit(String name, int chunks) {
    return portal.submit(
        "ann",
        Map.of(
            "app", "count", "name", name, "inputs", Map.of("data", "words.txt"), "chunks", chunks));
  }

  private long completed(String name) {
    TestExecutor executor = new TestExecutor(() -> portal, "one", 2);
    long id = submit(name, 1);
    executor.work(lease -> JobLifeTest.count(executor, lease));
    return id;
  }

  private JsonNode delivered(long id, String state) {
    TestPortal.await(
        "delivery " + state, () -> results(id).at("/home/state").asText().equals(state));
    return results(id);
  }

  private JsonNode results(long id) {
    return portal.get("ann", "/jobs/" + id + "/results").json();
  }

  private Path home() {
    return portal.home("ann");
  }

  private List<String> folders() throws IOException {
    try (Stream<Path> list = Files.list(home().resolve("jobs"))) {
      return list.map(one -> one.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void completedResultsAreOrdinaryFilesOfTheHome() throws IOException {
    long id = completed("first search");
    String folder = delivered(id, "copied").at("/home/folder").asText();
    assertEquals("jobs/" + id + "-first search", folder);
    assertEquals(TABLE, Files.readString(home().resolve(folder).resolve("counts.tsv")));
  }

  @Test
  void whatAPersonDoesWithTheCopyDoesNotChangeTheJobsOwn() throws IOException {
    long id = completed("mine");
    Path copy = home().resolve(delivered(id, "copied").at("/home/folder").asText());
    Files.writeString(copy.resolve("counts.tsv"), "edited");
    assertEquals(TABLE, portal.get("ann", "/jobs/" + id + "/results/counts.tsv").text());
    portal.post("ann", "/jobs/" + id + "/copy-results", Map.of());
    TestPortal.await(
        "a second copy", () -> results(id).at("/home/folder").asText().endsWith("(2)"));
    assertEquals("edited", Files.readString(copy.resolve("counts.tsv")));
  }

  @Test
  void aHostileNameStaysInItsFolder() throws IOException {
    long id = completed("../../../" + "ü".repeat(180) + "/\u202Egpj\n");
    String folder = delivered(id, "copied").at("/home/folder").asText();
    assertEquals(List.of(folder.substring("jobs/".length())), folders());
    assertTrue(folder.getBytes(StandardCharsets.UTF_8).length <= 255 + 5, folder);
    assertFalse(Files.exists(data.resolve("users/jobs")));
  }

  @Test
  void aFullQuotaIsSaidAndTheButtonTriesAgain() {
    portal.homes.room = 3;
    long id = completed("big");
    assertEquals(
        "the quota has room for 3 bytes; delete files, then try again",
        delivered(id, "refused").at("/home/message").asText());
    assertEquals("Completed", portal.state("ann", id));
    portal.homes.room = Long.MAX_VALUE;
    assertEquals(404, portal.post("bob", "/jobs/" + id + "/copy-results", Map.of()).status());
    assertEquals(200, portal.post("ann", "/jobs/" + id + "/copy-results", Map.of()).status());
    delivered(id, "copied");
  }

  @Test
  void aCancelledJobKeepsWhatItsSubjobsDelivered() throws IOException {
    TestExecutor executor = new TestExecutor(() -> portal, "one", 2);
    long id = submit("half", 2);
    List<Lease> leases = executor.lease(1, 0);
    executor.report(List.of(JobLifeTest.count(executor, leases.getFirst())));
    portal.post("ann", "/jobs/" + id + "/cancel", Map.of());
    JsonNode results = delivered(id, "copied");
    assertTrue(results.path("partial").asBoolean());
    assertEquals("jobs/" + id + "-half (partial)", results.at("/home/folder").asText());
    assertEquals(
        "word\tn\na\t1\n", portal.get("ann", "/jobs/" + id + "/results/counts.tsv").text());
    assertEquals(
        1, portal.get("ann", "/jobs/" + id + "/tables/counts").json().path("count").asInt());
    assertEquals(200, portal.post("ann", "/jobs/" + id + "/resubmit", Map.of()).status());
    assertFalse(results(id).has("home"));
    assertEquals(0, results(id).path("files").size());
    executor.work(lease -> JobLifeTest.count(executor, lease));
    assertFalse(delivered(id, "copied").path("partial").asBoolean());
    assertEquals(List.of(id + "-half", id + "-half (partial)"), folders());
  }

  @Test
  void outputsThatDoNotMergeAreKeptAsTheSubjobsLeftThem() {
    TestExecutor executor = new TestExecutor(() -> portal, "one", 2);
    long id = submit("odd", 1);
    Lease lease = executor.lease(1, 0).getFirst();
    byte[] odd = "a\tnot a number\textra\n".getBytes(StandardCharsets.UTF_8);
    executor.report(
        List.of(
            TestExecutor.success(lease, List.of(executor.output(lease, "counts.tsv", odd)), null)));
    TestPortal.await("job fails", () -> portal.state("ann", id).equals("Failed"));
    assertEquals("subjob-0/counts.tsv", delivered(id, "copied").at("/files/0/path").asText());
  }

  @Test
  void aJobThatDeliveredNothingSaysSo() {
    long id = submit("nothing", 1);
    portal.post("ann", "/jobs/" + id + "/cancel", Map.of());
    assertEquals(0, delivered(id, "empty").path("files").size());
  }

  @Test
  void afterACrashBehindTheRenameTheFolderIsNotCopiedAgain() throws Exception {
    long id = completed("once");
    Path folder = home().resolve(delivered(id, "copied").at("/home/folder").asText());
    long inode = (Long) Files.getAttribute(folder, "unix:ino");
    restart("UPDATE JOBS.delivery SET state = 'waiting', inode = " + inode);
    delivered(id, "copied");
    assertEquals(List.of(id + "-once"), folders());
  }

  @Test
  void afterACrashBeforeTheRenameTheFolderIsMade() throws Exception {
    portal.homes.room = 0;
    long id = completed("late");
    delivered(id, "refused");
    Files.createDirectories(making(id).resolve("half"));
    restart("UPDATE JOBS.delivery SET state = 'waiting', folder = 'jobs/x', inode = 1");
    delivered(id, "copied");
    assertEquals(List.of(id + "-late"), folders());
    assertFalse(Files.exists(making(id)));
  }

  @Test
  void whatACrashLeftHalfMadeGoesEvenWhenNobodyWaitsForIt() throws Exception {
    long id = completed("kept");
    delivered(id, "copied");
    Files.createDirectories(making(id + 1).resolve("half")); // of a job that is gone
    restart("UPDATE JOBS.delivery SET state = 'copied'");
    assertFalse(Files.exists(making(id + 1)));
    assertEquals(List.of(id + "-kept"), folders());
  }

  private Path making(long id) throws Exception {
    return home().resolveSibling("making").resolve(Long.toString(id));
  }

  private void restart(String sql) throws Exception {
    portal.close();
    String url = "jdbc:h2:file:" + data.resolve("db/appliance") + ";WRITE_DELAY=0";
    try (Connection connection = DriverManager.getConnection(url, "sa", "")) {
      assertEquals(1, connection.createStatement().executeUpdate(sql));
    }
    portal = new TestPortal(data, Clock.systemUTC());
  }
}
