package org.gridappliance.jobs.pool;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node at one moment.
 *
 * @param state Ready, Busy, Paused, Away, Problem, Draining or Banned
 * @param running what it holds leases for
 */
public record NodeSnapshot(
    long id,
    String name,
    String state,
    @Nullable String reason,
    int cpus,
    int freeCpus,
    long memoryBytes,
    @Nullable String version,
    long lastSeenAt,
    long enrolledAt,
    Standing standing,
    @Nullable Place place,
    List<Running> running) {

  /** One lease. */
  public record Running(long job, int index, String owner) {}
}
