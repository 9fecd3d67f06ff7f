package org.gridappliance.jobs.condor;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.jobs.job.JobFolder;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Failure.Kind;
import org.gridappliance.jobs.lease.Heartbeat;
import org.gridappliance.jobs.lease.SubjobResult;
import org.gridappliance.jobs.pool.Engine;
import org.gridappliance.jobs.pool.LocalPool.HeldLease;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Submits batches and does with them what the queue orders; {@link Follower} takes up what becomes
 * of them. The ledger's lock is held while condor_submit runs, so that an event of a cluster is
 * never taken up before the cluster is known.
 */
final class CondorWork {
  private static final Logger log = LoggerFactory.getLogger(CondorWork.class);

  final Engine engine;
  private final Ledger ledger;
  private final Follower follower;
  private final String portal;
  private final Avoided avoided = new Avoided();

  /**
   * @param portal names this portal in the ads of its jobs
   */
  CondorWork(CondorDoor.Access access, Engine engine, String portal) {
    this.engine = engine;
    this.portal = portal;
    this.ledger = new Ledger(access, engine);
    this.follower = new Follower(ledger, portal);
  }

  CondorTools tools() {
    return ledger.tools();
  }

  /** {@return which task a job of HTCondor's is, by its name as {@code 12.0}} */
  Optional<CondorPool.Task> task(String name) {
    int dot = name.indexOf('.');
    if (dot < 1 || !name.matches("\\d{1,9}\\.\\d{1,9}")) {
      return Optional.empty();
    }
    ledger.lock.lock();
    try {
      Batch batch = ledger.byCluster.get(Integer.parseInt(name.substring(0, dot)));
      int proc = Integer.parseInt(name.substring(dot + 1));
      return batch == null || proc >= batch.tasks.size()
          ? Optional.empty()
          : Optional.of(
              new CondorPool.Task(batch.job, batch.tasks.get(proc).parts.getFirst().index()));
    } finally {
      ledger.lock.unlock();
    }
  }

  /** {@return a job of HTCondor's that holds waiting subjobs of a job, as {@code 12.0}} */
  Optional<String> waiting(long job) {
    ledger.lock.lock();
    try {
      for (Batch batch : ledger.batches) {
        if (batch.job == job && batch.cluster > 0) {
          for (Batch.Task task : batch.tasks) {
            if (!task.ended && !task.running) {
              return Optional.of(batch.cluster + "." + task.number);
            }
          }
        }
      }
      return Optional.empty();
    } finally {
      ledger.lock.unlock();
    }
  }

  CondorDoor.Access access() {
    return ledger.access;
  }

  /** {@return where a subjob runs that has a task of its own} */
  Optional<Ledger.Place> place(long job, int index) {
    ledger.lock.lock();
    try {
      return ledger.place(job, index);
    } finally {
      ledger.lock.unlock();
    }
  }

  /** HTCondor is somewhere else now. */
  void moved(CondorDoor.Access now) throws IOException {
    follower.moved(now);
  }

  /** Takes up the batches on disk, and takes out of HTCondor's queue what nobody here knows. */
  void recover() throws IOException, InterruptedException {
    follower.recover();
  }

  /** See {@link Follower#follow}. */
  boolean follow(List<Machine> machines) throws IOException, InterruptedException {
    return follower.follow(machines);
  }

  /** {@return leases under way} */
  int leases() {
    ledger.lock.lock();
    try {
      int sum = 0;
      for (Batch batch : ledger.batches) {
        for (Batch.Task task : batch.tasks) {
          sum += task.ended ? 0 : task.parts.size();
        }
      }
      return sum;
    } finally {
      ledger.lock.unlock();
    }
  }

  /** Makes a batch of leases of one job and submits it. */
  void submit(List<HeldLease> leases, int slots) throws IOException, InterruptedException {
    long job = leases.getFirst().lease().job();
    Optional<String> owner = engine.owner(job);
    if (owner.isEmpty()) {
      return; // cancelled meanwhile
    }
    int perTask =
        leases.getFirst().lease().checkpoint() != null
            ? 1 // it ends and begins again by itself, so it has a job of its own
            : Parcels.perTask(engine.meanSeconds(job), leases.size(), slots);
    Batch batch =
        Parcels.lay(
            leases,
            perTask,
            owner.get(),
            portal,
            ledger.access.jobs(),
            avoided.forNew(engine.paused()));
    ledger.lock.lock();
    try {
      ledger.batches.add(batch);
    } finally {
      ledger.lock.unlock();
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
    ledger.lock.lock();
    try {
      for (Batch batch : List.copyOf(ledger.batches)) {
        if (batch.cluster == 0) {
          submit(batch);
        }
      }
    } finally {
      ledger.lock.unlock();
    }
  }

  private void submit(Batch batch) throws IOException, InterruptedException {
    if (Files.exists(batch.folder.resolve("tried"))) {
      List<JsonNode> there =
          ledger.tools().queue(Batch.MARK + " == \"" + batch.mark + "\"", "ClusterId,ProcId");
      if (!there.isEmpty()) {
        ledger.know(batch, there.getFirst().path("ClusterId").asInt());
        return;
      }
      if (!Ledger.nothingBack(batch)) {
        ledger.know(batch, -1); // it went through, and all of it has ended
        ledger.reconcileAt = System.nanoTime();
        return;
      }
    } else {
      Files.createFile(batch.folder.resolve("tried"));
      JobFolder.sync(batch.folder);
    }
    String inside = ledger.access.jobs() + "/" + batch.job + "/condor/" + batch.mark + "/submit";
    try {
      ledger.know(batch, ledger.tools().submit(inside));
      log.info(
          "submitted job={} cluster={} tasks={}", batch.job, batch.cluster, batch.tasks.size());
    } catch (CondorTools.Refused e) {
      List<SubjobResult> results = new ArrayList<>();
      for (Batch.Task task : batch.tasks) {
        ledger.fail(
            task,
            Failure.of(
                Kind.EXECUTOR,
                "HTCondor refused the job: " + e.getMessage(),
                "it is tried again; an administrator finds more in the portal's log"),
            results);
      }
      ledger.deliver(results);
      ledger.forget(batch);
    }
  }

  /** Has what waits keep away from machines that only fail it. */
  void avoid() throws IOException, InterruptedException {
    avoided.tell(engine.paused(), portal, ledger.tools());
  }

  /** Renews every lease, and does what the queue orders. */
  void beat() throws IOException, InterruptedException {
    ledger.lock.lock();
    try {
      List<Heartbeat.Item> items = new ArrayList<>();
      for (Batch batch : ledger.batches) {
        for (Batch.Task task : batch.tasks) {
          for (Batch.Part part : task.ended ? List.<Batch.Part>of() : task.parts) {
            items.add(new Heartbeat.Item(part.lease(), part.fence(), task.running, null));
          }
        }
      }
      Heartbeat.Orders orders = engine.heartbeat(items);
      stop(new HashSet<>(orders.stop()));
      order(new HashSet<>(orders.suspend()));
    } finally {
      ledger.lock.unlock();
    }
  }

  private void stop(Set<String> leases) throws IOException, InterruptedException {
    for (Batch batch : leases.isEmpty() ? List.<Batch>of() : List.copyOf(ledger.batches)) {
      boolean some = false;
      for (Batch.Task task : batch.tasks) {
        if (!task.ended && task.parts.stream().allMatch(p -> leases.contains(p.lease()))) {
          task.ended = true;
          some = true;
        }
      }
      if (some && batch.hasEnded()) {
        if (batch.cluster > 0) {
          ledger.tools().act("condor_rm", "ClusterId == " + batch.cluster);
        }
        ledger.forget(batch);
      }
    }
  }

  private void order(Set<String> suspended) throws IOException, InterruptedException {
    for (Batch batch : ledger.batches) {
      Batch.Order wanted = wanted(batch, suspended);
      boolean again = batch.stirred && wanted != Batch.Order.GO;
      if (batch.cluster <= 0 || (wanted == batch.order && !again)) {
        continue;
      }
      String mine = "ClusterId == " + batch.cluster;
      if (wanted == Batch.Order.SUSPEND) {
        ledger.tools().act("condor_suspend", mine + " && JobStatus == 2");
      } else if (batch.order != Batch.Order.HOLD) {
        ledger.tools().act("condor_continue", mine + " && JobStatus == 7");
      }
      if (wanted != Batch.Order.GO) {
        ledger
            .tools()
            .act(
                "condor_hold",
                mine + " && JobStatus == 1",
                "-subcode",
                Integer.toString(HoldWords.OURS));
      } else {
        ledger
            .tools()
            .act(
                "condor_release",
                mine + " && JobStatus == 5 && HoldReasonSubCode == " + HoldWords.OURS);
      }
      batch.order = wanted;
      batch.stirred = false;
    }
  }

  private Batch.Order wanted(Batch batch, Set<String> suspended) {
    if (engine.isHeld(batch.job)) {
      return Batch.Order.HOLD;
    }
    return batch.tasks.stream()
            .filter(task -> !task.ended)
            .flatMap(task -> task.parts.stream())
            .anyMatch(part -> suspended.contains(part.lease()))
        ? Batch.Order.SUSPEND
        : Batch.Order.GO;
  }
}
