package org.gridappliance.jobs.pool;

import java.util.Optional;
import java.util.OptionalDouble;
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

  /** By {@link PoolState#ticks}; 0 before it is held. */
  long expiresAt;

  boolean started;

  /** When another scheduler began it. */
  long begunAt;

  /** The machine of another scheduler's pool that it runs on. */
  @Nullable String machine;

  /** How far its program says it is, 0..100, and what it does, on one line; as it printed them. */
  @Nullable Double percent;

  @Nullable String message;

  /** What it prints is no longer looked at for that: the application's pattern takes too long. */
  boolean silent;

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
  }

  /** {@return whether another scheduler holds it but has not begun} */
  boolean waits() {
    return node.engine && !started && lease.index() >= 0;
  }

  /** {@return the seconds that it still takes if it goes on as it says it did so far} */
  OptionalDouble secondsLeft(long now) {
    long since = node.engine ? begunAt : handedOutAt;
    if (percent == null || percent <= 0 || since == 0) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(Math.max(0, now - since) / 1000.0 * (100 - percent) / percent);
  }

  /** {@return how far it says it is; 0 percent while it only says what it does} */
  Optional<JobSnapshot.Advance> advance() {
    return percent == null && message == null
        ? Optional.empty()
        : Optional.of(new JobSnapshot.Advance(percent == null ? 0 : percent, message));
  }

  /**
   * It is good for its whole time again.
   *
   * @param ticks of the pool's {@link org.gridappliance.jobs.SteadyClock}
   */
  void renew(long ticks) {
    expiresAt = ticks + lease.leaseSeconds() * 1000L;
    missed = 0;
  }
}
