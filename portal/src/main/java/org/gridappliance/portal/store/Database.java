package org.gridappliance.portal.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one database of a portal: H2 in {@code DATA/db/appliance.mv.db}, every commit on disk before
 * it is acknowledged ({@code WRITE_DELAY=0}).
 *
 * <p>It never starts silently empty. A marker file beside the database says that one existed and
 * how often it was opened; a database that is missing, empty, unreadable, or older than the marker
 * says stops the start with one sentence.
 */
public final class Database implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Database.class);

  /** The migrations of this program, in the order of their numbers; a test keeps it so. */
  static final String MIGRATIONS = "1 30 31 60 61 70 80 82 90 91 92 93 94";

  private static final int CONNECTIONS = 8;

  private final HikariDataSource source;
  private final Jdbi jdbi;

  private Database(HikariDataSource source) {
    this.source = source;
    this.jdbi = Jdbi.create(source);
  }

  /**
   * Opens the database of a data folder, or makes it when there never was one.
   *
   * @throws StoreException when it is missing, damaged, or older than it was
   */
  public static Database open(DataFolder data) throws StoreException {
    Path marker = data.resolve("database.marker");
    Path file = data.resolve("db/appliance.mv.db");
    long expected = readMarker(marker);
    if (expected > 0 && fileBytes(file) == 0) {
      throw stop(data, file + " is missing or empty, although a database was there");
    }
    Database database;
    try {
      database = new Database(connect(data.resolve("db/appliance")));
    } catch (HikariPool.PoolInitializationException e) {
      throw stop(data, file + " cannot be read: " + rootMessage(e));
    }
    try {
      long starts = database.migrate(expected > 0);
      if (starts <= expected) {
        throw new SQLException(
            "it is older than the last start ("
                + (starts - 1)
                + " starts, the marker says "
                + expected
                + "; after restoring an older copy on purpose, delete "
                + marker
                + ")");
      }
      DataFolder.writeSecret(marker, starts + "\n");
      return database;
    } catch (SQLException | FlywayException e) {
      database.close();
      throw stop(data, file + " is damaged: " + rootMessage(e));
    } catch (IOException e) {
      database.close();
      throw new StoreException(marker + " cannot be written: " + e);
    }
  }

  static String url(Path file) {
    return "jdbc:h2:file:"
        + file
        + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;CACHE_SIZE=16384;LOCK_TIMEOUT=10000"
        + ";TRACE_LEVEL_FILE=0;TRACE_LEVEL_SYSTEM_OUT=0";
  }

  private static HikariDataSource connect(Path file) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url(file));
    config.setUsername("sa");
    config.setPassword("");
    config.setPoolName("db");
    config.setMaximumPoolSize(CONNECTIONS);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(10_000);
    config.setInitializationFailTimeout(1);
    return new HikariDataSource(config);
  }

  /**
   * Brings the schema up to date; {@return how often the database was opened, this time included}
   */
  private long migrate(boolean existed) throws SQLException {
    if (!MIGRATIONS.equals(migrations())) {
      if (existed && migrations().isEmpty()) {
        throw new SQLException("it holds no tables of a portal");
      }
      Flyway.configure(Database.class.getClassLoader())
          .dataSource(source)
          .schemas("PORTAL")
          .locations("classpath:db/portal")
          .outOfOrder(true) // features take their numbers from ranges of their own
          .load()
          .migrate();
    }
    return jdbi.inTransaction(
        handle -> {
          handle.execute(
              "merge into portal.setting (name, text) values ('starts', coalesce((select"
                  + " cast(cast(text as bigint) + 1 as varchar) from portal.setting where name ="
                  + " 'starts'), '1'))");
          return handle
              .createQuery("select text from portal.setting where name = 'starts'")
              .mapTo(Long.class)
              .one();
        });
  }

  /** The migrations that succeeded, empty in a new database. Asked first: Flyway is slow. */
  private String migrations() throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      try (ResultSet tables =
          statement.executeQuery(
              "select 1 from information_schema.tables where table_schema = 'PORTAL' and table_name"
                  + " = 'flyway_schema_history'")) {
        if (!tables.next()) {
          return "";
        }
      }
      try (ResultSet rows =
          statement.executeQuery(
              "select listagg(\"version\", ' ') within group (order by cast(\"version\" as int)) from"
                  + " portal.\"flyway_schema_history\" where \"success\" and \"version\" is not"
                  + " null")) {
        String versions = rows.next() ? rows.getString(1) : null;
        return versions == null ? "" : versions;
      }
    }
  }

  private static long readMarker(Path marker) throws StoreException {
    try {
      return Files.exists(marker) ? Long.parseLong(Files.readString(marker).strip()) : 0;
    } catch (IOException | NumberFormatException e) {
      throw new StoreException(
          marker
              + " cannot be read: "
              + e.getMessage()
              + "; restore it from a backup or delete it");
    }
  }

  private static long fileBytes(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0; // missing counts as empty
    }
  }

  private static StoreException stop(DataFolder data, String what) {
    return new StoreException(
        "database "
            + what
            + "; "
            + newestBackup(data)
                .map(b -> "the newest backup is " + b + ": ./appliance restore " + b)
                .orElse("there is no backup in " + data.resolve("backups")));
  }

  private static Optional<Path> newestBackup(DataFolder data) {
    try (Stream<Path> files = Files.list(data.resolve("backups"))) {
      return files.filter(Files::isRegularFile).max(Comparator.comparing(Path::getFileName));
    } catch (IOException e) {
      return Optional.empty(); // no such folder: no backup
    }
  }

  private static String rootMessage(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    String text = message == null ? cause.toString() : message;
    log.debug("database not opened", error);
    return text.lines().findFirst().orElse(text);
  }

  public DataSource source() {
    return source;
  }

  public Jdbi jdbi() {
    return jdbi;
  }

  /**
   * Copies the database as it is at one moment, while it is in use.
   *
   * @param folder where the copy is made
   * @return the copy, a database file of mode 0600
   */
  public Path snapshot(Path folder) throws IOException {
    Path zip = folder.resolve("snapshot-" + UUID.randomUUID() + ".zip");
    Path copy = folder.resolve("snapshot-" + UUID.randomUUID() + ".mv.db");
    try (Connection connection = source.getConnection();
        PreparedStatement backup = connection.prepareStatement("backup to ?")) {
      backup.setString(1, zip.toString());
      backup.execute();
      try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
        for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
          if (entry.getName().endsWith(".mv.db")) {
            Files.createFile(
                copy,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try (var out = Files.newOutputStream(copy)) {
              in.transferTo(out);
            }
            return copy;
          }
        }
      }
      throw new IOException("the copy of the database came out empty");
    } catch (SQLException e) {
      throw new IOException("the database was not copied: " + rootMessage(e), e);
    } finally {
      Files.deleteIfExists(zip);
    }
  }

  /**
   * Whether a row can be read within 2 s. {@code isValid} does not tell: it stays true after a
   * failed write closed the file.
   */
  public boolean answers() {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(2);
      return statement.executeQuery("select text from portal.setting where name = 'starts'").next();
    } catch (SQLException e) {
      log.error("database does not answer reason={}", e.getMessage());
      return false;
    }
  }

  /** Closes the connections and, with the last of them, the file. */
  @Override
  public void close() {
    source.close();
  }
}
