package org.gridappliance.jobs.pool;

import org.gridappliance.jobs.job.JobRecord;
import org.jspecify.annotations.Nullable;

/**
 * A job at one moment: what the database knows and how its subjobs stand.
 *
 * @param idle subjobs as stored: idle, running, completed, failed
 * @param phase what it does now or waits for, in words
 * @param secondsLeft a guess from the subjobs so far
 */
public record JobSnapshot(
    JobRecord record,
    int idle,
    int running,
    int completed,
    int failed,
    @Nullable String phase,
    @Nullable Double secondsLeft) {}
