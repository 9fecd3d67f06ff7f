package org.gridappliance.jobs.pool;

import org.gridappliance.jobs.job.JobRecord;
import org.jspecify.annotations.Nullable;

/**
 * A job at one moment: what the database knows and how its subjobs stand.
 *
 * @param idle subjobs as stored: idle, running, completed, failed
 * @param phase what it does now or waits for, in words
 * @param secondsLeft a guess from the subjobs so far and from what running ones say
 * @param advance what running ones say of how far they are; null when none does
 */
public record JobSnapshot(
    JobRecord record,
    int idle,
    int running,
    int completed,
    int failed,
    @Nullable String phase,
    @Nullable Double secondsLeft,
    @Nullable Advance advance) {

  /**
   * How far programs say they are.
   *
   * @param percent 0..100; of a job with what has ended
   * @param message of a subjob what its program says, on one line; of a job with one subjob, its
   */
  public record Advance(double percent, @Nullable String message) {}
}
