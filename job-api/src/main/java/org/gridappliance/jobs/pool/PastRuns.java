package org.gridappliance.jobs.pool;

import org.gridappliance.jobs.history.Run;
import org.gridappliance.jobs.job.Ids;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.SubjobResult;
import org.jspecify.annotations.Nullable;

/** What history says of a lease that is over. */
final class PastRuns {
  private static final double SECOND = 1000;

  private PastRuns() {}

  /** {@return a run that left a result, good or bad} */
  static Run of(Held held, SubjobResult result, Verdict verdict, long now) {
    return switch (verdict) {
      case Verdict.Completed() -> run(held, Run.State.COMPLETED, result, null, now);
      case Verdict.Again(Failure why) -> run(held, Run.State.RETRIED, result, why, now);
      case Verdict.Failed(Failure why) -> run(held, Run.State.FAILED, result, why, now);
    };
  }

  /** {@return a run that its machine took with it} */
  static Run lost(Held held, Verdict verdict, Failure why, long now) {
    Run.State state = verdict instanceof Verdict.Failed ? Run.State.FAILED : Run.State.RETRIED;
    return run(held, state, null, why, now);
  }

  /** {@return a run that its job's end stopped} */
  static Run removed(Held held, long now) {
    return run(held, Run.State.REMOVED, null, null, now);
  }

  private static Run run(
      Held held, Run.State state, @Nullable SubjobResult result, @Nullable Failure why, long now) {
    JobRecord job = held.job.record;
    double wall =
        result != null && result.wallSeconds() > 0
            ? result.wallSeconds()
            : Math.max(0, now - held.handedOutAt) / SECOND;
    // another scheduler's lease begins in its queue, not on its machine
    long started =
        held.node.engine
            ? Math.max(held.handedOutAt, now - (long) (wall * SECOND))
            : held.handedOutAt;
    String machine = held.machine;
    boolean subjob = held.lease.index() >= 0; // a merge is another command
    return new Run(
        0,
        Ids.subjob(held.lease.job(), held.lease.index()),
        job.owner(),
        job.name(),
        job.app(),
        held.node.pool(),
        machine == null ? held.node.row.name() : machine,
        state,
        held.attempt,
        started,
        now,
        wall,
        result == null ? null : result.cpuSeconds(),
        held.lease.limits().cpus(),
        held.lease.limits().memoryBytes(),
        result == null ? null : result.peakMemoryBytes(),
        result == null ? null : result.exitCode(),
        result == null ? null : result.signal(),
        why == null ? null : why.message(),
        subjob ? held.job.plan.resources().expectedSeconds() : 0,
        subjob ? held.lease.limits().wallSeconds() : 0);
  }
}
