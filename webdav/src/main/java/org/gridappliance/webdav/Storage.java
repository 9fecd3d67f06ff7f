package org.gridappliance.webdav;

import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.gridappliance.webdav.commit.Commits;
import org.gridappliance.webdav.history.History;
import org.gridappliance.webdav.history.Kept;
import org.gridappliance.webdav.history.Retention;
import org.gridappliance.webdav.lock.ForeignLocks;
import org.gridappliance.webdav.lock.LockTable;
import org.gridappliance.webdav.property.PropertyStore;
import org.gridappliance.webdav.round.Sight;
import org.gridappliance.webdav.tree.HomeTree;
import org.gridappliance.webdav.tree.TreePath;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All homes. WebDAV, the portal's routes and whoever else changes a person's files do it through
 * {@link #open}, so that locks, quota, properties and durability are the same for all. One object
 * per process; safe for all threads.
 */
public final class Storage {
  /**
   * How it stores.
   *
   * @param isSynced whether a change is acknowledged only when it would survive a power cut; false
   *     only to measure
   * @param maxFileBytes the largest file a write may make
   * @param retention how much of the past is kept
   * @param spareBytes what may still be written to the disk; asked often, so it must be quick
   */
  public record Options(
      boolean isSynced, long maxFileBytes, Retention retention, LongSupplier spareBytes) {
    /** No limit but the disk's own; nothing is kept. */
    public static Options unlimited(boolean isSynced) {
      return new Options(isSynced, Long.MAX_VALUE, Retention.NONE, () -> Long.MAX_VALUE);
    }
  }

  private static final Logger log = LoggerFactory.getLogger(Storage.class);

  private final Options options;
  private final LockTable locks;
  private final PropertyStore properties;
  private final History history;
  private final Moves moves;
  private final ConcurrentMap<String, HomeState> states = new ConcurrentHashMap<>();

  /**
   * Brings the schema {@code webdav} up to date.
   *
   * @param source its commits must reach the disk
   * @throws IllegalStateException when the schema cannot be opened
   */
  public Storage(Options options, DataSource source, InstantSource clock) {
    this(options, source, clock, ForeignLocks.NONE, Moves.NONE);
  }

  /**
   * As above, beside another file server.
   *
   * @param foreign what that one holds over the same files
   * @param moves is told of what is moved
   */
  public Storage(
      Options options, DataSource source, InstantSource clock, ForeignLocks foreign, Moves moves) {
    this.options = options;
    this.moves = moves;
    Commits commits = new Commits(WebDavDatabase.open(source));
    this.locks = new LockTable(commits, clock, foreign);
    this.properties = new PropertyStore(commits);
    this.history = new History(commits, clock, options.retention());
  }

  /**
   * Opens a home for one request. Before its first use, what a crash left is repaired.
   *
   * @return to be closed; owned by one thread
   */
  public HomeStorage open(Home home) throws IOException {
    HomeTree tree = HomeTree.open(home.folder(), home.spool(), home.kept());
    try {
      HomeState state =
          states.computeIfAbsent(home.id(), id -> new HomeState(options.spareBytes()));
      check(home, tree, state);
      return new HomeStorage(this, home, tree, state);
    } catch (IOException | RuntimeException e) { // whatever it is, the descriptors are given back
      tree.close();
      throw e;
    }
  }

  private void check(Home home, HomeTree tree, HomeState state) throws IOException {
    if (state.isChecked()) {
      return;
    }
    state.mutex.lock();
    try {
      if (!state.isChecked()) {
        Repair.Done done = new Repair(locks, properties, history).run(home.id(), tree);
        state.keep(history.all(home.id()).stream().mapToLong(Kept::bytes).sum());
        state.markChecked();
        if (!done.isNone()) {
          log.warn("home repaired home={} done={}", home.id(), done);
        }
      }
    } finally {
      state.mutex.unlock();
    }
  }

  /** {@return how much of the past is kept} */
  public Retention retention() {
    return options.retention();
  }

  /** Tells other file servers of the locks from before a restart. */
  public void tellLocks() {
    locks.openAll();
  }

  /** Tells of a move that was made; it stands, whatever becomes of telling. */
  void tellMoved(String home, TreePath from, TreePath to) {
    try {
      moves.moved(home, from, to);
    } catch (RuntimeException e) { // of the listener's database
      log.error("move not told home={}", home, e);
    }
  }

  /** Tells of how a home was found. */
  void tellSeen(String home, Sight sight) {
    try {
      moves.seen(home, sight);
    } catch (RuntimeException e) { // of the listener's database
      log.error("round not told home={}", home, e);
    }
  }

  Options options() {
    return options;
  }

  LockTable locks() {
    return locks;
  }

  History history() {
    return history;
  }

  PropertyStore properties() {
    return properties;
  }
}
