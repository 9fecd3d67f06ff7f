package org.gridappliance.webdav.commit;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Group commit without a thread of its own. A commit is a flush of the disk; while one is under way
 * changes queue up, and whoever waits first afterwards commits all that wait, at most {@value
 * #GROUP}, in one transaction. Nobody is made to wait for company: alone, a change is committed by
 * its own caller at once.
 *
 * <p>{@link #submit} fixes the order and is quick enough to be called under a mutex; {@link
 * Pending#await} returns when the change is on disk and is called after the mutex was let go. When
 * one change of a group fails, the group is rolled back and each is run again on its own: a change
 * must touch the database alone. The queue is as long as there are requests under way. Safe for all
 * threads.
 */
public final class Commits {
  /** The most changes in one transaction. */
  static final int GROUP = 64;

  private final Jdbi database;
  private final Queue<Change<?>> waiting = new ConcurrentLinkedQueue<>();
  private final ReentrantLock turn = new ReentrantLock(); // held by whoever commits

  /**
   * @param database its commits must reach the disk
   */
  public Commits(Jdbi database) {
    this.database = database;
  }

  /** A change that has its place in the order and is not on disk yet; to be awaited. */
  public interface Pending<T> {
    /** {@return the change's value} Blocks until it is on disk; throws what the change threw. */
    T await();
  }

  /** {@return the database, for reading; changes that wait are not seen, see {@link #settle}} */
  public Jdbi database() {
    return database;
  }

  /** Queues a change behind those queued before. */
  public <T> Pending<T> submit(Function<Handle, T> work) {
    Change<T> change = new Change<>(work);
    waiting.add(change);
    return change;
  }

  /** As {@link #submit}, of a change without a value. */
  public Pending<Boolean> submitUpdate(Consumer<Handle> work) {
    return submit(
        handle -> {
          work.accept(handle);
          return true;
        });
  }

  /** Makes a change; {@return its value once it is on disk} */
  public <T> T write(Function<Handle, T> work) {
    return submit(work).await();
  }

  /** Makes a change; returns once it is on disk. */
  public void update(Consumer<Handle> work) {
    submitUpdate(work).await();
  }

  /** Returns when all that was submitted before can be read. */
  public void settle() {
    if (!waiting.isEmpty() || turn.isLocked()) { // in this order: a change goes from one to other
      update(handle -> {});
    }
  }

  private void commitWaiting() {
    List<Change<?>> group = new ArrayList<>();
    while (group.size() < GROUP) {
      Change<?> next = waiting.poll();
      if (next == null) {
        break;
      }
      group.add(next);
    }
    if (!commit(group) && group.size() > 1) {
      group.forEach(change -> commit(List.of(change)));
    }
  }

  /** {@return whether the whole group is on disk; a group of one is answered either way} */
  private boolean commit(List<Change<?>> group) {
    try {
      database.useTransaction(handle -> group.forEach(change -> change.apply(handle)));
    } catch (RuntimeException | Error e) { // whatever it is, nobody may be left waiting
      if (group.size() == 1) {
        group.getFirst().fail(e);
      }
      return false;
    }
    group.forEach(Change::succeed);
    return true;
  }

  private final class Change<T> implements Pending<T> {
    private final Function<Handle, T> work;
    private @Nullable T value;
    private @Nullable Throwable failure;
    private volatile boolean isDone;

    Change(Function<Handle, T> work) {
      this.work = work;
    }

    void apply(Handle handle) {
      value = work.apply(handle);
    }

    void succeed() {
      isDone = true;
    }

    void fail(Throwable why) {
      failure = why;
      isDone = true;
    }

    @Override
    public T await() {
      if (!isDone) {
        turn.lock();
        try {
          while (!isDone) {
            commitWaiting();
          }
        } finally {
          turn.unlock();
        }
      }
      switch (failure) {
        case null -> {}
        case Error e -> throw e;
        case RuntimeException e -> throw e;
        default -> throw new IllegalStateException(failure);
      }
      return Objects.requireNonNull(value);
    }
  }
}
