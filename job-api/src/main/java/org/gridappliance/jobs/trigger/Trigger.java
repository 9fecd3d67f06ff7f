package org.gridappliance.jobs.trigger;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * A trigger as the database holds it. Immutable. Times are milliseconds since 1970.
 *
 * @param request the TriggerRequest as accepted
 * @param reason why it paused itself
 * @param refusals runs refused in a row
 * @param nextAt of a timer
 */
record Trigger(
    long id,
    String owner,
    JsonNode request,
    TriggerSpec spec,
    boolean paused,
    @Nullable String reason,
    int refusals,
    long createdAt,
    @Nullable Long nextAt) {

  /**
   * What it did once.
   *
   * @param outcome {@code submitted}, {@code refused} or {@code missed}
   */
  record Run(
      long id,
      long at,
      String cause,
      String outcome,
      @Nullable Long job,
      @Nullable String message) {}
}
