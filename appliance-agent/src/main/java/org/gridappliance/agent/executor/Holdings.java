package org.gridappliance.agent.executor;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.LeaseProtocol;

/**
 * The leases in this executor's hands: {@link #accept} → they wait for cores → {@link #take} → a
 * slot runs it → {@link #finished} → its result waits for the portal → {@link #delivered}. At every
 * moment heartbeats find a lease in {@link #held} or {@link #undelivered}. Thread-safe.
 */
final class Holdings {
  private static final System.Logger LOG = System.getLogger(Holdings.class.getName());

  /** Subjobs at least this long are not asked for ahead of need. */
  private static final double SHORT_SECONDS = 2;

  private final int slots;
  private final Semaphore cores;
  private final Semaphore wanted = new Semaphore(0);
  private final Map<String, Subjob> held = new ConcurrentHashMap<>();
  private final Map<String, Long> undelivered = new ConcurrentHashMap<>();
  private final BlockingQueue<Subjob> queue = new LinkedBlockingQueue<>();
  private volatile double meanSeconds = SHORT_SECONDS;

  /**
   * Nothing yet.
   *
   * @param slots cores in all, ≥ 1
   */
  Holdings(int slots) {
    this.slots = slots;
    this.cores = new Semaphore(slots, true);
  }

  /** Takes a lease that the portal gave; one it names twice is the same. */
  void accept(Lease lease) {
    if (!LeaseCheck.isName(lease.lease())) {
      LOG.log(System.Logger.Level.WARNING, "A lease without a usable name was dropped");
      return;
    }
    Subjob subjob = new Subjob(lease);
    if (held.putIfAbsent(lease.lease(), subjob) == null) {
      queue.add(subjob);
    }
  }

  /** Waits for a subjob and for its cores; give them back with {@link #release}. */
  Subjob take() throws InterruptedException {
    Subjob subjob = queue.take();
    if (queue.size() < lowWater()) {
      askNow();
    }
    cores.acquire(subjob.cpus(slots));
    return subjob;
  }

  /** Its cores are free again. */
  void release(Subjob subjob) {
    cores.release(subjob.cpus(slots));
    askNow();
  }

  /** It ran; heartbeats name it until its result is delivered. */
  void finished(Subjob subjob, double wallSeconds) {
    meanSeconds = 0.9 * meanSeconds + 0.1 * Math.max(0.002, wallSeconds);
    undelivered.put(subjob.lease.lease(), subjob.lease.fence());
    held.remove(subjob.lease.lease());
  }

  /** It was stopped by order: the portal has done with it. */
  void drop(Subjob subjob) {
    held.remove(subjob.lease.lease());
  }

  /**
   * Takes one out of the hands of its slot, stopped, with a result to deliver.
   *
   * @return whether it was still held
   */
  boolean withdraw(Subjob subjob) {
    if (!held.remove(subjob.lease.lease(), subjob)) {
      return false;
    }
    queue.remove(subjob);
    subjob.reins.stop();
    undelivered.put(subjob.lease.lease(), subjob.lease.fence());
    return true;
  }

  /** Stops a subjob by order of the portal; one that only waits is dropped at once. */
  void stop(String lease) {
    Subjob subjob = held.get(lease);
    if (subjob == null) {
      return;
    }
    subjob.reins.stop();
    if (queue.remove(subjob)) {
      held.remove(lease);
      askNow();
    }
  }

  /** The portal must hear of this result, of an earlier run too. */
  void undelivered(String lease, long fence) {
    undelivered.put(lease, fence);
  }

  /** The portal has its result. */
  void delivered(String lease) {
    undelivered.remove(lease);
  }

  Optional<Subjob> find(String lease) {
    return Optional.ofNullable(held.get(lease));
  }

  Collection<Subjob> held() {
    return Collections.unmodifiableCollection(held.values());
  }

  /** {@return lease and fence of each result that the portal has not taken} */
  Map<String, Long> undelivered() {
    return Collections.unmodifiableMap(undelivered);
  }

  int waiting() {
    return queue.size();
  }

  int coresInUse() {
    return slots - cores.availablePermits();
  }

  /** {@return cores that nothing runs on and nothing waits for; below 0 when more is in hand} */
  int freeCores() {
    int queued = List.copyOf(queue).stream().mapToInt(s -> s.cpus(slots)).sum();
    return cores.availablePermits() - queued;
  }

  /** {@return memory that all in hand may use, in bytes} */
  long memoryBytes() {
    return held.values().stream().mapToLong(s -> s.lease.limits().memoryBytes()).sum();
  }

  /** {@return whether no more should be asked for before a core is free} */
  boolean hasEnoughAhead() {
    return queue.size() >= lowWater() || meanSeconds >= SHORT_SECONDS;
  }

  /** Half a second's worth of subjobs. */
  private int lowWater() {
    return (int) Math.clamp(slots * 0.5 / meanSeconds, 1, LeaseProtocol.MAX_BATCH / 2);
  }

  /** There may be room for more. */
  void askNow() {
    wanted.release();
  }

  /** Waits for {@link #askNow}. */
  void awaitNeed(long time, TimeUnit unit) throws InterruptedException {
    wanted.tryAcquire(time, unit);
    wanted.drainPermits();
  }

  /** What was said until now has been heard. */
  void forgetNeed() {
    wanted.drainPermits();
  }
}
