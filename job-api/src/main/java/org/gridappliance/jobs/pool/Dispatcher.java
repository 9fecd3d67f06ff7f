package org.gridappliance.jobs.pool;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.gridappliance.jobs.JobSettings;
import org.gridappliance.jobs.NetworkPolicy;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.CommandLine;
import org.gridappliance.jobs.job.Ids;
import org.gridappliance.jobs.job.JobPlan;
import org.gridappliance.jobs.job.JobState;
import org.gridappliance.jobs.job.StorageException;
import org.gridappliance.jobs.job.SubjobRow;
import org.gridappliance.jobs.job.SubjobStore;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.LeaseRequest;
import org.gridappliance.jobs.lease.Limits;
import org.gridappliance.jobs.lease.Sandbox;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands out leases.
 *
 * <p>Whose turn it is: the highest priority first; among equals the owner whose subjobs use the
 * fewest cores now, then the one served longest ago, then the oldest job. Subjobs that take less
 * than {@value #BATCH_SECONDS} s come in batches of about that length a core, so that the round
 * trip does not count; towards the end of a job a node gets at most half its share of what is left,
 * so that nodes end together.
 *
 * <p>Nobody's subjobs use more cores than {@link JobSettings#coresPerPerson()} on the portal's
 * executors; HTCondor has quotas of its own.
 *
 * <p>A lease holds for {@link JobSettings#shortLease()}, or for {@link JobSettings#longLease()}
 * when the application expects at least {@link JobSettings#LONG_SUBJOB}: then a node that is away
 * for an hour does not lose its work. It is to be renewed every third of that, but at least every
 * {@value #SLOWEST_HEARTBEAT} s and at most every {@value #FASTEST_HEARTBEAT} s.
 *
 * <p>A batch is on disk, in one transaction, before it is answered: after a crash the portal knows
 * who held what, and honours it.
 */
final class Dispatcher {
  static final int BATCH_SECONDS = 2;
  static final int FASTEST_HEARTBEAT = 5;
  static final int SLOWEST_HEARTBEAT = 60;

  private static final int KEY_BYTES = 32;
  private static final String CANNOT_SEAL =
      "what runs there is to be sealed (setting pool.seal), and its appliance cannot; update it, or"
          + " see ./appliance doctor there";
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

  private final PoolState state;
  private final SubjobStore subjobs;
  private final Fences fences;
  private final JobSettings settings;

  Dispatcher(PoolState state, SubjobStore subjobs, Fences fences, JobSettings settings) {
    this.state = state;
    this.subjobs = subjobs;
    this.fences = fences;
    this.settings = settings;
  }

  /** What one request gets. */
  private static final class Hand {
    final List<Held> held = new ArrayList<>();
    final Set<ActiveJob> begun = new HashSet<>();
    long fence;
  }

  /**
   * {@return leases for a node; waits for work as long as the request says. Empty early when the
   * node has an order to fetch by heartbeat, or asks anew from elsewhere}
   */
  List<Lease> lease(Node node, LeaseRequest asked) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(asked.waitSeconds());
    Hand hand = new Hand();
    hand.fence = fences.take(asked.max());
    state.lock.lock();
    try {
      long poll = ++node.polls;
      state.work.signalAll(); // an older request of this node ends
      greet(node, asked);
      while (true) {
        if (node.removed) {
          throw PoolState.unauthorized();
        }
        long now = state.clock.millis();
        node.lastSeenAt = now;
        if (node.polls == poll
            && node.standing == Standing.OPEN
            && node.ready
            && !node.isPaused(now)) {
          handOut(node, asked, hand, now);
        }
        long left = end - System.nanoTime();
        if (!hand.held.isEmpty() || node.nudged || left <= 0 || node.polls != poll) {
          break;
        }
        // at least once a second: a pause may have ended
        state.work.awaitNanos(Math.min(left, TimeUnit.SECONDS.toNanos(1)));
      }
      node.nudged = false;
    } finally {
      state.lock.unlock();
    }
    return hand.held.isEmpty() ? List.of() : keep(hand);
  }

  private void greet(Node node, LeaseRequest asked) {
    boolean seals = asked.canSeal() || node.engine || !settings.seal().seals(node.row.own());
    boolean ready = asked.canContain() && seals;
    String reason = seals || !asked.canContain() ? asked.reason() : CANNOT_SEAL;
    if (node.isAway(state.clock.millis())
        || node.ready != ready
        || !java.util.Objects.equals(node.reason, reason)) {
      state.changes.note(0, ChangeLog.Kind.POOL, 0);
    }
    node.ready = ready;
    node.reason = reason;
  }

  private List<Lease> keep(Hand hand) {
    List<SubjobRow> rows = new ArrayList<>(hand.held.size());
    for (Held one : hand.held) {
      rows.add(
          new SubjobRow(
              Ids.subjob(one.lease.job(), one.lease.index()),
              'R',
              one.attempt,
              one.lease.fence(),
              one.node.id(),
              one.handedOutAt,
              null,
              null,
              null,
              null,
              null,
              null,
              List.of(),
              null));
    }
    List<Long> begun = hand.begun.stream().map(ActiveJob::id).toList();
    try {
      subjobs.leased(rows, begun, state.clock.millis());
    } catch (StorageException e) {
      takeBack(hand);
      throw e;
    }
    return hand.held.stream().map(this::sealed).toList();
  }

  /**
   * {@return the lease as it is answered: where its subjob is to be sealed, with a key of its own,
   * which is not kept here}. Programs with windows and other schedulers' jobs run unsealed.
   */
  private Lease sealed(Held one) {
    Lease lease = one.lease;
    if (one.node.engine
        || lease.interactive() != null
        || !settings.seal().seals(one.node.row.own())) {
      return lease;
    }
    byte[] key = new byte[KEY_BYTES];
    RANDOM.nextBytes(key);
    Sandbox sandbox = lease.sandbox() == null ? Sandbox.PLAIN : lease.sandbox();
    return lease.withSandbox(sandbox.withSealKey(HexFormat.of().formatHex(key)));
  }

  private void takeBack(Hand hand) {
    state.lock.lock();
    try {
      for (Held one : hand.held) {
        if (state.held.containsKey(one.lease.lease())) {
          state.release(one);
          one.job.giveBack(one.lease.index());
          state.noteSubjob(one.job, one.lease.index());
        }
      }
    } finally {
      state.lock.unlock();
    }
  }

  private void handOut(Node node, LeaseRequest asked, Hand hand, long now) {
    double cpus = asked.cpus();
    long memory = asked.memoryBytes();
    long disk = asked.diskBytes();
    List<Node> usable = state.usable(now, node.pool());
    Set<ActiveJob> passed = new HashSet<>();
    while (hand.held.size() < asked.max()) {
      ActiveJob job = next(node, cpus, memory, disk, passed);
      if (job == null) {
        return;
      }
      int perSlot = perSlot(job);
      int most =
          Math.min(Math.min(perSlot, asked.max() - hand.held.size()), share(job, node, usable));
      boolean others = state.anotherCouldRun(node, job.plan.limits(), now);
      List<Integer> taken = job.take(most, others ? node.id() : null);
      if (taken.isEmpty()) {
        passed.add(job);
        continue;
      }
      Limits limits = job.plan.limits();
      if (!hold(node, job, taken, hand, now, (double) limits.cpus() / perSlot)) {
        passed.add(job);
        continue;
      }
      cpus -= limits.cpus();
      memory -= limits.memoryBytes();
      disk -= limits.diskBytes();
    }
  }

  private @Nullable ActiveJob next(
      Node node, double cpus, long memory, long disk, Set<ActiveJob> passed) {
    ActiveJob best = null;
    for (ActiveJob job : state.jobs.values()) {
      JobState at = job.record.state();
      Limits limits = job.plan.limits();
      if (!job.hasReady()
          || !job.pool().equals(node.pool())
          || (node.engine && !node.couldRun(limits))
          || (at != JobState.IDLE && at != JobState.RUNNING)
          || (!node.engine && !state.mayUse(job.record.owner(), limits.cpus()))
          || limits.cpus() > cpus
          || limits.memoryBytes() > memory
          || limits.diskBytes() > disk
          || passed.contains(job)) {
        continue;
      }
      if (best == null || goesFirst(job, best)) {
        best = job;
      }
    }
    return best;
  }

  private boolean goesFirst(ActiveJob one, ActiveJob other) {
    int byPriority = Integer.compare(one.record.priority(), other.record.priority());
    if (byPriority != 0) {
      return byPriority > 0;
    }
    String owner = one.record.owner();
    String otherOwner = other.record.owner();
    if (owner.equals(otherOwner)) {
      return false; // jobs come by id: the older first
    }
    int byLoad = Double.compare(state.load(owner), state.load(otherOwner));
    return byLoad != 0 ? byLoad < 0 : state.served(owner) < state.served(otherOwner);
  }

  private static int perSlot(ActiveJob job) {
    double seconds = Math.max(job.meanSeconds, 0.001);
    return (int) Math.clamp(BATCH_SECONDS / seconds, 1, 256);
  }

  /** {@return the most that this node should get of a job now} */
  private static int share(ActiveJob job, Node node, List<Node> usable) {
    int all = 0;
    for (Node one : usable) {
      all += one.cpus;
    }
    if (all <= node.cpus) {
      return Integer.MAX_VALUE;
    }
    long part = (long) job.readyCount * node.cpus / (2L * all);
    return (int) Math.max(1, part / Math.max(1, node.cpus));
  }

  private boolean hold(
      Node node, ActiveJob job, List<Integer> taken, Hand hand, long now, double weight) {
    if (job.record.state() == JobState.IDLE) {
      job.record = job.record.with(JobState.RUNNING, now, null, null);
      hand.begun.add(job);
    }
    for (int at = 0; at < taken.size(); at++) {
      int index = taken.get(at);
      try {
        Held one = held(node, job, index, hand.fence++, now, weight);
        state.hold(one);
        hand.held.add(one);
        state.noteSubjob(job, index);
      } catch (CommandLine.CannotExpand | StorageException e) {
        log.error("subjob cannot be handed out job={} index={}", job.id(), index, e);
        taken.subList(at, taken.size()).forEach(job::giveBack);
        return false;
      }
    }
    state.changes.note(0, ChangeLog.Kind.POOL, 0);
    return true;
  }

  private Held held(Node node, ActiveJob job, int index, long fence, long now, double weight) {
    JobPlan.Work work = index < 0 ? job.mergeWork : job.plan.work(index);
    if (work == null) {
      throw new StorageException("job " + job.id() + " has no merge command", null);
    }
    int attempt = job.attempt(index) + 1;
    job.attempt(index, attempt);
    return new Held(
        lease(node, job, index, fence, work, settings), node, job, attempt, now, weight);
  }

  /** {@return a lease as the executor sees it} */
  static Lease lease(
      Node node, ActiveJob job, int index, long fence, JobPlan.Work work, JobSettings settings) {
    boolean isLong = job.plan.resources().expectedSeconds() >= JobSettings.LONG_SUBJOB.toSeconds();
    int seconds = (int) (isLong ? settings.longLease() : settings.shortLease()).toSeconds();
    return new Lease(
        LeaseName.of(job.id(), index, fence, node.id()),
        fence,
        job.id(),
        index,
        work.command(),
        work.environment(),
        work.inputs(),
        work.outputs(),
        job.plan.limits(),
        seconds,
        Math.clamp(seconds / 3, FASTEST_HEARTBEAT, SLOWEST_HEARTBEAT),
        job.plan.app().interactive().orElse(null),
        sandbox(job.plan.app(), settings),
        index < 0 || job.plan.app().checkpoint().isEmpty() ? null : job.plan.app().checkpoint());
  }

  private static @Nullable Sandbox sandbox(App app, JobSettings settings) {
    Sandbox.Published bundle = settings.bundles().of(app).orElse(null);
    List<Sandbox.Host> network =
        settings.network() == NetworkPolicy.OFF ? List.of() : app.network();
    return bundle == null && app.allow().isEmpty() && network.isEmpty()
        ? null
        : new Sandbox(
            bundle, app.allow(), null, network, settings.network() == NetworkPolicy.PRIVATE);
  }
}
