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
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gridappliance.jobs.job.JobFolder;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Failure.Kind;
import org.gridappliance.jobs.lease.SubjobResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows what HTCondor does: its event log as it grows, and every {@value #RECONCILE_SECONDS} s
 * its queue, in case an event never came.
 */
final class Follower {
  private static final Logger log = LoggerFactory.getLogger(Follower.class);
  private static final int RECONCILE_SECONDS = 60;
  private static final long RECONCILE_NANOS = TimeUnit.SECONDS.toNanos(RECONCILE_SECONDS);

  /** In a claim's public name, since when the startd runs that made it. */
  private static final Pattern CLAIM = Pattern.compile("#(\\d{1,18})#");

  /** A startd's two words of its own start may differ by so much. */
  private static final long CLAIM_SECONDS = 2;

  private final Ledger ledger;

  /** This portal's jobs in a queue that others may use too. */
  private final String portal;

  private EventLog events;

  /** The machines as they were when last looked at. */
  private List<Machine> seen = List.of();

  Follower(Ledger ledger, String portal) {
    this.ledger = ledger;
    this.portal = portal;
    this.events = new EventLog(ledger.access.events());
  }

  /**
   * HTCondor is somewhere else now: its address changed, or the portal's agent says another way.
   */
  void moved(CondorDoor.Access now) throws IOException {
    ledger.lock.lock();
    try {
      if (!now.events().equals(ledger.access.events())) {
        events.close();
        events = new EventLog(now.events());
        events.skip(); // the queue is asked at once, see below
      }
      ledger.access = now;
      ledger.reconcileAt = System.nanoTime();
    } finally {
      ledger.lock.unlock();
    }
  }

  /** Takes up the batches on disk, and takes out of HTCondor's queue what nobody here knows. */
  void recover() throws IOException, InterruptedException {
    ledger.lock.lock();
    try {
      events.skip(); // what happens from now on is told; what happened before, the queue tells
      ledger.batches.clear();
      ledger.byCluster.clear();
      Map<Long, JobFolder> folders = new LinkedHashMap<>();
      ledger.engine.all().forEach(one -> folders.put(one.lease().job(), one.plan().folder()));
      for (Map.Entry<Long, JobFolder> one : folders.entrySet()) {
        readBatches(one.getKey(), one.getValue().path().resolve("condor"));
      }
      List<JsonNode> queue = queue();
      Set<String> mine = new HashSet<>();
      ledger.batches.forEach(batch -> mine.add(batch.mark));
      for (JsonNode job : queue) {
        String mark = job.path(Batch.MARK).asText();
        if (!mine.contains(mark)) {
          log.info("cluster {} is of no job here any more; removed", job.path("ClusterId"));
          ledger.tools().act("condor_rm", "ClusterId == " + job.path("ClusterId").asInt());
          mine.add(mark);
        }
      }
      reconcile(queue);
    } finally {
      ledger.lock.unlock();
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
            task.ended =
                task.parts.stream().noneMatch(p -> ledger.engine.held(p.lease()).isPresent());
          }
          if (batch.hasEnded()) {
            JobFolder.delete(mark);
          } else {
            ledger.batches.add(batch);
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
    return ledger
        .tools()
        .queue(
            Batch.PORTAL + " =?= \"" + portal + "\"",
            "ClusterId,ProcId,JobStatus,HoldReason,HoldReasonCode,HoldReasonSubCode,"
                + "JobMaterializeNextProcId,RemoteHost,PublicClaimId,"
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
    for (Batch batch : List.copyOf(ledger.batches)) {
      Map<Integer, JsonNode> procs = byMark.getOrDefault(batch.mark, Map.of());
      if (!procs.isEmpty() && batch.cluster == 0) {
        ledger.know(batch, procs.values().iterator().next().path("ClusterId").asInt());
      }
      if (batch.cluster == 0 && Ledger.nothingBack(batch)) {
        continue; // submitWaiting does it
      }
      for (Batch.Task task : batch.tasks) {
        if (!task.ended) {
          look(batch, task, procs, results);
        }
      }
    }
    ledger.deliver(results);
  }

  private void look(
      Batch batch, Batch.Task task, Map<Integer, JsonNode> procs, List<SubjobResult> results)
      throws IOException {
    JsonNode job = procs.get(task.number);
    if (job != null) {
      task.missed = false;
      int status = job.path("JobStatus").asInt();
      task.running = status == 2 || status == 6 || status == 7;
      if (job.hasNonNull("RemoteHost")) {
        ledger.runsOn(task, Happening.machine(job.path("RemoteHost").asText()));
      }
      Matcher claim = CLAIM.matcher(job.path("PublicClaimId").asText());
      task.startdSince = task.running && claim.find() ? Long.parseLong(claim.group(1)) : 0;
      if (status == 5) {
        ledger.holding(
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
    Optional<Returned> back = Returned.whole(Ledger.out(batch, task));
    if (back.isPresent()) {
      ledger.collect(task, back.get(), results);
    } else if (task.missed) {
      ledger.lose(
          batch, task, "it is no longer in HTCondor's queue, and no result came back", results);
    } else {
      task.missed = true; // its end may be told at this moment
      ledger.reconcileSoon();
    }
  }

  /**
   * Takes up what the event log tells. {@return whether something changed for a subjob}
   *
   * @param machines as they last told
   */
  boolean follow(List<Machine> machines) throws IOException, InterruptedException {
    List<JsonNode> told = events.read();
    if (told.isEmpty() && machines.equals(seen) && System.nanoTime() - ledger.reconcileAt < 0) {
      return false;
    }
    boolean changed = false;
    ledger.lock.lock();
    try {
      List<SubjobResult> results = new ArrayList<>();
      for (JsonNode event : told) {
        changed |= take(Happening.of(event), results);
      }
      if (!machines.equals(seen)) {
        seen = machines;
        changed |= orphans(machines, results);
      }
      ledger.deliver(results);
      if (System.nanoTime() - ledger.reconcileAt >= 0) {
        ledger.reconcileAt = System.nanoTime() + RECONCILE_NANOS;
        if (!ledger.batches.isEmpty()) {
          reconcile(queue());
          changed = true;
        }
      }
    } finally {
      ledger.lock.unlock();
    }
    return changed;
  }

  /**
   * Gives up the tasks whose machine's startd is younger than the one that gave them their slot: it
   * knows nothing of them, yet HTCondor would go on to look for them there, and says so nowhere
   * when its schedd was started anew meanwhile. A machine that is merely out of reach tells nothing
   * new and keeps its tasks.
   */
  private boolean orphans(List<Machine> machines, List<SubjobResult> results) {
    Map<String, Long> startds = new HashMap<>();
    machines.forEach(one -> startds.put(one.name(), one.startedAt()));
    boolean changed = false;
    for (Batch batch : ledger.batches) {
      for (Batch.Task task : batch.tasks) {
        if (!task.ended
            && task.running
            && task.startdSince > 0
            && startds.getOrDefault(task.machine, 0L) > task.startdSince + CLAIM_SECONDS) {
          ledger.orphan(batch, task, results);
          changed = true;
        }
      }
    }
    return changed;
  }

  private boolean take(Happening one, List<SubjobResult> results) throws IOException {
    Batch batch = ledger.byCluster.get(one.cluster());
    if (batch == null || one.proc() < 0 || one.proc() >= batch.tasks.size()) {
      return false;
    }
    Batch.Task task = batch.tasks.get(one.proc());
    if (task.ended) {
      return false;
    }
    batch.stirred |= !(one instanceof Happening.Holding);
    switch (one) {
      case Happening.Executing e -> {
        task.running = true;
        if (!e.machine().isEmpty()) {
          ledger.runsOn(task, e.machine());
        }
        task.startdSince = 0; // of a claim before, if any
      }
      case Happening.Disconnected d -> {
        ledger.reconcileSoon(); // the queue says whose claim it had
        return false;
      }
      case Happening.Waiting w -> {
        task.running = false;
        task.startdSince = 0;
      }
      case Happening.Terminated t -> {
        Optional<Returned> back = Returned.whole(Ledger.out(batch, task));
        if (back.isPresent()) {
          ledger.collect(task, back.get(), results);
        } else {
          ledger.fail(
              task,
              Failure.of(
                  Kind.EXECUTOR,
                  "its machine ended it without a whole result",
                  "it is tried again; if this comes back, look at the machine's StarterLog"),
              results);
        }
      }
      case Happening.Removed r ->
          ledger.lose(batch, task, "it was removed from HTCondor's queue: " + r.reason(), results);
      case Happening.Holding h -> ledger.holding(batch, task, h, results);
      case Happening.Other o -> {
        return false;
      }
    }
    return true;
  }
}
