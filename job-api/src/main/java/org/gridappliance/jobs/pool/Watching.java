package org.gridappliance.jobs.pool;

import java.io.IOException;
import java.util.Objects;
import java.util.OptionalDouble;
import org.gridappliance.jobs.app.BoundedText;
import org.gridappliance.jobs.app.Progress;
import org.gridappliance.jobs.job.JobPlan;
import org.gridappliance.jobs.lease.Lease;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads how far running programs say they are from what they print: after each piece of live output
 * the last {@value #TAIL} bytes, so nothing is kept between two and a piece costs the same however
 * long the output is. Pieces come once a second from an executor, from HTCondor while somebody
 * looks. Thread-safe.
 */
final class Watching {
  private static final Logger log = LoggerFactory.getLogger(Watching.class);
  private static final int TAIL = 16 << 10;

  private final PoolState state;

  Watching(PoolState state) {
    this.state = state;
  }

  /** A piece was appended to a stream of a lease. */
  void look(Lease lease, JobPlan plan, String stream) throws IOException {
    Progress how = plan.app().progress().filter(p -> p.stream().equals(stream)).orElse(null);
    if (how == null || lease.index() < 0 || isGivenUp(lease)) {
      return;
    }
    String tail = OutputFiles.tail(plan.folder(), lease.index(), stream, TAIL);
    try {
      tell(lease, how.last(tail, total(plan, lease.index())));
    } catch (BoundedText.TooSlow | StackOverflowError e) {
      giveUp(lease);
      log.info(
          "progress not read job={} index={}: the pattern takes too long",
          lease.job(),
          lease.index());
    }
  }

  private static OptionalDouble total(JobPlan plan, int index) {
    try {
      return plan.progressTotal(index);
    } catch (org.gridappliance.jobs.app.CommandLine.CannotExpand | NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }

  private boolean isGivenUp(Lease lease) {
    state.lock.lock();
    try {
      Held held = state.held.get(lease.lease());
      return held == null || held.silent;
    } finally {
      state.lock.unlock();
    }
  }

  private void giveUp(Lease lease) {
    state.lock.lock();
    try {
      Held held = state.held.get(lease.lease());
      if (held != null) {
        held.silent = true;
      }
    } finally {
      state.lock.unlock();
    }
  }

  private void tell(Lease lease, Progress.Told told) {
    state.lock.lock();
    try {
      Held held = state.held.get(lease.lease());
      if (held == null || (told.percent().isEmpty() && told.message().isEmpty())) {
        return;
      }
      Double percent = held.percent;
      if (told.percent().isPresent()) {
        percent = told.percent().getAsDouble();
      }
      String message = told.message().orElse(held.message);
      if (message != null && message.isEmpty()) { // the program takes it back
        message = null;
      }
      if (!Objects.equals(percent, held.percent) || !Objects.equals(message, held.message)) {
        held.percent = percent;
        held.message = message;
        state.noteSubjob(held.job, lease.index());
        state.changes.note(lease.job(), ChangeLog.Kind.JOB, -1);
      }
    } finally {
      state.lock.unlock();
    }
  }
}
