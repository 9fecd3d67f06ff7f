package org.gridappliance.jobs.pool;

import org.jspecify.annotations.Nullable;

/**
 * A subjob that somebody may want to see into: its windows or a terminal beside its program.
 * Immutable, as it was when asked.
 *
 * @param title the application's, or the job's name where it has one
 * @param interactive {@code vnc} when its program shows windows
 * @param waitsFor why it does not run yet, in words; null when it runs or has ended
 * @param ended how it ended, in words; null before
 * @param place where it runs; null when it does not
 */
public record Seat(
    long job,
    int index,
    String owner,
    String title,
    long submittedAt,
    long memoryBytes,
    @Nullable String interactive,
    @Nullable String waitsFor,
    @Nullable String ended,
    @Nullable Place place) {

  /**
   * A lease that is held.
   *
   * @param node its number
   * @param nodeName as people read it
   * @param started whether its program runs
   */
  public record Place(String lease, long fence, long node, String nodeName, boolean started) {}
}
