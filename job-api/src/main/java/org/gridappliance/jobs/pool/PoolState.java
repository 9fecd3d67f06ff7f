package org.gridappliance.jobs.pool;

import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.gridappliance.jobs.SteadyClock;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Limits;
import org.jspecify.annotations.Nullable;

/**
 * What the pool knows in memory: nodes, jobs that have not ended, leases that are held. One lock
 * guards it all; it is never held over disk or network. Order of locks: a node's {@code results}, a
 * job's {@code transition}, this one, the {@link ChangeLog}'s.
 */
final class PoolState {
  /** Sums of parts of a core are not exact. */
  private static final double ROUNDING = 1e-9;

  final ReentrantLock lock = new ReentrantLock();

  /** Signalled when there may be work or an order for a waiting node. */
  final Condition work = lock.newCondition();

  final Map<Long, Node> nodes = new TreeMap<>();
  final Map<String, Node> nodesByToken = new HashMap<>();
  final TreeMap<Long, ActiveJob> jobs = new TreeMap<>();
  final Map<String, Held> held = new HashMap<>();

  /** Of another scheduler's machines by name, as long as they fail. */
  final Map<String, FastFailures> machineFailures = new HashMap<>();

  final ChangeLog changes;
  final Clock clock;

  /** What leases end by: a clock that is set would end them all at once. */
  final LongSupplier ticks;

  /** Cores that each owner's subjobs use now. */
  private final Map<String, Double> load = new HashMap<>();

  /** Those of them on executors of this portal, which the quota bounds. */
  private final Map<String, Double> localLoad = new HashMap<>();

  /** The most that one owner may use there; 0: all. */
  private final int coresPerPerson;

  /** When each owner was last served, as a running number. */
  private final Map<String, Long> served = new HashMap<>();

  /**
   * Why no machine behind another scheduler takes such work now, in words; empty when one could.
   */
  volatile Function<Limits, Optional<String>> obstacle = limits -> Optional.empty();

  private long servings;

  PoolState(ChangeLog changes, Clock clock, int coresPerPerson) {
    this.changes = changes;
    this.clock = clock;
    this.ticks = SteadyClock.ticksOf(clock);
    this.coresPerPerson = coresPerPerson;
  }

  int coresPerPerson() {
    return coresPerPerson;
  }

  double load(String owner) {
    return load.getOrDefault(owner, 0.0);
  }

  /**
   * {@return whether a person's quota of cores lets another subjob start on this portal's
   * executors} One that alone needs more than the quota runs when nothing else of his does.
   */
  boolean mayUse(String owner, int cores) {
    double used = localLoad.getOrDefault(owner, 0.0);
    return coresPerPerson == 0 || used == 0 || used + cores <= coresPerPerson + ROUNDING;
  }

  private static void subtract(Map<String, Double> loads, String owner, double weight) {
    double left = loads.getOrDefault(owner, 0.0) - weight;
    if (left < ROUNDING) {
      loads.remove(owner);
    } else {
      loads.put(owner, left);
    }
  }

  long served(String owner) {
    return served.getOrDefault(owner, 0L);
  }

  /** A job turned out to be malformed: no machine failed it. */
  void forgive(long job) {
    nodes.values().forEach(node -> node.failures.forgive(job));
    machineFailures.values().forEach(machine -> machine.forgive(job));
  }

  /** {@return the machines of another scheduler that are left alone for a while, by name} */
  Set<String> pausedMachines() {
    long now = clock.millis();
    Set<String> paused = new TreeSet<>();
    machineFailures.forEach(
        (name, failures) -> {
          if (failures.isPaused(now)) {
            paused.add(name);
          }
        });
    return paused;
  }

  void hold(Held one) {
    one.renew(ticks.getAsLong());
    held.put(one.lease.lease(), one);
    one.node.held.put(one.lease.lease(), one);
    one.job.held.put(one.lease.index(), one);
    one.job.waiting += one.waits() ? 1 : 0;
    String owner = one.job.record.owner();
    load.merge(owner, one.weight, Double::sum);
    if (!one.node.engine) {
      localLoad.merge(owner, one.weight, Double::sum);
    }
    served.put(owner, ++servings);
  }

  /** Ends a lease in memory; what becomes of its subjob is the caller's to say. */
  void release(Held one) {
    if (held.remove(one.lease.lease()) == null) {
      return;
    }
    one.node.held.remove(one.lease.lease());
    one.job.held.remove(one.lease.index(), one);
    one.job.waiting -= one.waits() ? 1 : 0;
    String owner = one.job.record.owner();
    subtract(load, owner, one.weight);
    if (!one.node.engine) {
      subtract(localLoad, owner, one.weight);
    }
  }

  /** Notes whether the program of a lease runs. */
  void started(Held one, boolean now) {
    if (one.started == now) {
      return;
    }
    one.job.waiting -= one.waits() ? 1 : 0;
    one.started = now;
    one.begunAt = now ? clock.millis() : 0;
    one.job.waiting += one.waits() ? 1 : 0;
    if (one.node.engine) {
      noteSubjob(one.job, one.lease.index());
      noteJob(one.job);
    }
  }

  /** Ends all leases of a job and has their nodes told soon. */
  void stopLeases(ActiveJob job) {
    for (Held one : List.copyOf(job.held.values())) {
      release(one);
      one.node.nudged = true;
    }
    work.signalAll();
    changes.note(0, ChangeLog.Kind.POOL, 0);
  }

  void noteSubjob(ActiveJob job, int index) {
    changes.note(job.id(), ChangeLog.Kind.SUBJOB, index);
  }

  void noteJob(ActiveJob job) {
    changes.note(job.id(), ChangeLog.Kind.JOB, -1);
    changes.note(0, ChangeLog.Kind.POOL, 0);
  }

  /**
   * {@return the node of a bearer token}
   *
   * @throws Problem 401 for an unknown, forged or revoked one
   */
  Node authenticate(@Nullable String bearer) {
    if (bearer != null) {
      String hash = Tokens.hash(bearer);
      lock.lock();
      try {
        Node node = nodesByToken.get(hash);
        if (node != null && !node.removed) {
          return node;
        }
      } finally {
        lock.unlock();
      }
    }
    throw unauthorized();
  }

  static Problem unauthorized() {
    return new Problem(
        401,
        "Not an executor of this pool",
        "the executor's token is missing, unknown or revoked; join again with ./appliance node join"
            + " LINK");
  }

  /** {@return whether some other usable node has room to run it now} */
  boolean anotherCouldRun(Node not, Limits limits, long now) {
    for (Node node : nodes.values()) {
      if (node != not
          && node.engine == not.engine
          && node.isUsable(now)
          && node.couldRun(limits)
          && node.freeCpus() >= limits.cpus()) {
        return true;
      }
    }
    return false;
  }

  /** {@return usable nodes of a pool} */
  List<Node> usable(long now, String pool) {
    return usable(now).stream().filter(node -> node.pool().equals(pool)).toList();
  }

  /** {@return usable nodes} */
  List<Node> usable(long now) {
    List<Node> usable = new ArrayList<>();
    for (Node node : nodes.values()) {
      if (node.isUsable(now)) {
        usable.add(node);
      }
    }
    return usable;
  }

  /**
   * Takes a failed try into account and puts the subjob where the verdict says, in memory.
   *
   * @param programsOwn the failure may be the program's: counts toward a malformed job
   */
  void settle(ActiveJob job, int index, Verdict verdict, long node, boolean programsOwn) {
    switch (verdict) {
      case Verdict.Completed() -> {
        job.move(index, 'C');
        job.faults.remove(index);
        job.badInARow = 0;
        job.badNodes.clear();
        if (job.goodNodes.size() < 64) {
          job.goodNodes.add(node);
        }
      }
      case Verdict.Again(Failure why) -> {
        bad(job, why, node, programsOwn);
        job.giveBack(index);
        work.signalAll();
      }
      case Verdict.Failed(Failure why) -> {
        bad(job, why, node, programsOwn);
        job.move(index, 'F');
        job.faults.remove(index);
      }
    }
    noteSubjob(job, index);
  }

  private static void bad(ActiveJob job, Failure why, long node, boolean programsOwn) {
    if (job.firstFailure == null) {
      job.firstFailure = why;
    }
    if (programsOwn) {
      job.badInARow++;
      job.badNodes.add(node);
    }
  }
}
