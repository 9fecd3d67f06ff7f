package org.gridappliance.portal.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What H2 acknowledges survives kill -9, with the options the portal opens it with. Space is reused
 * at once here ({@code RETENTION_TIME=0}), which shows within seconds what else takes hours: a
 * version of H2 that falls back to an older state (2.5.252 does). Statistics are off with it: H2
 * makes them outside of any statement, where only the retention time keeps what they read.
 */
@Tag("slow")
class CommitSurvivesKillTest {
  private static final int KILLS = Boolean.getBoolean("soak") ? 200 : 10;
  private static final long SEED = Long.getLong("seed", 11);
  private static final int WRITERS = 4;

  @TempDir Path folder;

  @Test
  void everyAcknowledgedCommitIsThereAfterKillNine() throws Exception {
    System.out.println("CommitSurvivesKillTest seed=" + SEED + " kills=" + KILLS);
    Random random = new Random(SEED);
    long[] acknowledged = new long[WRITERS];
    for (int kill = 0; kill < KILLS; kill++) {
      Process writers = start();
      try (BufferedReader said = writers.inputReader(StandardCharsets.UTF_8)) {
        long[] found = numbers(String.valueOf(said.readLine()));
        for (int i = 0; i < WRITERS; i++) {
          assertTrue(
              found[i] >= acknowledged[i],
              "writer %d after kill %d: acknowledged %d, found %d"
                  .formatted(i, kill, acknowledged[i], found[i]));
        }
        Thread killer =
            Thread.startVirtualThread(
                () -> {
                  LockSupport.parkNanos(1_000_000L * (100 + random.nextInt(900)));
                  writers.toHandle().destroyForcibly(); // leaves what it said readable
                });
        for (String line = said.readLine(); line != null; line = said.readLine()) {
          long[] commit = numbers(line);
          acknowledged[(int) commit[0]] = commit[1];
        }
        killer.join();
        assertEquals(137, writers.waitFor(), "ended by the kill and nothing else");
      }
    }
  }

  private Process start() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            Writers.class.getName(),
            Database.url(folder.resolve("test")) + ";RETENTION_TIME=0;ANALYZE_AUTO=0")
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static long[] numbers(String line) {
    return Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
  }

  /** Says what it finds, then commits from several threads and says each commit once it is made. */
  static final class Writers {
    private Writers() {}

    public static void main(String[] arguments) throws SQLException {
      long[] found = new long[WRITERS];
      try (Connection connection = connect(arguments[0])) {
        connection
            .createStatement()
            .execute("create table if not exists seen (writer int primary key, n bigint)");
        connection
            .createStatement()
            .execute("create table if not exists filler (id bigint primary key, text varchar)");
        try (ResultSet rows =
            connection.createStatement().executeQuery("select writer, n from seen")) {
          while (rows.next()) {
            found[rows.getInt(1)] = rows.getLong(2);
          }
        }
        say(found);
        for (int i = 0; i < WRITERS; i++) {
          int writer = i;
          Thread.ofPlatform().start(() -> write(arguments[0], writer, found[writer]));
        }
        LockSupport.park(); // until killed; keeps the database open
      }
    }

    private static void write(String url, int writer, long from) {
      Random random = new Random();
      try (Connection connection = connect(url);
          PreparedStatement fill = connection.prepareStatement("merge into filler values (?, ?)");
          PreparedStatement note = connection.prepareStatement("merge into seen values (?, ?)")) {
        connection.setAutoCommit(false);
        for (long n = from + 1; ; n++) {
          for (int rows = random.nextInt(40); rows >= 0; rows--) {
            fill.setLong(1, writer * 100_000L + random.nextInt(2_000));
            fill.setString(2, "x".repeat(random.nextInt(400)));
            fill.addBatch();
          }
          fill.executeBatch();
          note.setInt(1, writer);
          note.setLong(2, n);
          note.executeUpdate();
          connection.commit();
          say(writer, n);
        }
      } catch (SQLException e) {
        e.printStackTrace();
        Runtime.getRuntime().halt(1);
      }
    }

    private static Connection connect(String url) throws SQLException {
      return DriverManager.getConnection(url, "sa", "");
    }

    private static synchronized void say(long... numbers) {
      StringBuilder line = new StringBuilder();
      for (long number : numbers) {
        line.append(line.isEmpty() ? "" : " ").append(number);
      }
      System.out.println(line);
    }
  }
}
