package org.gridappliance.jobs.pool;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.function.UnaryOperator;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.job.Database;
import org.gridappliance.jobs.job.Hold;
import org.gridappliance.jobs.job.JobPlan;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.job.JobState;
import org.gridappliance.jobs.job.JobStore;
import org.gridappliance.jobs.job.PlanLoader;
import org.gridappliance.jobs.job.StorageException;
import org.gridappliance.jobs.job.SubjobStore;
import org.gridappliance.jobs.lease.Failure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a person does with a job. Each method returns when it is on disk; then leases are stopped or
 * the queue goes on. Whose job it is was checked before.
 */
public final class JobActions {
  private static final Logger log = LoggerFactory.getLogger(JobActions.class);

  private final PoolState state;
  private final Database database;
  private final JobStore jobs;
  private final PlanLoader plans;
  private final Recovery recovery;
  private final Finisher finisher;

  JobActions(
      PoolState state,
      Database database,
      JobStore jobs,
      PlanLoader plans,
      Recovery recovery,
      Finisher finisher) {
    this.state = state;
    this.database = database;
    this.jobs = jobs;
    this.plans = plans;
    this.recovery = recovery;
    this.finisher = finisher;
  }

  void add(JobRecord record, JobPlan plan) {
    enqueue(new ActiveJob(record, plan));
  }

  private void enqueue(ActiveJob job) {
    state.lock.lock();
    try {
      state.jobs.put(job.id(), job);
      state.work.signalAll();
      state.noteJob(job);
    } finally {
      state.lock.unlock();
    }
    finisher.look(job.id());
  }

  /** Takes up all jobs that had not ended, and removes the folders of deleted ones. */
  void recover() {
    for (JobRecord record : jobs.unfinished()) {
      try {
        enqueue(recovery.load(record, plans.load(record)));
      } catch (StorageException e) {
        log.error("job cannot be taken up again job={}", record.id(), e);
        jobs.update(
            record.with(
                JobState.FAILED,
                record.startedAt(),
                state.clock.millis(),
                Failure.of(
                    Failure.Kind.INPUT,
                    "the job could not be taken up after a restart: " + e.getMessage(),
                    "submit it again; a backup may hold the missing files")));
      }
    }
    jobs.doomed().forEach(this::removeFolder);
  }

  /**
   * Cancels a job; its executors are told at once if they wait for work, else by heartbeat.
   *
   * @throws Problem 409 when it has ended
   */
  public void cancel(long id) {
    ActiveJob job = active(id, "cancelled");
    job.transition.lock();
    try {
      JobRecord now = notEnded(job, "cancelled");
      JobRecord removed =
          now.with(JobState.REMOVED, now.startedAt(), state.clock.millis(), null)
              .counted(job.completed, job.failed);
      jobs.update(removed);
      finisher.leave(job, removed);
    } finally {
      job.transition.unlock();
    }
  }

  /** Hands out no more of a job; running subjobs are paused. */
  public void suspend(long id) {
    ActiveJob job = active(id, "suspended");
    change(
        job,
        now -> {
          if (now.state() == JobState.HELD) {
            throw Problem.conflict("job " + id + " is held already; release or cancel it");
          }
          return now.with(JobState.SUSPENDED, now.startedAt(), null, null);
        });
    nudge(job);
  }

  /**
   * Starts nothing more of a job; what runs goes on, also where the job was suspended. Of a job
   * that a person holds already, another reason takes the place of the one before, with who gave it
   * and when; that is no stop anew and is told nobody.
   *
   * @throws Problem 409 when it is held already and no reason is given, when it is held for another
   *     cause than a person's wish, or has ended
   */
  public void hold(long id, Hold hold) {
    ActiveJob job = active(id, "held");
    change(
        job,
        now -> {
          if (now.state() == JobState.HELD && (now.hold() == null || hold.reason() == null)) {
            throw Problem.conflict(
                "job "
                    + id
                    + " is held already; release or cancel it"
                    + (now.hold() == null ? "" : ", or say another reason"));
          }
          return now.held(hold);
        });
    nudge(job);
  }

  /**
   * Lets a held job go on.
   *
   * @throws Problem 409 when it is not held
   */
  public void release(long id) {
    ActiveJob job = active(id, "released");
    goOn(
        job,
        now -> {
          if (now.state() != JobState.HELD) {
            throw Problem.conflict(
                "job " + id + " is " + now.state().word() + "; only a held job can be released");
          }
          return going(now);
        });
  }

  /** Lets a suspended or held job go on. */
  public void resume(long id) {
    goOn(active(id, "resumed"), JobActions::going);
  }

  private static JobRecord going(JobRecord now) {
    return now.with(
        now.startedAt() == null ? JobState.IDLE : JobState.RUNNING, now.startedAt(), null, null);
  }

  private void goOn(ActiveJob job, UnaryOperator<JobRecord> how) {
    change(job, how);
    nudge(job);
    finisher.look(job.id());
  }

  /** Has the nodes that run some of a job told soon, and those that wait look again. */
  private void nudge(ActiveJob job) {
    state.lock.lock();
    try {
      job.held.values().forEach(held -> held.node.nudged = true);
      state.work.signalAll();
    } finally {
      state.lock.unlock();
    }
  }

  private void change(ActiveJob job, UnaryOperator<JobRecord> how) {
    job.transition.lock();
    try {
      JobRecord before = notEnded(job, "changed");
      JobRecord next = how.apply(before);
      if (before.state() == JobState.HELD && next.state() == JobState.HELD) {
        jobs.updateHold(next);
      } else {
        jobs.update(next);
      }
      state.lock.lock();
      try {
        job.record = next;
        for (int index : job.held.keySet()) {
          if (index >= 0) {
            state.noteSubjob(job, index);
          }
        }
        state.noteJob(job);
      } finally {
        state.lock.unlock();
      }
    } finally {
      job.transition.unlock();
    }
  }

  /**
   * Runs again what did not complete of a failed or cancelled job.
   *
   * @throws Problem 409 when it goes on or completed
   */
  public void resubmit(long id) {
    resubmit(id, UnaryOperator.identity());
  }

  /**
   * The same with half as much memory again as it had.
   *
   * @throws Problem 409 when it goes on or completed
   */
  public void resubmitWithMoreMemory(long id) {
    resubmit(
        id,
        record -> {
          long before = plans.load(record).limits().memoryBytes();
          ObjectNode request = record.request().deepCopy();
          return record.withRequest(request.put("memoryBytes", before + before / 2));
        });
  }

  private void resubmit(long id, UnaryOperator<JobRecord> change) {
    if (find(id) != null) {
      throw Problem.conflict("job " + id + " has not ended yet; cancel it before resubmitting");
    }
    JobRecord found = jobs.find(id).orElseThrow(() -> Problem.notFound("job " + id));
    JobRecord record = change.apply(found);
    if (record.state() == JobState.COMPLETED) {
      throw Problem.conflict("job " + id + " completed; there is nothing to run again");
    }
    JobPlan plan = plans.load(record);
    JobRecord idle = record.with(JobState.IDLE, null, null, null).counted(0, 0);
    boolean changed =
        database.write(
            handle -> {
              int rows =
                  handle.execute(
                      "UPDATE job SET state = 'Idle' WHERE id = ? AND state IN ('Failed',"
                          + " 'Removed')",
                      id);
              if (rows == 1) {
                jobs.update(handle, idle);
                handle.execute(
                    "UPDATE job SET request = ? WHERE id = ?", idle.request().toString(), id);
                JobStore.forgetResults(handle, id);
                SubjobStore.resubmit(handle, id);
              }
              return rows == 1;
            });
    if (!changed) {
      throw Problem.conflict("job " + id + " was resubmitted already");
    }
    enqueue(recovery.load(idle, plan));
  }

  /**
   * Forgets an ended job and removes its files.
   *
   * @throws Problem 409 when it has not ended
   */
  public void delete(long id) {
    if (find(id) != null) {
      throw Problem.conflict("job " + id + " has not ended; cancel it first");
    }
    jobs.delete(id);
    removeFolder(id);
    state.changes.note(id, ChangeLog.Kind.JOB, -1);
  }

  private void removeFolder(long id) {
    try {
      plans.folder(id).delete();
      jobs.folderGone(id);
    } catch (IOException e) {
      log.warn("the folder of a deleted job is tried again at the next start job={}", id, e);
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

  private ActiveJob active(long id, String what) {
    ActiveJob job = find(id);
    if (job == null) {
      throw Problem.conflict("job " + id + " has ended; it cannot be " + what);
    }
    return job;
  }

  private JobRecord notEnded(ActiveJob job, String what) {
    state.lock.lock();
    try {
      if (job.record.state().ended()) {
        throw Problem.conflict("job " + job.id() + " has ended; it cannot be " + what);
      }
      return job.record;
    } finally {
      state.lock.unlock();
    }
  }
}
