package org.gridappliance.jobs.job;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The schema {@code jobs} of the appliance's database, with group commit.
 *
 * <p>{@link #write} hands a change to one thread, which takes all that wait (at most {@link
 * #GROUP}), runs them in one transaction and commits once: with H2's {@code WRITE_DELAY=0} a commit
 * is a disk flush, so n waiting requests share one. When one change of a group fails, the group is
 * rolled back and each is run again on its own; a change must therefore only touch the database. A
 * caller returns from {@code write} only when its change is on disk.
 *
 * <p>The queue is bounded: a caller waits when it is full. Safe for all threads.
 */
public final class Database implements AutoCloseable {
  /** The files in {@code db/jobs}, by number; a test keeps it so. */
  static final String MIGRATIONS =
      "1 2 3 4 60 90 95 100 101 110 111 140 160 171 172 173 174 175 176 180";

  /** The most changes in one transaction. */
  static final int GROUP = 64;

  private static final Logger log = LoggerFactory.getLogger(Database.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private record Change<T>(Function<Handle, T> work, CompletableFuture<T> done) {
    void apply(Handle handle, List<Runnable> afterCommit) {
      T value = work.apply(handle);
      afterCommit.add(() -> done.complete(value));
    }
  }

  private final Jdbi jdbi;
  private final BlockingQueue<Change<?>> queue = new ArrayBlockingQueue<>(1024);
  private final Thread writer;
  private volatile boolean closed;

  private Database(Jdbi jdbi) {
    this.jdbi = jdbi;
    this.writer = Thread.ofPlatform().name("jobs-writer").unstarted(this::run);
  }

  /**
   * Brings the schema up to date and starts the writer.
   *
   * @throws StorageException when the database cannot be read or was made by a newer program
   */
  public static Database open(DataSource source) {
    try {
      if (!MIGRATIONS.equals(migrations(source))) {
        Flyway.configure(Database.class.getClassLoader())
            .dataSource(source)
            .schemas("JOBS")
            .locations("classpath:db/jobs")
            .outOfOrder(true) // features take their numbers before they are merged
            .load()
            .migrate();
      }
    } catch (RuntimeException e) { // Flyway's and the driver's, whatever they are
      throw new StorageException("the schema jobs cannot be opened: " + e.getMessage(), e);
    }
    Database database = new Database(Jdbi.create(source));
    database.writer.start();
    return database;
  }

  /** {@return the migrations done, empty in a new database}. Asked first: Flyway is slow. */
  private static String migrations(DataSource source) {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT LISTAGG(\"version\", ' ') WITHIN GROUP (ORDER BY CAST(\"version\" AS INT))"
                    + " FROM JOBS.\"flyway_schema_history\" WHERE \"success\" AND \"version\" IS"
                    + " NOT NULL")) {
      String versions = rows.next() ? rows.getString(1) : null;
      return versions == null ? "" : versions;
    } catch (SQLException e) { // no such table yet, or a database that Flyway will complain of
      log.debug("the schema jobs has no history", e);
      return "";
    }
  }

  /**
   * {@return what {@code work} reads}
   *
   * @throws StorageException when the database cannot be read
   */
  public <T> T read(Function<Handle, T> work) {
    try {
      return jdbi.withHandle(
          handle -> {
            handle.execute("SET SCHEMA JOBS");
            return work.apply(handle);
          });
    } catch (JdbiException e) {
      throw new StorageException("the database cannot be read: " + rootMessage(e), e);
    }
  }

  /**
   * Runs a change and returns when it is on disk.
   *
   * @throws StorageException when it is not on disk
   */
  public <T> T write(Function<Handle, T> work) {
    CompletableFuture<T> done = new CompletableFuture<>();
    try {
      if (closed || !queue.offer(new Change<>(work, done), 10, TimeUnit.SECONDS)) {
        throw new StorageException("the database takes no changes: it is closed or too slow", null);
      }
      return done.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StorageException storage) {
        throw storage;
      }
      throw new StorageException("the database cannot be written: " + rootMessage(e), e);
    } catch (java.util.concurrent.TimeoutException e) {
      throw new StorageException(
          "no answer from the database in " + PATIENCE.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException("interrupted while waiting for the database", e);
    }
  }

  /** Like {@link #write} for a change without a value. */
  public void update(java.util.function.Consumer<Handle> work) {
    this.<Boolean>write(
        handle -> {
          work.accept(handle);
          return true;
        });
  }

  private void run() {
    @Nullable Handle handle = null;
    List<Change<?>> group = new ArrayList<>(GROUP);
    while (true) {
      group.clear();
      try {
        Change<?> first = queue.poll(200, TimeUnit.MILLISECONDS);
        if (first == null) {
          if (closed) {
            break;
          }
          continue;
        }
        group.add(first);
        queue.drainTo(group, GROUP - 1);
        if (handle == null) {
          handle = jdbi.open();
          handle.execute("SET SCHEMA JOBS");
        }
        if (!commit(handle, group) && group.size() > 1) {
          for (Change<?> change : group) {
            commit(handle, List.of(change));
          }
        }
      } catch (InterruptedException e) {
        break;
      } catch (RuntimeException e) { // a lost connection: answer, and open another next time
        log.error("the database takes no changes", e);
        group.forEach(change -> fail(change, e));
        handle = closeQuietly(handle);
      }
    }
    closeQuietly(handle);
  }

  /** {@return whether the whole group is on disk; a group of one is answered either way} */
  private static boolean commit(Handle handle, List<Change<?>> group) {
    List<Runnable> afterCommit = new ArrayList<>(group.size());
    try {
      handle.begin();
      for (Change<?> change : group) {
        change.apply(handle, afterCommit);
      }
      handle.commit();
    } catch (RuntimeException e) { // of the change or of the driver: roll back either way
      if (handle.isInTransaction()) {
        handle.rollback();
      }
      if (group.size() == 1) {
        fail(group.getFirst(), e);
      }
      return false;
    }
    afterCommit.forEach(Runnable::run);
    return true;
  }

  private static void fail(Change<?> change, RuntimeException e) {
    change.done().completeExceptionally(e);
  }

  private static @Nullable Handle closeQuietly(@Nullable Handle handle) {
    if (handle != null) {
      try {
        handle.close();
      } catch (RuntimeException e) { // it is being given up anyway
        log.debug("closing a handle", e);
      }
    }
    return null;
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage()).lines().findFirst().orElse("");
  }

  /** Writes what waits, then stops. */
  @Override
  public void close() {
    closed = true;
    try {
      writer.join(PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
