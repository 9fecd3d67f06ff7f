package org.gridappliance.jobs.pool;

import java.util.HashMap;
import java.util.Map;
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

  /** Where its last request came from; since the start of this program. */
  volatile @Nullable String address;

  long lastSeenAt;
  boolean ready = true;
  @Nullable String reason;
  boolean removed;

  /** Requests for work so far: a newer one ends an older that still waits. */
  long polls;

  /** It has something to learn by heartbeat: its waiting request for work is answered early. */
  boolean nudged;

  final FastFailures failures = new FastFailures();

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
    return failures.isPaused(now);
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
}
