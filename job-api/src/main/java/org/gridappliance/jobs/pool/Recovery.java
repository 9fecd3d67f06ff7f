package org.gridappliance.jobs.pool;

import java.util.ArrayList;
import java.util.List;
import org.gridappliance.jobs.JobSettings;
import org.gridappliance.jobs.job.JobPlan;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.job.SubjobRow;
import org.gridappliance.jobs.job.SubjobStore;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a job of the database up into memory. A subjob that was leased is held by the same node
 * with the same fence as before, for a whole lease time from now: an executor that comes back goes
 * on as if nothing had been.
 */
final class Recovery {
  private static final Logger log = LoggerFactory.getLogger(Recovery.class);

  private final PoolState state;
  private final SubjobStore subjobs;
  private final JobSettings settings;

  Recovery(PoolState state, SubjobStore subjobs, JobSettings settings) {
    this.state = state;
    this.subjobs = subjobs;
    this.settings = settings;
  }

  /** {@return the job as the rows of its subjobs say; not in the queue yet} */
  ActiveJob load(JobRecord record, JobPlan plan) {
    ActiveJob job = new ActiveJob(record, plan);
    List<SubjobRow> leased = new ArrayList<>();
    subjobs.each(
        record.id(),
        row -> {
          if (row.index() == LeaseProtocol.MERGE_INDEX) {
            job.attempt(row.index(), row.attempt()); // the merge is made again
            return;
          }
          job.restore(row.index(), row.state(), row.attempt());
          if (row.state() == 'R') {
            leased.add(row);
          } else if (row.state() == 'F' && job.firstFailure == null) {
            job.firstFailure = row.failure();
          } else if (row.state() == 'C' && row.wallSeconds() != null) {
            job.took(row.wallSeconds());
          }
        });
    state.lock.lock();
    try {
      leased.forEach(row -> hold(job, row));
    } finally {
      state.lock.unlock();
    }
    return job;
  }

  private void hold(ActiveJob job, SubjobRow row) {
    Node node = state.nodes.get(row.node());
    if (node == null) { // removed meanwhile
      job.giveBack(row.index());
      return;
    }
    Held held =
        new Held(
            Dispatcher.lease(
                node, job, row.index(), row.fence(), job.plan.work(row.index()), settings),
            node,
            job,
            row.attempt(),
            row.startedAt(),
            job.plan.limits().cpus());
    state.hold(held);
    log.debug("lease honoured job={} index={} node={}", job.id(), row.index(), node.row.name());
  }
}
