package org.gridappliance.jobs.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.job.JobState;
import org.gridappliance.jobs.lease.Failure;
import org.jspecify.annotations.Nullable;

/** Finds subjobs that people may sit before, and has interactive programs end. Thread-safe. */
public final class Seats {
  private final PoolState state;
  private final JobActions actions;

  Seats(PoolState state, JobActions actions) {
    this.state = state;
    this.actions = actions;
  }

  /** {@return a subjob of a job that has not ended} */
  public Optional<Seat> find(long id, int index) {
    state.lock.lock();
    try {
      ActiveJob job = state.jobs.get(id);
      return job == null || index < 0 || index >= job.states.length
          ? Optional.empty()
          : Optional.of(seat(job, index));
    } finally {
      state.lock.unlock();
    }
  }

  /** {@return the programs with windows that a person has waiting or running} */
  public List<Seat> interactive(String owner) {
    List<Seat> seats = new ArrayList<>();
    state.lock.lock();
    try {
      for (ActiveJob job : state.jobs.values()) {
        if (job.plan.app().interactive().isPresent() && job.record.owner().equals(owner)) {
          seats.add(seat(job, 0));
        }
      }
    } finally {
      state.lock.unlock();
    }
    return seats;
  }

  /** {@return whether a lease is still held with this fence} */
  public boolean isHeld(String lease, long fence) {
    state.lock.lock();
    try {
      Held held = state.held.get(lease);
      return held != null && held.lease.fence() == fence;
    } finally {
      state.lock.unlock();
    }
  }

  /**
   * Has an interactive program end as if it had by itself; one that waits is cancelled.
   *
   * @return the node that must be told; empty when there is none
   * @throws Problem 409 when the job is not interactive or has ended
   */
  public Optional<Long> finish(long id) {
    state.lock.lock();
    try {
      ActiveJob job = state.jobs.get(id);
      if (job == null || job.record.state().ended()) {
        throw Problem.conflict("job " + id + " has ended; it cannot be stopped");
      }
      if (job.plan.app().interactive().isEmpty()) {
        throw Problem.conflict("job " + id + " shows no windows; cancel it instead");
      }
      Held held = job.held.get(0);
      JobState at = job.record.state();
      if (at == JobState.SUSPENDED || (at == JobState.HELD && held == null)) {
        throw Problem.conflict("job " + id + " is not running; resume, release or cancel it");
      }
      if (held == null && job.states[0] != 'I') {
        throw Problem.conflict("job " + id + " is ending already");
      }
      if (held != null) {
        held.finish = true;
        held.node.nudged = true;
        state.work.signalAll();
        return Optional.of(held.node.id());
      }
    } finally {
      state.lock.unlock();
    }
    actions.cancel(id);
    return Optional.empty();
  }

  private Seat seat(ActiveJob job, int index) {
    JobRecord record = job.record;
    Held held = job.held.get(index);
    Seat.Place place =
        held == null
            ? null
            : new Seat.Place(
                held.lease.lease(),
                held.lease.fence(),
                held.node.id(),
                held.node.row.name(),
                held.started);
    return new Seat(
        record.id(),
        index,
        record.owner(),
        title(record),
        record.submittedAt(),
        job.plan.limits().memoryBytes(),
        job.plan.app().interactive().orElse(null),
        held == null ? waitsFor(job, index) : null,
        held == null && job.states[index] != 'I' ? "it has ended" : null,
        place);
  }

  private static @Nullable String waitsFor(ActiveJob job, int index) {
    if (job.states[index] != 'I') {
      return null;
    }
    return switch (job.record.state()) {
      case SUSPENDED -> "its job is suspended; resume it";
      case HELD -> "its job is held; release it";
      default -> "waiting for a free computer";
    };
  }

  /** {@return a subjob of a job that has ended} */
  public static Seat ended(JobRecord record, int index) {
    Failure failure = record.failure();
    String how =
        switch (record.state()) {
          case FAILED -> failure == null ? "it failed" : failure.message();
          case REMOVED -> "its job was cancelled";
          default -> "its program ended";
        };
    return new Seat(
        record.id(),
        index,
        record.owner(),
        title(record),
        record.submittedAt(),
        0,
        null,
        null,
        how,
        null);
  }

  private static String title(JobRecord record) {
    return record.name().isBlank() ? record.appTitle() : record.name();
  }
}
