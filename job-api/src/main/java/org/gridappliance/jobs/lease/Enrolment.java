package org.gridappliance.jobs.lease;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A machine's request to become an executor.
 *
 * @param joinToken the one-use token from the join link
 * @param name the machine's name as people will read it
 * @param tokenHash SHA-256, hex, of the UTF-8 bytes of the token that the executor made for itself
 *     and sends as bearer
 * @param cpus cores it offers
 * @param memoryBytes memory it offers
 * @param version of the executor's program
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Enrolment(
    String joinToken,
    String name,
    String tokenHash,
    int cpus,
    long memoryBytes,
    @Nullable String version) {

  /** The answer: the executor's number. */
  public record Enrolled(long executor) {}
}
