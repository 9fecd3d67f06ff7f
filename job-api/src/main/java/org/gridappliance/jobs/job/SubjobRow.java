package org.gridappliance.jobs.job;

import java.util.List;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.FileRef;
import org.jspecify.annotations.Nullable;

/**
 * A subjob that was leased at least once, as the database holds it. Immutable.
 *
 * @param key see {@link Ids}
 * @param state I, R, C or F
 * @param attempt how often it was leased
 * @param fence of its last lease
 * @param node that held its last lease
 * @param machine of another scheduler's pool; null on a machine of ours
 * @param startedAt when that lease was given, milliseconds since 1970
 */
public record SubjobRow(
    long key,
    char state,
    int attempt,
    long fence,
    long node,
    long startedAt,
    @Nullable Long endedAt,
    @Nullable Integer exitCode,
    @Nullable Double wallSeconds,
    @Nullable Double cpuSeconds,
    @Nullable Long peakMemory,
    @Nullable Failure failure,
    List<FileRef> outputs,
    @Nullable String machine) {

  public int index() {
    return Ids.index(key);
  }
}
