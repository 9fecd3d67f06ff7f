package org.gridappliance.jobs.lease;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * An executor's question for work.
 *
 * @param cpus free cores
 * @param memoryBytes free memory
 * @param diskBytes free scratch space
 * @param max the most leases wanted, 1..256
 * @param waitSeconds how long the answer may wait for work, 0..30
 * @param ready false when this machine cannot contain jobs; absent means true
 * @param reason why not ready, in words
 * @param seals whether this machine can seal what runs on it; absent, as before there was sealing,
 *     means false
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LeaseRequest(
    int cpus,
    long memoryBytes,
    long diskBytes,
    int max,
    int waitSeconds,
    @Nullable Boolean ready,
    @Nullable String reason,
    @Nullable Boolean seals) {

  /** {@return whether this machine can contain jobs} */
  public boolean canContain() {
    return ready == null || ready;
  }

  /** {@return whether it can seal} */
  public boolean canSeal() {
    return seals != null && seals;
  }
}
