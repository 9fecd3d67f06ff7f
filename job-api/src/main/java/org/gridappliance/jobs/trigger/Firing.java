package org.gridappliance.jobs.trigger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.gridappliance.jobs.JobAudit;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.job.StorageException;
import org.gridappliance.jobs.job.StoredFile;
import org.gridappliance.jobs.job.Submission;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Submits a trigger's saved settings. The job, its line in the log and the file or time that is
 * done with are one transaction. Each method returns why the run must wait, if it must; a job that
 * is refused for good is noted and not tried again with the same file or time.
 */
final class Firing {
  /** Refusals in a row after which a trigger pauses itself. */
  static final int MOST_REFUSALS = 5;

  /** A time that is taken later than this was missed. */
  static final Duration LATE = Duration.ofMinutes(5);

  private static final Logger log = LoggerFactory.getLogger(Firing.class);
  private static final int MOST_NAME = 200;

  private final TriggerStore store;
  private final LoopGuard guard;
  private final Submitter submitter;
  private final Clock clock;
  private final JobAudit audit;

  Firing(TriggerStore store, Submitter submitter, Clock clock, JobAudit audit) {
    this.store = store;
    this.guard = new LoopGuard(store);
    this.submitter = submitter;
    this.clock = clock;
    this.audit = audit;
  }

  /** A file that is not what it was when it was looked at. */
  private static final class Changed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  Optional<String> file(
      Trigger trigger, TriggerSpec.Cause.Folder folder, DropFolder.Entry entry, Caller owner)
      throws IOException {
    Optional<String> wait = guard.mustWait(trigger, clock.millis());
    if (wait.isPresent()) {
      return wait;
    }
    String path = folder.shown() + "/" + entry.name();
    ObjectNode request = named(trigger, entry.name());
    request.withObject("/inputs").put(folder.input(), "home:" + path);
    try {
      submit(trigger, owner, request, path, entry, null, () -> requireSame(owner, folder, entry));
      return Optional.empty();
    } catch (Changed e) {
      return Optional.empty(); // a writer came back: the next look sees another file
    } catch (Problem e) {
      return refused(trigger, path, e, entry, null);
    }
  }

  private static void requireSame(
      Caller owner, TriggerSpec.Cause.Folder folder, DropFolder.Entry entry) {
    try {
      if (!DropFolder.find(owner.home(), folder.path(), entry.name()).equals(Optional.of(entry))) {
        throw new Changed();
      }
    } catch (DropFolder.Unusable | IOException e) {
      throw new Changed();
    }
  }

  Optional<String> timer(Trigger trigger, TriggerSpec.Cause.Timer timer, Caller owner)
      throws IOException {
    Long at = trigger.nextAt();
    Instant now = clock.instant();
    if (at == null || at > now.toEpochMilli()) {
      return Optional.empty();
    }
    long next = timer.schedule().next(now).toEpochMilli();
    String cause = Instant.ofEpochMilli(at).truncatedTo(ChronoUnit.SECONDS).toString();
    boolean missed = Instant.ofEpochMilli(at).isBefore(now.minus(LATE));
    if (missed && !timer.catchUp()) {
      int _ =
          store.refused(
              trigger,
              now.toEpochMilli(),
              cause,
              "missed",
              "the appliance was off, this account disabled, or the application removed at that time",
              null,
              next);
      return Optional.empty();
    }
    Optional<String> wait = guard.mustWait(trigger, now.toEpochMilli());
    if (wait.isPresent()) {
      return wait;
    }
    try {
      submit(trigger, owner, named(trigger, ""), cause, null, next, () -> {});
      return Optional.empty();
    } catch (Problem e) {
      return refused(trigger, cause, e, null, next);
    }
  }

  /** Runs once, besides the times. */
  void now(Trigger trigger, Caller owner) throws IOException {
    guard
        .mustWait(trigger, clock.millis())
        .ifPresent(
            why -> {
              throw Problem.conflict(why);
            });
    submit(trigger, owner, named(trigger, ""), "by hand", null, null, () -> {});
  }

  private static ObjectNode named(Trigger trigger, String what) {
    ObjectNode request = trigger.spec().job().deepCopy();
    String name = trigger.spec().name() + (what.isEmpty() ? "" : ": " + what);
    return request.put(
        "name", name.length() <= MOST_NAME ? name : name.substring(0, MOST_NAME - 1) + "…");
  }

  private void submit(
      Trigger trigger,
      Caller owner,
      JsonNode request,
      String cause,
      DropFolder.@Nullable Entry file,
      @Nullable Long nextAt,
      Runnable requireSame)
      throws IOException {
    int[] depth = {0};
    Submission.Also also =
        new Submission.Also() {
          @Override
          public void check(List<StoredFile> files) {
            requireSame.run();
            depth[0] = file == null ? 0 : guard.depth(files);
          }

          @Override
          public void insert(Handle handle, long job) {
            TriggerStore.submitted(
                handle, trigger, clock.millis(), cause, job, depth[0], file, nextAt);
          }
        };
    long job = submitter.submit(owner, request, also);
    log.info("trigger started job trigger={} job={} user={}", trigger.id(), job, owner.name());
    audit.note(owner.name(), "job.submitted", "job " + job + " by trigger " + trigger.id(), "-");
  }

  private Optional<String> refused(
      Trigger trigger,
      String cause,
      Problem why,
      DropFolder.@Nullable Entry file,
      @Nullable Long nextAt) {
    // the machine's trouble or the application's, not the file's: tried again
    if (why.status() >= 500 || why.status() == Problem.GONE) {
      return Optional.of("waits: " + why.getMessage());
    }
    try {
      int inARow =
          store.refused(trigger, clock.millis(), cause, "refused", why.getMessage(), file, nextAt);
      if (inARow >= MOST_REFUSALS) {
        String reason =
            "paused itself: "
                + MOST_REFUSALS
                + " runs in a row were refused, the last because "
                + why.getMessage()
                + ". Mend that, then resume";
        store.pause(trigger.id(), true, reason);
        return Optional.of(reason);
      }
    } catch (StorageException e) {
      log.error("refusal not noted trigger={}", trigger.id(), e);
    }
    return Optional.empty();
  }
}
