package org.gridappliance.jobs.job;

import java.util.List;

/**
 * What a list of jobs can be filtered by. Times are milliseconds since 1970, {@link #NEVER} where
 * there is none yet.
 *
 * @param chunks 0 when the job is not split
 */
record JobLine(
    long id,
    String owner,
    String name,
    String app,
    JobState state,
    boolean archived,
    int combinations,
    int chunks,
    int failed,
    long submittedAt,
    long startedAt,
    long endedAt,
    List<String> tags) {
  static final long NEVER = -1;

  /** {@return this as somebody sees it whom its owner's tags do not concern} */
  JobLine withoutTags() {
    return tags.isEmpty()
        ? this
        : new JobLine(
            id,
            owner,
            name,
            app,
            state,
            archived,
            combinations,
            chunks,
            failed,
            submittedAt,
            startedAt,
            endedAt,
            List.of());
  }

  /** {@return how many subjobs it has} */
  long subjobs() {
    return (long) combinations * Math.max(1, chunks);
  }
}
