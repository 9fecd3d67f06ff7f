package org.gridappliance.jobs.pool;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.lease.Limits;
import org.jspecify.annotations.Nullable;

/**
 * A machine that has joined, as the pool sees it now. Guarded by the pool's lock, but for {@code
 * results}.
 */
final class Node {
  /** Not heard of for so long, a node is away. */
  static final long AWAY_MILLIS = 90_000;

  /** Fast failures in a row that pause a node (Entropia §4.3.3). */
  static final int BLACK_HOLE = 3;

  private static final long FIRST_PAUSE_MILLIS = 30_000;
  private static final long LONGEST_PAUSE_MILLIS = 3_600_000;

  final Nodes.NodeRow row;

  /** Not one machine but another scheduler, with machines of its own behind it. */
  final boolean engine;

  /** Cores in all, and of the largest machine; memory of the largest. */
  int cpus;

  int largestCpus;
  long memoryBytes;
  final Map<String, Held> held = new HashMap<>();

  /** One request with results at a time, so that a repeated one waits for the first. */
  final ReentrantLock results = new ReentrantLock();

  Standing standing;
  @Nullable Place place;
  long lastSeenAt;
  boolean ready = true;
  @Nullable String reason;
  boolean removed;

  /** Requests for work so far: a newer one ends an older that still waits. */
  long polls;

  /** It has something to learn by heartbeat: its waiting request for work is answered early. */
  boolean nudged;

  private int streak;
  private boolean streakIsItsFault;
  private final Set<Long> streakJobs = new HashSet<>();
  private int pauses;
  long pausedUntil;

  Node(Nodes.NodeRow row) {
    this.row = row;
    this.standing = row.standing();
    this.place = row.place();
    engine = row.tokenHash().startsWith(Nodes.ENGINE);
    cpus = row.cpus();
    largestCpus = row.cpus();
    memoryBytes = row.memoryBytes();
  }

  long id() {
    return row.id();
  }

  boolean isAway(long now) {
    return lastSeenAt == 0 || now - lastSeenAt > AWAY_MILLIS;
  }

  boolean isPaused(long now) {
    return pausedUntil > now;
  }

  /** {@return whether work given now would be taken up} */
  boolean isUsable(long now) {
    return !removed && standing == Standing.OPEN && ready && !isAway(now) && !isPaused(now);
  }

  /** {@return the pool whose jobs it takes} */
  String pool() {
    return engine ? JobRecord.CONDOR : JobRecord.LOCAL;
  }

  boolean couldRun(Limits limits) {
    return largestCpus >= limits.cpus() && memoryBytes >= limits.memoryBytes();
  }

  /** {@return cores not under a lease} */
  int freeCpus() {
    int used = 0;
    for (Held one : held.values()) {
      used += one.waits() ? 0 : one.lease.limits().cpus();
    }
    return Math.max(0, cpus - used);
  }

  void succeeded() {
    streak = 0;
    streakIsItsFault = false;
    streakJobs.clear();
    pauses = 0;
  }

  /**
   * Notes a failure that came sooner than any subjob should end, or that is the node's own.
   *
   * @param itsFault certainly the node's: the program never got its chance, or the same job
   *     completes elsewhere
   * @return whether the node is paused for it
   */
  boolean failedFast(long job, boolean itsFault, long now) {
    if (engine) { // one machine of many: HTCondor keeps its own account of them
      return false;
    }
    streak++;
    streakIsItsFault |= itsFault;
    streakJobs.add(job);
    if (streak < BLACK_HOLE || !(streakIsItsFault || streakJobs.size() > 1)) {
      return false;
    }
    long pause = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(pauses, 10));
    pauses++;
    pausedUntil = now + pause;
    streak = BLACK_HOLE - 1; // after the pause one more failure is enough
    return true;
  }

  /** A job turned out to be malformed: what it did here was not the node's doing. */
  void forgive(long job) {
    if (streakJobs.equals(Set.of(job))) {
      succeeded();
      pausedUntil = 0;
    }
  }
}
