package org.gridappliance.jobs.lease;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one leased subjob ended.
 *
 * @param lease its lease
 * @param fence that lease's fence
 * @param exitCode 0..255 when the program ended by itself
 * @param signal the signal that ended it, as {@code SIGSEGV}
 * @param failure set when it did not end by itself: a limit, staging, the envelope
 * @param wallSeconds from its start to its end
 * @param cpuSeconds user and system time of all its processes
 * @param peakMemoryBytes most resident memory
 * @param outputs the files it left, each put by hash before
 * @param stdout its whole output when that is at most {@link LeaseProtocol#MAX_INLINE_OUTPUT} and
 *     was not streamed
 * @param stderr likewise
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SubjobResult(
    String lease,
    long fence,
    @Nullable Integer exitCode,
    @Nullable String signal,
    @Nullable Failure failure,
    double wallSeconds,
    @Nullable Double cpuSeconds,
    @Nullable Long peakMemoryBytes,
    List<FileRef> outputs,
    @Nullable String stdout,
    @Nullable String stderr) {

  /** Whether it ended by itself and said success. */
  public boolean succeeded() {
    return failure == null && signal == null && exitCode != null && exitCode == 0;
  }

  /** A request with 1..{@link LeaseProtocol#MAX_BATCH} results. */
  public record Batch(List<SubjobResult> results) {}

  /** One status a result, in order: 204 taken, 409 superseded or a duplicate, 404 not yours. */
  public record Statuses(List<Integer> statuses) {}
}
