package org.gridappliance.jobs.condor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.gridappliance.jobs.job.JobFolder;
import org.gridappliance.jobs.job.StorageException;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Failure.Kind;
import org.gridappliance.jobs.lease.SubjobResult;
import org.gridappliance.jobs.pool.Engine;
import org.gridappliance.jobs.pool.LocalPool.HeldLease;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The batches that are under way, and how their tasks end. {@link #lock} guards all of it and is
 * held by the caller of every method.
 */
final class Ledger {
  private static final Logger log = LoggerFactory.getLogger(Ledger.class);
  private static final int AT_ONCE = 200;
  private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(5);

  final Engine engine;
  final ReentrantLock lock = new ReentrantLock();
  final List<Batch> batches = new ArrayList<>();
  final Map<Integer, Batch> byCluster = new HashMap<>();
  CondorDoor.Access access;

  /** When the queue is to be looked at next, as {@link System#nanoTime}. */
  long reconcileAt;

  /** What is to be taken out of HTCondor's queue, by cluster. */
  private final Map<Integer, List<Integer>> held = new HashMap<>();

  /** The same, of tasks whose startd is gone. */
  private final Map<Integer, List<Integer>> orphans = new HashMap<>();

  Ledger(CondorDoor.Access access, Engine engine) {
    this.access = access;
    this.engine = engine;
  }

  /** Where a subjob runs that has a task of its own. */
  record Place(int cluster, int proc, HeldLease lease) {}

  Optional<Place> place(long job, int index) {
    for (Batch batch : batches) {
      for (Batch.Task task :
          batch.job == job && batch.cluster > 0 ? batch.tasks : List.<Batch.Task>of()) {
        if (task.running
            && !task.ended
            && task.parts.size() == 1
            && task.parts.getFirst().index() == index) {
          return engine
              .held(task.parts.getFirst().lease())
              .map(lease -> new Place(batch.cluster, task.number, lease));
        }
      }
    }
    return Optional.empty();
  }

  CondorTools tools() {
    return new CondorTools(access);
  }

  void know(Batch batch, int cluster) throws IOException {
    batch.submitted(cluster);
    byCluster.put(cluster, batch);
  }

  void reconcileSoon() {
    long soon = System.nanoTime() + SOON_NANOS;
    if (reconcileAt - soon > 0) {
      reconcileAt = soon;
    }
  }

  /** At once, not with the next heartbeat: a short task has ended by then. */
  void runsOn(Batch.Task task, String machine) {
    task.machine = machine;
    task.parts.forEach(part -> engine.runsOn(part.lease(), machine));
  }

  void holding(Batch batch, Batch.Task task, Happening.Holding told, List<SubjobResult> results) {
    task.running = false;
    if (told.code() == HoldWords.BY_USER) {
      return; // goes on when who held it releases it
    }
    for (Batch.Part part : task.parts) {
      Optional<HeldLease> lease = engine.held(part.lease());
      if (lease.isPresent()) {
        Failure why =
            HoldWords.failure(
                told.code(), told.subcode(), told.reason(), lease.get().lease().limits());
        results.add(Returned.failed(lease.get().lease(), why));
      }
    }
    task.ended = true;
    held.computeIfAbsent(batch.cluster, c -> new ArrayList<>()).add(task.number);
  }

  /**
   * The startd that gave a task its slot is gone, and with it what ran there: the task is tried
   * again at once, where HTCondor would look for it until its lease is over.
   */
  void orphan(Batch batch, Batch.Task task, List<SubjobResult> results) {
    lose(
        batch,
        task,
        "HTCondor's startd on " + task.machine + " ended and was started anew without it",
        results);
    orphans.computeIfAbsent(batch.cluster, c -> new ArrayList<>()).add(task.number);
  }

  /** One of HTCondor's programs on jobs of its queue. */
  private interface Removal {
    void of(String constraint) throws IOException, InterruptedException;
  }

  /** Takes jobs out of HTCondor's queue, a few hundred with each call. */
  private static void remove(Map<Integer, List<Integer>> some, Removal removal)
      throws IOException, InterruptedException {
    for (Map.Entry<Integer, List<Integer>> one : some.entrySet()) {
      List<Integer> procs = one.getValue();
      for (int from = 0; from < procs.size(); from += AT_ONCE) {
        StringJoiner any = new StringJoiner(" || ", " && (", ")");
        procs
            .subList(from, Math.min(from + AT_ONCE, procs.size()))
            .forEach(proc -> any.add("ProcId == " + proc));
        removal.of("ClusterId == " + one.getKey() + any);
      }
    }
    some.clear();
  }

  void collect(Batch.Task task, Returned back, List<SubjobResult> results) throws IOException {
    for (Batch.Part part : task.parts) {
      Optional<HeldLease> lease = engine.held(part.lease());
      if (lease.isPresent()) {
        results.add(back.result(lease.get().lease(), lease.get().plan().folder()));
      }
    }
    task.ended = true;
  }

  void lose(Batch batch, Batch.Task task, String why, List<SubjobResult> results) {
    log.info("lost job={} cluster={} proc={}: {}", batch.job, batch.cluster, task.number, why);
    fail(task, Failure.of(Kind.LOST, why, "it is tried again"), results);
  }

  void fail(Batch.Task task, Failure why, List<SubjobResult> results) {
    for (Batch.Part part : task.parts) {
      engine
          .held(part.lease())
          .ifPresent(lease -> results.add(Returned.failed(lease.lease(), why)));
    }
    task.ended = true;
  }

  /** {@return whether no task has left anything} */
  static boolean nothingBack(Batch batch) {
    return batch.tasks.stream()
        .noneMatch(t -> Files.exists(batch.folder.resolve(t.number + "/out/manifest")));
  }

  static Path out(Batch batch, Batch.Task task) {
    return batch.folder.resolve(Integer.toString(task.number)).resolve("out");
  }

  /**
   * Hands results in; what cannot be put on disk now is read again by the next look at the queue.
   */
  void deliver(List<SubjobResult> results) throws IOException, InterruptedException {
    remove(held, constraint -> tools().act("condor_rm", constraint));
    if (!results.isEmpty()) {
      try {
        engine.results(results);
      } catch (StorageException e) {
        for (Batch batch : batches) {
          for (Batch.Task task : batch.tasks) {
            task.ended &= task.parts.stream().noneMatch(p -> engine.held(p.lease()).isPresent());
          }
        }
        reconcileSoon();
        throw e;
      }
    }
    for (Batch batch : List.copyOf(batches)) {
      if (batch.hasEnded()) {
        forget(batch);
      }
    }
    remove(orphans, constraint -> tools().removeLost(constraint));
  }

  void forget(Batch batch) throws IOException {
    batches.remove(batch);
    byCluster.remove(batch.cluster);
    JobFolder.delete(batch.folder);
  }
}
