package org.gridappliance.jobs.deliver;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.gridappliance.jobs.Homes;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.job.JobFolder;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.job.JobState;
import org.gridappliance.jobs.job.JobStore;
import org.gridappliance.jobs.job.StorageException;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.pool.ChangeLog;
import org.gridappliance.jobs.pool.ResultMaker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies the results of every job that has ended into {@code jobs/ID-NAME/} of its owner's home;
 * one job at a time, on a thread of its own.
 *
 * <p>A job's way: its end leaves a waiting row → partial results are made if it did not complete →
 * the files are copied into a folder beside the owner's home and put on disk → the row learns the
 * folder's inode → the home adopts the folder in one rename → the row says copied. After a crash
 * the inode at the target tells whether the rename was made; everything else is simply done again.
 * The copies are files of their own (the kernel shares their blocks where the file system can), so
 * what a person does with them never changes what the job keeps.
 */
public final class Deliverer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Deliverer.class);
  private static final String FOLDER = "jobs";

  /** Leaves room for {@code 123456789012-}, {@code (partial)} and {@code (99)} in 255 bytes. */
  private static final int NAME_BYTES = 200;

  private static final int MOST_NUMBER = 99;

  private final JobStore jobs;
  private final DeliveryStore store;
  private final ResultMaker results;
  private final Path data;
  private final Homes homes;
  private final ChangeLog changes;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("jobs-deliverer").daemon().factory());

  public Deliverer(
      JobStore jobs,
      DeliveryStore store,
      ResultMaker results,
      Path data,
      Homes homes,
      ChangeLog changes) {
    this.jobs = jobs;
    this.store = store;
    this.results = results;
    this.data = data;
    this.homes = homes;
    this.changes = changes;
  }

  /** Deletes what was half made when the program last ended, and takes up what waited. */
  public void start() {
    try {
      for (Path left : homes.halfMade()) {
        JobFolder.delete(left);
      }
    } catch (IOException e) { // it takes room until the next start, and is in nobody's way
      log.warn("half-made results not deleted", e);
    }
    store.waiting().forEach(this::look);
  }

  /** Copies the results of a job soon, if they wait. */
  public void look(long job) {
    try {
      thread.execute(() -> deliver(job));
    } catch (RejectedExecutionException e) {
      log.debug("closing: the results of job {} are copied after the next start", job);
    }
  }

  /** {@return the delivery of a job} */
  public java.util.Optional<Delivery> find(long job) {
    return store.find(job);
  }

  /**
   * Copies the results once more, as after a full quota.
   *
   * @throws Problem 409 when the job goes on
   */
  public void again(JobRecord job) {
    if (!job.state().ended()) {
      throw Problem.conflict(
          "job " + job.id() + " has not ended; its results are copied when it has");
    }
    store.ask(job.id());
    look(job.id());
  }

  private void deliver(long id) {
    Delivery delivery = store.find(id).orElse(null);
    JobRecord job = jobs.find(id).orElse(null);
    if (delivery == null || job == null || delivery.state() != Delivery.State.WAITING) {
      return;
    }
    try {
      deliver(job, delivery);
    } catch (Homes.Refused e) {
      refuse(id, String.valueOf(e.getMessage()));
    } catch (IOException | StorageException e) {
      log.error("results not copied job={}", id, e);
      refuse(id, "the results could not be written into the home: " + e.getMessage());
    } catch (RuntimeException e) { // a fault of ours must show at the job, not end this thread
      log.error("results not copied job={}", id, e);
      refuse(id, "the results could not be copied: " + e);
    } finally {
      changes.note(id, ChangeLog.Kind.JOB, -1);
    }
  }

  private void refuse(long id, String why) {
    try {
      store.end(id, Delivery.State.REFUSED, why);
    } catch (StorageException e) {
      log.error("the results of job {} wait until the next start", id, e);
    }
  }

  private void deliver(JobRecord job, Delivery delivery) throws Homes.Refused, IOException {
    Caller owner =
        homes
            .caller(job.owner())
            .orElseThrow(
                () -> new Homes.Refused("the account " + job.owner() + " is disabled or gone"));
    if (arrived(owner.home(), delivery)) {
      store.end(job.id(), Delivery.State.COPIED, null);
      return;
    }
    if (job.state() != JobState.COMPLETED && jobs.results(job.id()).isEmpty()) {
      results.makePartial(job);
    }
    List<FileRef> files = jobs.results(job.id());
    if (files.isEmpty()) {
      store.end(job.id(), Delivery.State.EMPTY, null);
      return;
    }
    long bytes = files.stream().mapToLong(FileRef::bytes).sum();
    homes.requireRoom(job.owner(), bytes);
    JobFolder folder = JobFolder.of(data, job.id());
    Path made = homes.making(job.owner()).resolve(Long.toString(job.id()));
    try {
      copy(folder.results(), files, made);
      adopt(job, made, bytes);
    } finally {
      JobFolder.delete(made);
    }
    store.end(job.id(), Delivery.State.COPIED, null);
    log.info("results copied job={} user={} bytes={}", job.id(), job.owner(), bytes);
  }

  /** {@return whether the folder noted before a crash is the one in the home} */
  private static boolean arrived(Path home, Delivery delivery) throws IOException {
    if (delivery.folder() == null || delivery.inode() == null) {
      return false;
    }
    Path there = home.resolve(delivery.folder());
    return Files.isDirectory(there, LinkOption.NOFOLLOW_LINKS)
        && inode(there) == delivery.inode().longValue();
  }

  private static long inode(Path folder) throws IOException {
    return (Long) Files.getAttribute(folder, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  private void adopt(JobRecord job, Path made, long bytes) throws Homes.Refused, IOException {
    String name =
        job.id()
            + "-"
            + SafeName.of(job.name(), NAME_BYTES)
            + (job.state() == JobState.COMPLETED ? "" : " (partial)");
    for (int number = 1; number <= MOST_NUMBER; number++) {
      String tried = number == 1 ? name : name + " (" + number + ")";
      store.setOut(job.id(), FOLDER + "/" + tried, inode(made));
      if (homes.adopt(job.owner(), List.of(FOLDER, tried), made, bytes)) {
        return;
      }
    }
    throw new Homes.Refused(
        "the folder " + FOLDER + " holds " + MOST_NUMBER + " copies of these results already");
  }

  /** Names that programs chose are made safe; of two that become the same one gets a number. */
  private static void copy(Path results, List<FileRef> files, Path made) throws IOException {
    Files.createDirectory(made);
    Set<Path> folders = new HashSet<>(Set.of(made));
    for (FileRef file : files) {
      Path target = made;
      for (String part : file.path().split("/", -1)) {
        target = target.resolve(SafeName.of(part, SafeName.MOST_BYTES));
      }
      Path parent = java.util.Objects.requireNonNull(target.getParent());
      for (Path p = parent; folders.add(p); p = java.util.Objects.requireNonNull(p.getParent())) {
        Files.createDirectories(p);
      }
      JobFolder.sync(copy(results.resolve(file.path()), target));
    }
    for (Path folder : folders) {
      JobFolder.sync(folder);
    }
  }

  private static Path copy(Path from, Path to) throws IOException {
    String name = to.getFileName().toString();
    for (int number = 2; ; number++) {
      try {
        return Files.copy(from, to, LinkOption.NOFOLLOW_LINKS);
      } catch (FileAlreadyExistsException e) {
        if (number > MOST_NUMBER) {
          throw e;
        }
        to = to.resolveSibling(number + "-" + SafeName.of(name, NAME_BYTES));
      }
    }
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
        log.warn("results are still being copied; that is done again after the next start");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
