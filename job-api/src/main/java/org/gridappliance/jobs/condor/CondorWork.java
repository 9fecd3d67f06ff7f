package org.gridappliance.jobs.condor;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.gridappliance.jobs.job.JobFolder;
import org.gridappliance.jobs.job.StorageException;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Failure.Kind;
import org.gridappliance.jobs.lease.Heartbeat;
import org.gridappliance.jobs.lease.SubjobResult;
import org.gridappliance.jobs.pool.Engine;
import org.gridappliance.jobs.pool.LocalPool.HeldLease;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The batches that are under way, and what is done with them. One lock guards them; it is held
 * while condor_submit runs, so that an event of a cluster is never taken up before the cluster is
 * known.
 */
final class CondorWork {
  private static final Logger log = LoggerFactory.getLogger(CondorWork.class);
  private static final long RECONCILE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int AT_ONCE = 200;
  private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(5);

  final Engine engine;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Batch> batches = new ArrayList<>();
  private final Map<Integer, Batch> byCluster = new HashMap<>();
  private CondorDoor.Access access;
  private EventLog events;
  private final Map<Integer, List<Integer>> held = new HashMap<>();
  private long reconcileAt;

  CondorWork(CondorDoor.Access access, Engine engine) {
    this.access = access;
    this.engine = engine;
    this.events = new EventLog(access.events());
  }

  CondorTools tools() {
    return new CondorTools(access);
  }

  /**
   * HTCondor is somewhere else now: its address changed, or the portal's agent says another way.
   */
  void moved(CondorDoor.Access now) throws IOException {
    lock.lock();
    try {
      if (!now.events().equals(access.events())) {
        events.close();
        events = new EventLog(now.events());
        events.skip();
      }
      access = now;
      reconcileAt = System.nanoTime();
    } finally {
      lock.unlock();
    }
  }

  /** {@return leases under way} */
  int leases() {
    lock.lock();
    try {
      int sum = 0;
      for (Batch batch : batches) {
        for (Batch.Task task : batch.tasks) {
          sum += task.ended ? 0 : task.parts.size();
        }
      }
      return sum;
    } finally {
      lock.unlock();
    }
  }

  /** Takes up the batches on disk, and takes out of HTCondor's queue what nobody here knows. */
  void recover() throws IOException, InterruptedException {
    lock.lock();
    try {
      events.skip(); // what happens from now on is told; what happened before, the queue tells
      batches.clear();
      byCluster.clear();
      Map<Long, JobFolder> folders = new LinkedHashMap<>();
      engine.all().forEach(one -> folders.put(one.lease().job(), one.plan().folder()));
      for (Map.Entry<Long, JobFolder> one : folders.entrySet()) {
        readBatches(one.getKey(), one.getValue().path().resolve("condor"));
      }
      List<JsonNode> queue = queue();
      Set<String> mine = new HashSet<>();
      batches.forEach(batch -> mine.add(batch.mark));
      for (JsonNode job : queue) {
        String mark = job.path(Batch.MARK).asText();
        if (!mine.contains(mark)) {
          log.info("cluster {} is of no job here any more; removed", job.path("ClusterId"));
          tools().act("condor_rm", "ClusterId == " + job.path("ClusterId").asInt());
          mine.add(mark);
        }
      }
      reconcile(queue);
    } finally {
      lock.unlock();
    }
  }

  private void readBatches(long job, Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> marks = Files.newDirectoryStream(folder)) {
      for (Path mark : marks) {
        try {
          Batch batch = Batch.read(mark, job);
          for (Batch.Task task : batch.tasks) {
            task.ended = task.parts.stream().noneMatch(p -> engine.held(p.lease()).isPresent());
          }
          if (batch.hasEnded()) {
            JobFolder.delete(mark);
          } else {
            batches.add(batch);
          }
        } catch (
            IOException e) { // never whole, so never submitted: its leases go back by themselves
          log.info("a batch that was being laid out is dropped: {}", mark);
          JobFolder.delete(mark);
        }
      }
    }
  }

  private List<JsonNode> queue() throws IOException, InterruptedException {
    return tools()
        .queue(
            Batch.MARK + " =!= UNDEFINED",
            "ClusterId,ProcId,JobStatus,HoldReason,HoldReasonCode,HoldReasonSubCode,"
                + "JobMaterializeNextProcId,"
                + Batch.MARK);
  }

  /** Compares what is known with HTCondor's queue; the lock is held. */
  private void reconcile(List<JsonNode> queue) throws IOException, InterruptedException {
    Map<String, Map<Integer, JsonNode>> byMark = new HashMap<>();
    for (JsonNode job : queue) {
      byMark
          .computeIfAbsent(job.path(Batch.MARK).asText(), m -> new HashMap<>())
          .put(job.path("ProcId").asInt(), job);
    }
    List<SubjobResult> results = new ArrayList<>();
    for (Batch batch : List.copyOf(batches)) {
      Map<Integer, JsonNode> procs = byMark.getOrDefault(batch.mark, Map.of());
      if (!procs.isEmpty() && batch.cluster == 0) {
        know(batch, procs.values().iterator().next().path("ClusterId").asInt());
      }
      if (batch.cluster == 0 && nothingBack(batch)) {
        continue; // submitWaiting does it
      }
      for (Batch.Task task : batch.tasks) {
        if (!task.ended) {
          look(batch, task, procs, results);
        }
      }
    }
    deliver(results);
  }

  private static boolean nothingBack(Batch batch) {
    return batch.tasks.stream()
        .noneMatch(t -> Files.exists(batch.folder.resolve(t.number + "/out/manifest")));
  }

  private void look(
      Batch batch, Batch.Task task, Map<Integer, JsonNode> procs, List<SubjobResult> results)
      throws IOException {
    JsonNode job = procs.get(task.number);
    if (job != null) {
      task.missed = false;
      int status = job.path("JobStatus").asInt();
      task.running = status == 2 || status == 6 || status == 7;
      if (status == 5) {
        holding(
            batch,
            task,
            new Happening.Holding(
                batch.cluster,
                task.number,
                job.path("HoldReasonCode").asInt(),
                job.path("HoldReasonSubCode").asInt(),
                job.path("HoldReason").asText("")),
            results);
      }
      return;
    }
    int made =
        procs.values().stream()
            .mapToInt(one -> one.path("JobMaterializeNextProcId").asInt(Integer.MAX_VALUE))
            .min()
            .orElse(Integer.MAX_VALUE);
    if (task.number >= made) {
      return; // HTCondor makes a job of it later
    }
    Optional<Returned> back = Returned.whole(out(batch, task));
    if (back.isPresent()) {
      collect(task, back.get(), results);
    } else if (task.missed) {
      lose(batch, task, "it is no longer in HTCondor's queue, and no result came back", results);
    } else {
      task.missed = true; // its end may be told at this moment
      reconcileAt = System.nanoTime() + SOON_NANOS;
    }
  }

  /** Makes a batch of leases of one job and submits it. */
  void submit(List<HeldLease> leases, int slots) throws IOException, InterruptedException {
    long job = leases.getFirst().lease().job();
    Optional<String> owner = engine.owner(job);
    if (owner.isEmpty()) {
      return; // cancelled meanwhile
    }
    int perTask = Parcels.perTask(engine.meanSeconds(job), leases.size(), slots);
    Batch batch = Parcels.lay(leases, perTask, owner.get(), access.jobs());
    lock.lock();
    try {
      batches.add(batch);
    } finally {
      lock.unlock();
    }
    submitWaiting();
  }

  /**
   * Submits what is laid out but not in HTCondor's queue. A batch of which that is not certain is
   * looked for there first, by its mark.
   *
   * @throws IOException while the schedd is away; the batches wait
   */
  void submitWaiting() throws IOException, InterruptedException {
    lock.lock();
    try {
      for (Batch batch : List.copyOf(batches)) {
        if (batch.cluster == 0) {
          submit(batch);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void submit(Batch batch) throws IOException, InterruptedException {
    if (Files.exists(batch.folder.resolve("tried"))) {
      List<JsonNode> there =
          tools().queue(Batch.MARK + " == \"" + batch.mark + "\"", "ClusterId,ProcId");
      if (!there.isEmpty()) {
        know(batch, there.getFirst().path("ClusterId").asInt());
        return;
      }
      if (!nothingBack(batch)) {
        know(batch, -1); // it went through, and all of it has ended
        reconcileAt = System.nanoTime();
        return;
      }
    } else {
      Files.createFile(batch.folder.resolve("tried"));
      JobFolder.sync(batch.folder);
    }
    String inside = access.jobs() + "/" + batch.job + "/condor/" + batch.mark + "/submit";
    try {
      know(batch, tools().submit(inside));
      log.info(
          "submitted job={} cluster={} tasks={}", batch.job, batch.cluster, batch.tasks.size());
    } catch (CondorTools.Refused e) {
      List<SubjobResult> results = new ArrayList<>();
      for (Batch.Task task : batch.tasks) {
        fail(
            task,
            Failure.of(
                Kind.EXECUTOR,
                "HTCondor refused the job: " + e.getMessage(),
                "it is tried again; an administrator finds more in the portal's log"),
            results);
      }
      deliver(results);
      forget(batch);
    }
  }

  private void know(Batch batch, int cluster) throws IOException {
    batch.submitted(cluster);
    byCluster.put(cluster, batch);
  }

  /** Takes up what the event log tells. {@return whether something changed for a subjob} */
  boolean follow() throws IOException, InterruptedException {
    List<JsonNode> told = events.read();
    if (told.isEmpty() && System.nanoTime() - reconcileAt < 0) {
      return false;
    }
    boolean changed = false;
    lock.lock();
    try {
      List<SubjobResult> results = new ArrayList<>();
      for (JsonNode event : told) {
        changed |= take(Happening.of(event), results);
      }
      deliver(results);
      if (System.nanoTime() - reconcileAt >= 0) {
        reconcileAt = System.nanoTime() + RECONCILE_NANOS;
        if (!batches.isEmpty()) {
          reconcile(queue());
          changed = true;
        }
      }
    } finally {
      lock.unlock();
    }
    return changed;
  }

  private boolean take(Happening one, List<SubjobResult> results) throws IOException {
    Batch batch = byCluster.get(one.cluster());
    if (batch == null || one.proc() < 0 || one.proc() >= batch.tasks.size()) {
      return false;
    }
    Batch.Task task = batch.tasks.get(one.proc());
    if (task.ended) {
      return false;
    }
    switch (one) {
      case Happening.Executing e -> task.running = true;
      case Happening.Waiting w -> task.running = false;
      case Happening.Terminated t -> {
        Optional<Returned> back = Returned.whole(out(batch, task));
        if (back.isPresent()) {
          collect(task, back.get(), results);
        } else {
          fail(
              task,
              Failure.of(
                  Kind.EXECUTOR,
                  "its machine ended it without a whole result",
                  "it is tried again; if this comes back, look at the machine's StarterLog"),
              results);
        }
      }
      case Happening.Removed r ->
          lose(batch, task, "it was removed from HTCondor's queue: " + r.reason(), results);
      case Happening.Holding h -> holding(batch, task, h, results);
      case Happening.Other o -> {
        return false;
      }
    }
    return true;
  }

  private void holding(
      Batch batch, Batch.Task task, Happening.Holding told, List<SubjobResult> results) {
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

  /** Takes the jobs that HTCondor holds out of its queue, a few hundred with each call. */
  private void removeHeld() throws IOException, InterruptedException {
    for (Map.Entry<Integer, List<Integer>> one : held.entrySet()) {
      List<Integer> procs = one.getValue();
      for (int from = 0; from < procs.size(); from += AT_ONCE) {
        StringJoiner any = new StringJoiner(" || ", " && (", ")");
        procs
            .subList(from, Math.min(from + AT_ONCE, procs.size()))
            .forEach(proc -> any.add("ProcId == " + proc));
        tools().act("condor_rm", "ClusterId == " + one.getKey() + any);
      }
    }
    held.clear();
  }

  private void collect(Batch.Task task, Returned back, List<SubjobResult> results)
      throws IOException {
    for (Batch.Part part : task.parts) {
      Optional<HeldLease> lease = engine.held(part.lease());
      if (lease.isPresent()) {
        results.add(back.result(lease.get().lease(), lease.get().plan().folder()));
      }
    }
    task.ended = true;
  }

  private void lose(Batch batch, Batch.Task task, String why, List<SubjobResult> results) {
    log.info("lost job={} cluster={} proc={}: {}", batch.job, batch.cluster, task.number, why);
    fail(task, Failure.of(Kind.LOST, why, "it is tried again"), results);
  }

  private void fail(Batch.Task task, Failure why, List<SubjobResult> results) {
    for (Batch.Part part : task.parts) {
      engine
          .held(part.lease())
          .ifPresent(lease -> results.add(Returned.failed(lease.lease(), why)));
    }
    task.ended = true;
  }

  private static Path out(Batch batch, Batch.Task task) {
    return batch.folder.resolve(Integer.toString(task.number)).resolve("out");
  }

  /**
   * Hands results in; what cannot be put on disk now is read again by the next look at the queue.
   */
  private void deliver(List<SubjobResult> results) throws IOException, InterruptedException {
    removeHeld();
    if (!results.isEmpty()) {
      try {
        engine.results(results);
      } catch (StorageException e) {
        for (Batch batch : batches) {
          for (Batch.Task task : batch.tasks) {
            task.ended &= task.parts.stream().noneMatch(p -> engine.held(p.lease()).isPresent());
          }
        }
        reconcileAt = System.nanoTime() + SOON_NANOS;
        throw e;
      }
    }
    for (Batch batch : List.copyOf(batches)) {
      if (batch.hasEnded()) {
        forget(batch);
      }
    }
  }

  private void forget(Batch batch) throws IOException {
    batches.remove(batch);
    byCluster.remove(batch.cluster);
    JobFolder.delete(batch.folder);
  }

  /** Renews every lease, and does what the queue orders. */
  void beat() throws IOException, InterruptedException {
    lock.lock();
    try {
      List<Heartbeat.Item> items = new ArrayList<>();
      for (Batch batch : batches) {
        for (Batch.Task task : batch.tasks) {
          for (Batch.Part part : task.ended ? List.<Batch.Part>of() : task.parts) {
            items.add(new Heartbeat.Item(part.lease(), part.fence(), task.running, null));
          }
        }
      }
      Heartbeat.Orders orders = engine.heartbeat(items);
      stop(new HashSet<>(orders.stop()));
      suspend(new HashSet<>(orders.suspend()));
    } finally {
      lock.unlock();
    }
  }

  private void stop(Set<String> leases) throws IOException, InterruptedException {
    for (Batch batch : leases.isEmpty() ? List.<Batch>of() : List.copyOf(batches)) {
      boolean some = false;
      for (Batch.Task task : batch.tasks) {
        if (!task.ended && task.parts.stream().allMatch(p -> leases.contains(p.lease()))) {
          task.ended = true;
          some = true;
        }
      }
      if (some && batch.hasEnded()) {
        if (batch.cluster > 0) {
          tools().act("condor_rm", "ClusterId == " + batch.cluster);
        }
        forget(batch);
      }
    }
  }

  private void suspend(Set<String> leases) throws IOException, InterruptedException {
    for (Batch batch : batches) {
      boolean wanted =
          batch.tasks.stream()
              .filter(task -> !task.ended)
              .flatMap(task -> task.parts.stream())
              .anyMatch(part -> leases.contains(part.lease()));
      if (wanted == batch.suspended || batch.cluster <= 0) {
        continue;
      }
      batch.suspended = wanted;
      String mine = "ClusterId == " + batch.cluster;
      if (wanted) {
        tools().act("condor_suspend", mine + " && JobStatus == 2");
        tools().act("condor_hold", mine + " && JobStatus == 1");
      } else {
        tools().act("condor_release", mine + " && JobStatus == 5 && HoldReasonCode == 1");
        tools().act("condor_continue", mine + " && JobStatus == 7");
      }
    }
  }
}
