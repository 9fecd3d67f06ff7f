package org.gridappliance.jobs.pool;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node at one moment.
 *
 * @param kind what it is
 * @param state Ready, Busy, Paused, Away, Problem, Draining or Banned
 * @param place set by a person; null when nobody did
 * @param address where it is met on the network; null while that is not known
 * @param load processes that want a core, of the whole machine; null when it does not tell
 * @param running what it holds leases for
 */
public record NodeSnapshot(
    long id,
    Kind kind,
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
    @Nullable String address,
    @Nullable Double load,
    List<Running> running) {

  /** What a row of the pool is. */
  public enum Kind {
    /** A machine that takes leases of ours. */
    EXECUTOR,
    /** Another scheduler of whose machines none is known. */
    SCHEDULER,
    /** A machine of another scheduler's. */
    MACHINE
  }

  /** One lease. */
  public record Running(long job, int index, String owner) {}
}
