package org.gridappliance.portal.notify;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.gridappliance.jobs.job.JobEnd;
import org.gridappliance.jobs.job.JobEnds;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the stream of jobs' ends to those who are told: {@link JobEnds} → every {@link Sink}, in one
 * transaction with the place that was reached → the stream forgets. A crash anywhere between leaves
 * each end told to each sink once. One thread of its own.
 */
public final class Notices implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Notices.class);
  private static final int AT_ONCE = 200;
  private static final long LOOK_SECONDS = 30;
  private static final String PLACE = "notices.place";

  private static final Duration END = Duration.ofSeconds(10);

  private final Jdbi jdbi;
  private final JobEnds ends;
  private final Supplier<URI> pages;
  private final List<Sink> sinks;
  private final Semaphore woken = new Semaphore(0);
  private volatile boolean closed;
  private final Thread thread = Thread.ofVirtual().name("notices").unstarted(this::run);

  /**
   * @param pages where browsers reach this portal
   */
  Notices(Jdbi jdbi, JobEnds ends, Supplier<URI> pages, List<Sink> sinks) {
    this.jdbi = jdbi;
    this.ends = ends;
    this.pages = pages;
    this.sinks = List.copyOf(sinks);
  }

  /** Begins, once the portal's address is known. */
  void start() {
    ends.whenAdded(woken::release);
    thread.start();
  }

  private void run() {
    while (!closed) {
      try {
        while (round() == AT_ONCE) {
          // there may be more
        }
      } catch (RuntimeException e) { // the database's: what was not told is told later
        log.warn("ends of jobs wait to be told reason={}", e.getMessage());
      }
      try {
        boolean _ = woken.tryAcquire(LOOK_SECONDS, TimeUnit.SECONDS);
        woken.drainPermits();
      } catch (InterruptedException e) {
        return; // nobody does: H2 would close its file under an interrupted thread
      }
    }
  }

  /** Tells what waits; {@return how many ends were read} */
  private int round() {
    List<JobEnd> read = ends.read(AT_ONCE);
    if (read.isEmpty()) {
      return 0;
    }
    String base = pages.get().toString();
    long last = read.getLast().id();
    jdbi.useTransaction(
        handle -> {
          long place = place(handle);
          for (JobEnd end : read) {
            if (end.id() > place) {
              sinks.forEach(sink -> sink.take(handle, end, base + "/jobs/" + end.job()));
            }
          }
          handle.execute(
              "merge into portal.setting (name, text) values (?, ?)",
              PLACE,
              Long.toString(Math.max(place, last)));
        });
    ends.forget(last);
    sinks.forEach(Sink::wake);
    return read.size();
  }

  private static long place(Handle handle) {
    return handle
        .createQuery("select text from portal.setting where name = ?")
        .bind(0, PLACE)
        .mapTo(Long.class)
        .findOne()
        .orElse(0L);
  }

  @Override
  public void close() {
    ends.whenAdded(() -> {});
    closed = true;
    woken.release();
    try {
      boolean _ = !thread.isAlive() || thread.join(END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
