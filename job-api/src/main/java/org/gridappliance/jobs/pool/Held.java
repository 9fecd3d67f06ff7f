package org.gridappliance.jobs.pool;

import org.gridappliance.jobs.lease.Lease;
import org.jspecify.annotations.Nullable;

/** A lease that a node holds. Guarded by the pool's lock. */
final class Held {
  final Lease lease;
  final Node node;
  final ActiveJob job;
  final int attempt;
  final long handedOutAt;

  /** Its part of a core for fair sharing; a batch of short subjobs weighs as much as one long. */
  final double weight;

  long expiresAt;
  boolean started;

  /** The machine of another scheduler's pool that it runs on. */
  @Nullable String machine;

  @Nullable Double percent;

  /** Its interactive program is to end; what it leaves is its result. */
  boolean finish;

  /** Heartbeats in a row that did not name it. */
  int missed;

  /** Its result is being put on disk: nothing else may happen to it. */
  boolean ending;

  Held(Lease lease, Node node, ActiveJob job, int attempt, long now, double weight) {
    this.lease = lease;
    this.node = node;
    this.job = job;
    this.attempt = attempt;
    this.handedOutAt = now;
    this.weight = weight;
    renew(now);
  }

  /** {@return whether another scheduler holds it but has not begun} */
  boolean waits() {
    return node.engine && !started && lease.index() >= 0;
  }

  void renew(long now) {
    expiresAt = now + lease.leaseSeconds() * 1000L;
    missed = 0;
  }
}
