package org.gridappliance.jobs.pool;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.gridappliance.jobs.history.Run;
import org.gridappliance.jobs.history.RunStore;
import org.gridappliance.jobs.job.JobFolder;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.job.JobState;
import org.gridappliance.jobs.job.JobStore;
import org.gridappliance.jobs.job.StorageException;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Failure.Kind;
import org.gridappliance.jobs.merge.MergeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings jobs to their end: merges the outputs when every subjob completed, says what failed when
 * not, stops one that is malformed. One job at a time, on a thread of its own.
 */
final class Finisher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Finisher.class);

  private final PoolState state;
  private final JobStore jobs;
  private final ResultMaker results;
  private final RunStore runs;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("jobs-finisher").daemon().factory());

  private final LongConsumer ended;

  /**
   * @param ended told the id of every job that has ended
   */
  Finisher(PoolState state, JobStore jobs, ResultMaker results, RunStore runs, LongConsumer ended) {
    this.runs = runs;
    this.state = state;
    this.jobs = jobs;
    this.results = results;
    this.ended = ended;
  }

  /** Looks soon whether the job is to end. */
  void look(long job) {
    try {
      thread.execute(() -> finish(job));
    } catch (RejectedExecutionException e) {
      log.debug("closing: job {} is finished after the next start", job);
    }
  }

  private void finish(long id) {
    try {
      ActiveJob job = find(id);
      if (job != null) {
        decide(job);
      }
    } catch (StorageException e) {
      log.error("job cannot be finished now job={}", id, e);
      hold(id, "the database does not take the results: " + e.getMessage());
    } catch (RuntimeException e) { // a fault of ours must show at the job, not end this thread
      log.error("job cannot be finished job={}", id, e);
      hold(id, "the results could not be made: " + e);
    }
  }

  private @Nullable ActiveJob find(long id) {
    state.lock.lock();
    try {
      return state.jobs.get(id);
    } finally {
      state.lock.unlock();
    }
  }

  private sealed interface Next {
    record Nothing() implements Next {}

    record Stop(Failure why) implements Next {}

    record Merge() implements Next {}

    record Collect() implements Next {}
  }

  private void decide(ActiveJob job) {
    switch (next(job)) {
      case Next.Nothing() -> {}
      case Next.Stop(Failure why) -> end(job, why);
      case Next.Merge() -> merge(job);
      case Next.Collect() -> collect(job);
    }
  }

  private Next next(ActiveJob job) {
    state.lock.lock();
    try {
      JobState at = job.record.state();
      if (at.ended() || at == JobState.HELD) {
        return new Next.Nothing();
      }
      if (!job.subjobsEnded()) {
        if (Malformed.is(job, state.usable(state.clock.millis(), job.pool()))) {
          state.forgive(job.id());
          return new Next.Stop(Malformed.failure(job));
        }
        return new Next.Nothing();
      }
      if (job.failed > 0) {
        return new Next.Stop(someFailed(job));
      }
      return switch (job.merge) {
        case NOT_YET -> {
          job.finishingPhase = "merging the results of " + words(job.completed);
          state.noteJob(job);
          yield new Next.Merge();
        }
        case READY, LEASED -> new Next.Nothing();
        case DONE ->
            job.mergeFailure != null ? new Next.Stop(job.mergeFailure) : new Next.Collect();
      };
    } finally {
      state.lock.unlock();
    }
  }

  private static Failure someFailed(ActiveJob job) {
    Failure first = job.firstFailure;
    String why = job.failed + " of " + words(job.record.total()) + " failed";
    if (first != null) {
      why = job.record.total() == 1 ? first.message() : why + "; the first: " + first.message();
    }
    return new Failure(
        first == null ? Kind.PROGRAM : first.kind(),
        why,
        first == null || first.remedy() == null
            ? "look at the failed subjobs, then resubmit them"
            : first.remedy(),
        first == null ? null : first.exitCode(),
        first == null ? null : first.signal(),
        first == null ? List.of() : first.lines());
  }

  static String words(int subjobs) {
    return subjobs == 1 ? "1 subjob" : subjobs + " subjobs";
  }

  private void merge(ActiveJob job) {
    try {
      ResultMaker.Made made = results.merge(job.plan, job.record);
      if (made.command().isPresent()) {
        state.lock.lock();
        try {
          job.mergeWork = made.command().get();
          job.merge = ActiveJob.MergeCommand.READY;
          job.finishingPhase = "running the application's merge command";
          state.work.signalAll();
          state.noteJob(job);
        } finally {
          state.lock.unlock();
        }
        return;
      }
      complete(job, made);
    } catch (MergeException e) {
      end(job, mergeFailure(e));
    } catch (IOException e) {
      hold(job.id(), "the results cannot be written: " + e.getMessage());
    }
  }

  private void collect(ActiveJob job) {
    try {
      complete(job, results.collect(job.plan, job.record, job.mergeOutputs));
    } catch (MergeException e) {
      end(job, mergeFailure(e));
    } catch (IOException e) {
      hold(job.id(), "the results cannot be written: " + e.getMessage());
    }
  }

  private static Failure mergeFailure(MergeException e) {
    return Failure.of(
        Kind.MERGE,
        "the subjobs' outputs cannot be merged: " + e.getMessage(),
        "look at that subjob's output; the application's description of its outputs may be wrong");
  }

  private void complete(ActiveJob job, ResultMaker.Made made) {
    job.transition.lock();
    try {
      JobRecord now = job.record;
      if (now.state().ended()) {
        return; // cancelled while it was merged
      }
      JobRecord done =
          now.with(JobState.COMPLETED, now.startedAt(), state.clock.millis(), null)
              .counted(job.completed, job.failed);
      jobs.complete(done, made.files(), made.note());
      leave(job, done);
    } finally {
      job.transition.unlock();
    }
  }

  private void end(ActiveJob job, Failure why) {
    job.transition.lock();
    try {
      JobRecord now = job.record;
      if (now.state().ended()) {
        return;
      }
      JobRecord failed =
          now.with(JobState.FAILED, now.startedAt(), state.clock.millis(), why)
              .counted(job.completed, job.failed);
      jobs.update(failed);
      leave(job, failed);
    } finally {
      job.transition.unlock();
    }
  }

  /** Keeps a job that has all its outputs, until somebody releases it. */
  private void hold(long id, String what) {
    ActiveJob job = find(id);
    if (job == null) {
      return;
    }
    state.lock.lock();
    try {
      job.finishingPhase = null;
      job.record =
          job.record.with(
              JobState.HELD,
              job.record.startedAt(),
              null,
              Failure.of(
                  Kind.MERGE, what, "make room on the disk if it is full, then release the job"));
      state.noteJob(job);
    } finally {
      state.lock.unlock();
    }
    try {
      jobs.update(job.record);
    } catch (StorageException e) {
      log.error("the hold of job {} is known in memory only", id, e);
    }
  }

  /** Takes an ended job out of the queue. Call with the transition lock held. */
  void leave(ActiveJob job, JobRecord last) {
    List<Run> stopped;
    state.lock.lock();
    try {
      job.record = last;
      job.finishingPhase = null;
      long now = state.clock.millis();
      stopped =
          job.held.values().stream()
              .filter(held -> !held.ending && !held.waits()) // the first leave a result after all
              .map(held -> PastRuns.removed(held, now))
              .toList();
      state.stopLeases(job);
      state.jobs.remove(job.id());
      state.noteJob(job);
    } finally {
      state.lock.unlock();
    }
    try {
      runs.add(stopped);
    } catch (StorageException e) { // the job has ended all the same
      log.warn("history not kept job={} reason={}", job.id(), e.getMessage());
    }
    try {
      JobFolder.delete(job.plan.folder().tmp());
      java.nio.file.Files.createDirectories(job.plan.folder().tmp());
    } catch (IOException e) {
      log.warn("temporary files are left job={}", job.id(), e);
    }
    log.info("job ended job={} state={}", job.id(), last.state().word());
    ended.accept(job.id());
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(30, TimeUnit.SECONDS)) {
        log.warn("a merge is still going on; it is done again after the next start");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
