package org.gridappliance.jobs.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.gridappliance.jobs.job.JobState;
import org.gridappliance.jobs.lease.Heartbeat;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.LeaseRequest;
import org.gridappliance.jobs.lease.Limits;
import org.gridappliance.jobs.lease.SubjobResult;
import org.jspecify.annotations.Nullable;

/**
 * Another scheduler's place in the queue: it takes leases, renews them and brings results as an
 * executor does, so that fences, retries, merging and the end of a job are the same. Thread-safe.
 */
public final class Engine {
  /** The most leases of one request. */
  public static final int MAX_LEASES = 1000;

  private final PoolState state;
  private final Dispatcher dispatcher;
  private final Roll roll;
  private final Collector collector;
  private final Node node;

  Engine(PoolState state, Dispatcher dispatcher, Roll roll, Collector collector, Node node) {
    this.state = state;
    this.dispatcher = dispatcher;
    this.roll = roll;
    this.collector = collector;
    this.node = node;
  }

  /**
   * {@return leases; waits for work}
   *
   * @param obstacle why it can take none now, in words for people; null when it can
   */
  public List<Lease> lease(int waitSeconds, @Nullable String obstacle) throws InterruptedException {
    return dispatcher.lease(
        node,
        new LeaseRequest(
            Integer.MAX_VALUE,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            MAX_LEASES,
            waitSeconds,
            obstacle == null,
            obstacle,
            null));
  }

  /** {@return what to stop and to suspend; those named are renewed} */
  public Heartbeat.Orders heartbeat(List<Heartbeat.Item> leases) {
    return roll.heartbeat(node, new Heartbeat(leases));
  }

  /** Tells where a lease runs; its result is kept with that name. */
  public void runsOn(String lease, String machine) {
    state.lock.lock();
    try {
      Held held = state.held.get(lease);
      if (held != null && held.node == node) {
        held.machine = machine;
      }
    } finally {
      state.lock.unlock();
    }
  }

  /** {@return its machines that only fail what they get and are to get nothing for a while} */
  public Set<String> paused() {
    state.lock.lock();
    try {
      return state.pausedMachines();
    } finally {
      state.lock.unlock();
    }
  }

  /** {@return one status a result: 204 taken, 409 superseded, 404 not its own} */
  public List<Integer> results(List<SubjobResult> results) {
    return collector.results(node, results);
  }

  /** Tells how large it is. */
  public void capacity(int cpus, int largestCpus, long largestMemoryBytes) {
    state.lock.lock();
    try {
      if (node.cpus != cpus
          || node.largestCpus != largestCpus
          || node.memoryBytes != largestMemoryBytes) {
        node.cpus = cpus;
        node.largestCpus = largestCpus;
        node.memoryBytes = largestMemoryBytes;
        state.changes.note(0, ChangeLog.Kind.POOL, 0);
        state.work.signalAll();
      }
    } finally {
      state.lock.unlock();
    }
  }

  /** Tells who knows why no machine takes a job; asked often, under the pool's lock. */
  public void explain(Function<Limits, Optional<String>> obstacle) {
    state.obstacle = obstacle;
  }

  /** {@return cores in all} */
  public int cpus() {
    state.lock.lock();
    try {
      return node.cpus;
    } finally {
      state.lock.unlock();
    }
  }

  /** {@return a lease that it holds} */
  public Optional<LocalPool.HeldLease> held(String lease) {
    state.lock.lock();
    try {
      Held held = state.held.get(lease);
      return held == null || held.node != node
          ? Optional.empty()
          : Optional.of(new LocalPool.HeldLease(held.lease, held.job.plan));
    } finally {
      state.lock.unlock();
    }
  }

  /** {@return every lease that it holds, as after a restart} */
  public List<LocalPool.HeldLease> all() {
    List<LocalPool.HeldLease> all = new ArrayList<>();
    state.lock.lock();
    try {
      node.held
          .values()
          .forEach(held -> all.add(new LocalPool.HeldLease(held.lease, held.job.plan)));
    } finally {
      state.lock.unlock();
    }
    return all;
  }

  /** {@return whether nothing more of a job is to be started} */
  public boolean isHeld(long job) {
    state.lock.lock();
    try {
      ActiveJob one = state.jobs.get(job);
      return one != null && one.record.state() == JobState.HELD;
    } finally {
      state.lock.unlock();
    }
  }

  /** {@return who submitted a job that has not ended} */
  public Optional<String> owner(long job) {
    state.lock.lock();
    try {
      return Optional.ofNullable(state.jobs.get(job)).map(one -> one.record.owner());
    } finally {
      state.lock.unlock();
    }
  }

  /** {@return how long a subjob of a job takes, in seconds: measured, else as its app expects} */
  public double meanSeconds(long job) {
    state.lock.lock();
    try {
      ActiveJob one = state.jobs.get(job);
      return one == null ? 1 : one.meanSeconds;
    } finally {
      state.lock.unlock();
    }
  }
}
