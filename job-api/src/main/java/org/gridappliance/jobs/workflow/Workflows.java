package org.gridappliance.jobs.workflow;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.gridappliance.jobs.Homes;
import org.gridappliance.jobs.JobAudit;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.job.JobState;
import org.gridappliance.jobs.job.JobStore;
import org.gridappliance.jobs.job.StorageException;
import org.gridappliance.jobs.job.Submission;
import org.gridappliance.jobs.pool.JobActions;
import org.gridappliance.jobs.trigger.Submitter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Walks workflows: whenever one of their jobs has ended, and after a start of the program, every
 * step whose needs have completed becomes a job. A step's job is made in the transaction that notes
 * it, so each is begun once, whatever is killed when. What failed holds up only what needs it. One
 * thread does it all.
 */
public final class Workflows implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Workflows.class);
  private static final long AGAIN_SECONDS = 10;

  final WorkflowStore store;
  private final JobStore jobs;
  private final JobActions actions;
  private final Submitter submitter;
  private final Homes homes;
  private final Clock clock;
  private final JobAudit audit;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("jobs-workflows").daemon().factory());

  public Workflows(
      WorkflowStore store,
      JobStore jobs,
      JobActions actions,
      Submitter submitter,
      Homes homes,
      Clock clock,
      JobAudit audit) {
    this.store = store;
    this.jobs = jobs;
    this.actions = actions;
    this.submitter = submitter;
    this.homes = homes;
    this.clock = clock;
    this.audit = audit;
  }

  /** Takes up what went on when the program last ended. */
  public void start() {
    store.running().forEach(this::soon);
  }

  /** Has the workflow of a job that has ended go on. Returns at once. */
  public void jobEnded(long job) {
    execute(() -> store.of(job).ifPresent(one -> look(one.workflow())));
  }

  void soon(long workflow) {
    execute(() -> look(workflow));
  }

  private void execute(Runnable work) {
    try {
      thread.execute(
          () -> {
            try {
              work.run();
            } catch (RuntimeException e) { // the others must go on
              log.error("a workflow cannot go on now", e);
            }
          });
    } catch (RejectedExecutionException e) {
      log.debug("closing: workflows go on after the next start");
    }
  }

  /** Does what can be done now. */
  private void look(long id) {
    try {
      WorkflowStore.Row row = store.find(id).orElse(null);
      if (row != null && row.state().equals("Running")) {
        look(row, WorkflowSpec.parse(row.file()));
      }
    } catch (StorageException | IOException e) {
      log.warn("workflow waits workflow={}: {}", id, e.getMessage());
      later(id);
    } catch (Problem e) {
      if (e.status() < 500) {
        throw e;
      }
      log.warn("workflow waits workflow={}: {}", id, e.getMessage()); // as for room on the disk
      later(id);
    }
  }

  private void later(long id) {
    try {
      var _ = thread.schedule(() -> soon(id), AGAIN_SECONDS, TimeUnit.SECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("closing");
    }
  }

  private void look(WorkflowStore.Row row, WorkflowSpec spec) throws IOException {
    Map<String, WorkflowStore.StepRow> rows = store.steps(row.id());
    Map<String, JobRecord> known = new HashMap<>();
    Set<String> over = new HashSet<>(); // ended in whatever way, or can never begin
    boolean goesOn = false;
    boolean whole = true;
    for (WorkflowSpec.Step step : spec.steps()) {
      WorkflowStore.StepRow at =
          rows.getOrDefault(step.name(), new WorkflowStore.StepRow(0, false, null));
      Optional<JobRecord> job = at.job() == 0 ? Optional.empty() : jobs.find(at.job());
      job.ifPresent(one -> known.put(step.name(), one));
      if (at.again() && job.isPresent()) {
        goesOn |= runAgain(row.id(), step.name(), job.get());
        whole &= job.get().state() == JobState.COMPLETED;
      } else if (at.job() != 0) {
        goesOn |= job.isPresent() && !job.get().state().ended();
        whole &= job.isPresent() && job.get().state() == JobState.COMPLETED;
      } else {
        whole = false;
        boolean began =
            at.problem() == null
                && step.needs().stream().allMatch(need -> completed(known, need))
                && over.containsAll(step.afterAny())
                && begin(row, spec, step, known);
        goesOn |= began;
        boolean never =
            step.needs().stream().anyMatch(need -> over.contains(need) && !completed(known, need));
        if (!began && (never || at.problem() != null)) {
          over.add(step.name());
        }
        continue;
      }
      if (job.isEmpty() || (job.get().state().ended() && !at.again())) {
        over.add(step.name());
      }
    }
    if (!goesOn && store.end(row.id(), whole ? "Completed" : "Failed", clock.millis())) {
      log.info("workflow ended workflow={} whole={}", row.id(), whole);
    }
  }

  private static boolean completed(Map<String, JobRecord> known, String step) {
    JobRecord job = known.get(step);
    return job != null && job.state() == JobState.COMPLETED;
  }

  private boolean runAgain(long workflow, String step, JobRecord job) {
    boolean goesOn = !job.state().ended();
    if (job.state().ended() && job.state() != JobState.COMPLETED) {
      actions.resubmit(job.id());
      goesOn = true;
    }
    store.wasRunAgain(workflow, step);
    return goesOn;
  }

  /** Makes a job of a step. {@return false when none can be made: the step has failed} */
  private boolean begin(
      WorkflowStore.Row row,
      WorkflowSpec spec,
      WorkflowSpec.Step step,
      Map<String, JobRecord> known)
      throws IOException {
    try {
      Caller owner =
          homes
              .caller(row.owner())
              .orElseThrow(
                  () -> Problem.conflict("the account " + row.owner() + " is disabled or gone"));
      long job =
          submitter.submit(
              owner,
              step.request(spec.name(), row.pool(), name -> number(known, name)),
              new Submission.Also() {
                @Override
                public void insert(org.jdbi.v3.core.Handle handle, long id) {
                  WorkflowStore.begun(handle, row.id(), step.name(), id);
                }
              });
      log.info("workflow began a step workflow={} step={} job={}", row.id(), step.name(), job);
      audit.note(row.owner(), "job.submitted", "job " + job + " by workflow " + row.id(), "-");
      return true;
    } catch (Problem e) {
      if (e.status() >= 500) {
        throw e;
      }
      store.problem(row.id(), step.name(), String.valueOf(e.getMessage()));
      return false;
    }
  }

  private static long number(Map<String, JobRecord> known, String step) {
    JobRecord job = known.get(step);
    if (job == null) {
      throw new IllegalStateException("step " + step + " has no job");
    }
    return job.id();
  }

  /** Ends it and all of its jobs that go on. {@return false when it had ended} */
  boolean cancel(long id) {
    if (!store.end(id, "Removed", clock.millis())) {
      return false;
    }
    for (WorkflowStore.StepRow step : store.steps(id).values()) {
      if (step.job() != 0 && jobs.find(step.job()).filter(j -> !j.state().ended()).isPresent()) {
        try {
          actions.cancel(step.job());
        } catch (Problem e) {
          log.debug("ended by itself meanwhile: {}", e.getMessage());
        }
      }
    }
    return true;
  }

  /** Has what failed be tried again. {@return false when it runs or completed} */
  boolean rescue(long id) {
    List<String> gone = new ArrayList<>();
    store
        .steps(id)
        .forEach(
            (name, step) -> {
              if (step.job() != 0 && jobs.find(step.job()).isEmpty()) {
                gone.add(name);
              }
            });
    boolean goesOn = store.rescue(id, gone);
    soon(id);
    return goesOn;
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
        log.warn("a workflow is still being looked at; that is done again after the next start");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
