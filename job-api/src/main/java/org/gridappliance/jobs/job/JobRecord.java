package org.gridappliance.jobs.job;

import com.fasterxml.jackson.databind.JsonNode;
import org.gridappliance.jobs.lease.Failure;
import org.jspecify.annotations.Nullable;

/**
 * A job as the database holds it. Immutable. Times are milliseconds since 1970.
 *
 * @param request the request as accepted
 * @param facts records and bytes of its input files, by input name
 * @param combinations of the sweep, ≥ 1
 * @param chunks of the split input, 0 when it is not split
 * @param completed subjobs completed, true once the job has ended
 * @param failed likewise
 * @param hold a person's; a job that cannot go on by itself is held without one
 */
public record JobRecord(
    long id,
    String owner,
    String name,
    String app,
    String appTitle,
    String appDigest,
    JsonNode request,
    JsonNode facts,
    int combinations,
    int chunks,
    JobState state,
    int priority,
    int completed,
    int failed,
    long submittedAt,
    @Nullable Long startedAt,
    @Nullable Long endedAt,
    @Nullable Failure failure,
    @Nullable Hold hold) {

  /** The pool of executors that ask for leases. */
  public static final String LOCAL = "local";

  /** HTCondor. */
  public static final String CONDOR = "condor";

  /** {@return how many subjobs it has} */
  public int total() {
    return combinations * Math.max(1, chunks);
  }

  /** {@return the pool it runs on, {@link #LOCAL} or {@link #CONDOR}} */
  public String pool() {
    return request.path("pool").asText(LOCAL);
  }

  /** {@return the sweep combination that a subjob runs} */
  public int combination(int index) {
    return index / Math.max(1, chunks);
  }

  /** {@return the chunk that a subjob works on, 0 when the job is not split} */
  public int chunk(int index) {
    return index % Math.max(1, chunks);
  }

  /** {@return the same job in another state, held by nobody} */
  public JobRecord with(
      JobState next, @Nullable Long started, @Nullable Long ended, @Nullable Failure why) {
    return as(next, started, ended, why, null);
  }

  /** {@return the same job, held by a person} */
  public JobRecord held(Hold by) {
    return as(JobState.HELD, startedAt, endedAt, null, by);
  }

  private JobRecord as(
      JobState next,
      @Nullable Long started,
      @Nullable Long ended,
      @Nullable Failure why,
      @Nullable Hold by) {
    return new JobRecord(
        id,
        owner,
        name,
        app,
        appTitle,
        appDigest,
        request,
        facts,
        combinations,
        chunks,
        next,
        priority,
        completed,
        failed,
        submittedAt,
        started,
        ended,
        why,
        by);
  }

  /** {@return the same job with another request} */
  public JobRecord withRequest(JsonNode next) {
    return new JobRecord(
        id,
        owner,
        name,
        app,
        appTitle,
        appDigest,
        next,
        facts,
        combinations,
        chunks,
        state,
        priority,
        completed,
        failed,
        submittedAt,
        startedAt,
        endedAt,
        failure,
        hold);
  }

  /** {@return the same job with the counts of its end} */
  public JobRecord counted(int completedNow, int failedNow) {
    return new JobRecord(
        id,
        owner,
        name,
        app,
        appTitle,
        appDigest,
        request,
        facts,
        combinations,
        chunks,
        state,
        priority,
        completedNow,
        failedNow,
        submittedAt,
        startedAt,
        endedAt,
        failure,
        hold);
  }
}
