package org.gridappliance.jobs.condor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.gridappliance.jobs.condor.Reason.Remedy;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.job.JobFolder;
import org.gridappliance.jobs.job.StorageException;
import org.gridappliance.jobs.lease.Limits;
import org.gridappliance.jobs.pool.Engine;
import org.gridappliance.jobs.pool.LocalPool;
import org.gridappliance.jobs.pool.LocalPool.HeldLease;
import org.gridappliance.jobs.pool.Standing;
import org.gridappliance.jobs.sharing.Policies;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTCondor as one member of the queue. A subjob's way: {@link Engine} leases it → {@link Parcels}
 * lays a {@link Batch} on disk → {@code condor_submit}, one cluster → {@link EventLog} tells →
 * {@link Returned} reads what came back → {@link Engine} takes the result, once, by lease and
 * fence.
 *
 * <p>Two threads: one leases and submits, one follows the event log and renews leases. After a
 * crash each batch on disk is looked for in HTCondor's queue by its mark; only one that is not
 * there and has left nothing is submitted (again).
 */
public final class CondorPool implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CondorPool.class);

  /** The most leases held; more wait in our own queue. */
  private static final int MOST_LEASES = 20_000;

  private static final int MOST_IN_CLUSTER = 10_000;
  private static final long LOOK_MILLIS = 200;
  private static final long HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final CondorDoor door;
  private final Policies policies;
  private final LocalPool pool;
  private final Path jobs;
  private final Tails tails;
  private final Fleet fleet;
  private final Watch watch = new Watch();
  private final Recent<Long, List<Reason>> reasons = new Recent<>(System::nanoTime);
  private final Recent<String, List<Turn>> shares = new Recent<>(System::nanoTime);
  private final Thread submitter =
      Thread.ofPlatform().name("condor-submit").daemon().unstarted(this::submitForEver);
  private final Thread follower =
      Thread.ofPlatform().name("condor-follow").daemon().unstarted(this::followForEver);

  private volatile @Nullable CondorWork work;
  private volatile String obstacle = CondorDoor.NONE.look().reason();
  private volatile boolean manages;
  private volatile boolean closed;
  private CondorDoor.@Nullable Access known;

  private CondorPool(CondorDoor door, LocalPool pool, Policies policies, Path jobs) {
    this.policies = policies;
    this.jobs = jobs;
    this.tails = new Tails(pool);
    this.door = door;
    this.pool = pool;
    this.fleet = new Fleet(door, pool);
  }

  /**
   * Begins; returns at once.
   *
   * @param jobs the folder of all jobs, {@code DATA/jobs}
   */
  public static CondorPool start(CondorDoor door, LocalPool pool, Policies policies, Path jobs) {
    CondorPool condor = new CondorPool(door, pool, policies, jobs);
    condor.submitter.start();
    return condor;
  }

  /** {@return whether a job given now would find a slot} */
  public boolean isReady() {
    return obstacle.isEmpty() && slots() > 0;
  }

  /** {@return why it cannot be used, with the remedy; empty when it can} */
  public String reason() {
    return obstacle.isEmpty() ? fleet.reason() : obstacle;
  }

  /** Somebody looks at what a running subjob writes: it is brought here for a while. */
  public void look(long job, int index, String stream) {
    CondorWork now = work;
    if (now != null) {
      tails.look(now, job, index, stream);
    }
  }

  /** {@return its machines as they last told, at most some seconds old} */
  public List<Machine> machines() {
    return fleet.machines();
  }

  /**
   * Drains, bans or opens a machine of the pool.
   *
   * @param name as {@link Machine} has it
   * @throws org.gridappliance.jobs.http.Problem 409 where that cannot be done
   */
  public void stand(String name, Standing standing) {
    fleet.stand(name, standing);
  }

  /** {@return whether this machine is the manager of its pool, who tells machines its policies} */
  public boolean manages() {
    return manages;
  }

  /** A task of ours; the first subjob of it. */
  public record Task(long job, int index) {}

  /** {@return what a job of HTCondor's is to us, by its name as {@code 12.0}} */
  public Optional<Task> subjobs(String name) {
    CondorWork now = work;
    return now == null ? Optional.empty() : now.task(name);
  }

  /**
   * {@return why no machine takes a job with these limits, with the remedy; empty when one could}
   */
  Optional<String> obstacle(Limits limits) {
    return Fit.obstacle(limits, fleet.machines());
  }

  /**
   * {@return why subjobs of a job wait, the gravest first; empty when none do} Asks HTCondor, which
   * takes some tens of milliseconds, at most every 5 s for a job.
   */
  public List<Reason> why(long job, Limits limits) {
    if (!isReady()) {
      return List.of(new Reason(reason(), fleet.machines().isEmpty() ? Remedy.ADD : Remedy.OPEN));
    }
    Optional<String> obstacle = obstacle(limits);
    if (obstacle.isPresent()) {
      String why = obstacle.get();
      return List.of(
          new Reason(
              why,
              why.startsWith("the owners")
                  ? Remedy.NONE
                  : why.contains("drained or banned") ? Remedy.OPEN : Remedy.CHANGE));
    }
    CondorWork now = work;
    Optional<String> waiting = now == null ? Optional.empty() : now.waiting(job);
    if (now == null || waiting.isEmpty()) {
      return List.of();
    }
    Optional<String> full = Fit.full(limits, fleet.machines());
    if (full.isPresent()) { // better-analyze does not look at what is in use
      return List.of(new Reason(full.get(), Remedy.NONE));
    }
    try {
      return reasons.get(job, () -> analysed(now, waiting.get(), limits));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  private static List<Reason> analysed(CondorWork now, String task, Limits limits)
      throws InterruptedException {
    try {
      return Analysis.of(now.tools().analyze(task), limits);
    } catch (IOException e) {
      return List.of(new Reason("HTCondor does not say why now: " + e.getMessage(), Remedy.NONE));
    }
  }

  /** {@return everybody's place in HTCondor's fair share, who is served next first} */
  public List<Turn> turns() {
    CondorWork now = work;
    if (now == null) {
      return List.of();
    }
    try {
      return shares.get("all", () -> turns(now));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  private static List<Turn> turns(CondorWork now) throws InterruptedException {
    try {
      return now.tools().turns();
    } catch (IOException e) {
      log.debug("HTCondor does not tell the fair share now: {}", e.getMessage());
      return List.of();
    }
  }

  /** {@return other pools that are only looked at} */
  public Watch watched() {
    return watch;
  }

  /** {@return cores of all its workers} */
  public int slots() {
    return fleet.slots();
  }

  private void submitForEver() {
    while (!closed) {
      try {
        CondorWork now = work;
        if (now == null) {
          now = begin();
        }
        if (now == null) {
          LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
        } else {
          round(now);
        }
      } catch (InterruptedException e) {
        return;
      } catch (IOException | StorageException e) {
        unreachable(e);
      } catch (RuntimeException e) { // whatever it is: a dead thread would strand every job here
        log.error("HTCondor's queue cannot be served now", e);
        unreachable(e);
      }
      if (!obstacle.isEmpty() && !told(obstacle)) {
        return;
      }
    }
  }

  /** Has the pages say why jobs wait. {@return false when this thread is to end} */
  private boolean told(String why) {
    CondorWork now = work;
    try {
      if (now != null) {
        now.engine.lease(0, why);
      }
      return true;
    } catch (InterruptedException e) {
      return false;
    } catch (RuntimeException e) { // the words are not worth the thread
      log.warn("the pool cannot be told that HTCondor is away", e);
      return true;
    }
  }

  private void unreachable(Exception why) {
    String text = "HTCondor does not answer: " + why.getMessage();
    if (!text.equals(obstacle)) {
      log.warn("{}; tried again", text);
      obstacle = text;
    }
    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
  }

  /**
   * Has the manager tell the machines what bounds them, where that has changed.
   *
   * @param told what holds now; null where this machine is no manager
   */
  private void bound(@Nullable String told) {
    manages = told != null;
    Policies.ForMachines wanted = policies.forMachines();
    if (told != null && !told.equals(wanted.revision())) {
      try {
        door.policies(wanted.revision(), wanted.policies());
      } catch (Problem e) { // asked again in the next round; jobs go on meanwhile
        log.warn("the policies are not taken by this machine's agent: {}", e.getMessage());
      }
    }
  }

  /** Waits for the door to open, and takes up what an earlier run left. */
  private @Nullable CondorWork begin() throws IOException, InterruptedException {
    CondorDoor.Looked looked = door.look();
    CondorDoor.Access access = looked.access();
    watch.look(looked.watched(), access, looked.reason());
    if (access == null) {
      obstacle = looked.reason();
      return null;
    }
    known = access;
    CondorWork made = new CondorWork(access, pool.engine("HTCondor"), portal());
    made.engine.explain(this::obstacle);
    made.recover();
    obstacle = "";
    work = made;
    follower.start();
    return made;
  }

  /** {@return what this portal is called in the ads of its jobs; made once for a data folder} */
  private String portal() throws IOException {
    Path file = jobs.resolve(".portal");
    String known = Files.exists(file) ? Files.readString(file).strip() : "";
    if (known.matches("[0-9a-f]{16}")) {
      return known;
    }
    byte[] random = new byte[8];
    new SecureRandom().nextBytes(random);
    String made = HexFormat.of().formatHex(random);
    Path part = jobs.resolve(".portal.part");
    Files.writeString(part, made + "\n");
    JobFolder.sync(part);
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    JobFolder.sync(jobs);
    return made;
  }

  private void round(CondorWork now) throws IOException, InterruptedException {
    CondorDoor.Looked looked = door.look();
    CondorDoor.Access access = looked.access();
    watch.look(looked.watched(), access, looked.reason());
    if (access == null) {
      obstacle = looked.reason();
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      return;
    }
    if (!access.equals(known)) {
      known = access;
      now.moved(access);
    }
    fleet.standings(looked.standings());
    bound(looked.policies());
    if (!looked.reason().isEmpty()) {
      obstacle = looked.reason();
      fleet.measure(now);
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      return;
    }
    now.submitWaiting(); // throws while the schedd is away
    now.avoid();
    fleet.measure(now);
    if (!obstacle.isEmpty()) {
      log.info("HTCondor answers again");
      obstacle = "";
    }
    if (now.leases() >= MOST_LEASES) {
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      return;
    }
    List<HeldLease> leased = new ArrayList<>();
    int wait = 2;
    while (leased.size() < MOST_IN_CLUSTER) {
      var more = now.engine.lease(wait, slots() == 0 ? reason() : null);
      if (more.isEmpty()) {
        break;
      }
      more.forEach(lease -> now.engine.held(lease.lease()).ifPresent(leased::add));
      wait = 0;
    }
    Map<Long, List<HeldLease>> byJob = new LinkedHashMap<>();
    for (HeldLease one : leased) {
      byJob.computeIfAbsent(one.lease().job(), id -> new ArrayList<>()).add(one);
    }
    for (List<HeldLease> one : byJob.values()) {
      now.submit(one, slots());
    }
  }

  private void followForEver() {
    long beat = 0;
    while (!closed) {
      try {
        CondorWork now = work;
        if (now != null) {
          boolean changed = now.follow(fleet.machines());
          if (changed || System.nanoTime() - beat > HEARTBEAT_NANOS) {
            beat = System.nanoTime();
            now.beat();
          }
        }
      } catch (InterruptedException e) {
        return;
      } catch (IOException | StorageException e) {
        log.warn("HTCondor's events cannot be followed now: {}", e.getMessage());
      } catch (RuntimeException e) { // whatever it is: a dead thread would lose every lease
        log.error("an event of HTCondor cannot be taken up", e);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
    }
  }

  /** Stops; what HTCondor runs goes on and is found again. */
  @Override
  public void close() {
    closed = true;
    tails.close();
    watch.close();
    submitter.interrupt();
    follower.interrupt();
    try {
      submitter.join(5000);
      follower.join(5000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
