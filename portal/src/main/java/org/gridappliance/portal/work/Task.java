package org.gridappliance.portal.work;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.shares.FileWork;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One operation that runs or has ended. Thread-safe. */
final class Task implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(Task.class);

  /** What is done; gives a note for the person, or null. */
  @FunctionalInterface
  interface Body {
    @Nullable String run(Task task) throws IOException;
  }

  final long id;
  final String account;
  final Progress progress = new Progress();
  private final String kind;
  private final Body body;
  private final List<FileOperation.Item> items = new CopyOnWriteArrayList<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile FileOperation.State state = FileOperation.State.RUNNING;
  private volatile @Nullable String problem;
  private volatile @Nullable String note;

  Task(long id, String account, String kind, Body body) {
    this.id = id;
    this.account = account;
    this.kind = kind;
    this.body = body;
  }

  /** Remembers one thing that was done. */
  void did(String from, @Nullable String to) {
    items.add(new FileOperation.Item(from, to));
  }

  boolean isRunning() {
    return state == FileOperation.State.RUNNING;
  }

  /** Waits a little for the end, so that what is quick is answered at once. */
  void awaitBriefly() {
    try {
      boolean _ = ended.await(400, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void run() {
    try {
      note = body.run(this);
      state = FileOperation.State.DONE;
    } catch (IOException | RuntimeException e) { // whatever it is, the person is told
      Throwable cause = e instanceof IOException trouble ? FileWork.asProblem(trouble) : e;
      problem = cause instanceof Problem ? cause.getMessage() : unforeseen(cause);
      state = progress.isCancelled() ? FileOperation.State.CANCELLED : FileOperation.State.FAILED;
    } finally {
      ended.countDown();
    }
  }

  private String unforeseen(Throwable cause) {
    log.error("file operation failed user={} kind={}", account, kind, cause);
    return "the portal could not do this; its log holds the cause";
  }

  FileOperation view() {
    return new FileOperation(
        id,
        kind,
        state,
        progress.doneBytes.get(),
        progress.totalBytes.get(),
        progress.doneEntries.get(),
        progress.totalEntries.get(),
        List.copyOf(items),
        problem,
        note);
  }
}
