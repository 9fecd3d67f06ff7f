package org.gridappliance.jobs.trigger;

import java.util.List;
import java.util.Optional;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.job.StoredFile;

/** Keeps triggers from feeding themselves, and one person's triggers from taking everything. */
final class LoopGuard {
  /** The most triggered jobs in a row, each working on what the one before made. */
  static final int MOST_DEPTH = 3;

  /** The most unfinished jobs that one person's triggers may have submitted. */
  static final int MOST_UNFINISHED = 200;

  private static final long HOUR_MILLIS = 3_600_000;

  private final TriggerStore store;

  LoopGuard(TriggerStore store) {
    this.store = store;
  }

  /** {@return why a run must wait, as a sentence; what waits is not lost} */
  Optional<String> mustWait(Trigger trigger, long now) {
    int most = trigger.spec().perHour();
    if (store.submittedSince(trigger.id(), now - HOUR_MILLIS) >= most) {
      return Optional.of(
          "waits: "
              + most
              + (most == 1 ? " run" : " runs")
              + " in the last hour is what this trigger allows; it goes on by itself");
    }
    if (store.unfinished(trigger.owner()) >= MOST_UNFINISHED) {
      return Optional.of(
          "waits: "
              + MOST_UNFINISHED
              + " jobs of your triggers have not ended; it goes on by itself when some have");
    }
    return Optional.empty();
  }

  /**
   * {@return how many triggered jobs in a row made these files}
   *
   * @throws Problem 409 when it would be one too many
   */
  int depth(List<StoredFile> files) {
    int depth = store.depth(files);
    if (depth > MOST_DEPTH) {
      throw Problem.conflict(
          "this file is the result of "
              + depth
              + " triggered jobs in a row, and "
              + MOST_DEPTH
              + " are the most, so that triggers do not run in a circle; submit it by hand if you"
              + " want it");
    }
    return depth;
  }
}
