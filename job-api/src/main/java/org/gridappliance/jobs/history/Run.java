package org.gridappliance.jobs.history;

import org.jspecify.annotations.Nullable;

/**
 * A try of a subjob that ended, as history keeps it. Immutable. Times are milliseconds since 1970.
 *
 * @param id grows with time; 0 before it is kept
 * @param subjob see {@link org.gridappliance.jobs.job.Ids}
 * @param machine an executor's name, or that of another scheduler's machine
 * @param attempt from 1 on
 * @param startedAt on another scheduler's machine reckoned from the run time, since its lease began
 *     in the queue
 * @param wallSeconds as measured there; from start to end where nothing was measured
 * @param cpus asked for
 * @param memoryBytes asked for
 * @param reason why it did not complete, at most {@value #REASON} characters
 * @param expectedSeconds as its application declares; 0 when unknown, as it is once kept
 * @param maximumSeconds how long it might have taken; alike
 */
public record Run(
    long id,
    long subjob,
    String owner,
    String jobName,
    String app,
    String pool,
    String machine,
    State state,
    int attempt,
    long startedAt,
    long endedAt,
    double wallSeconds,
    @Nullable Double cpuSeconds,
    int cpus,
    long memoryBytes,
    @Nullable Long peakMemory,
    @Nullable Integer exitCode,
    @Nullable String signal,
    @Nullable String reason,
    double expectedSeconds,
    double maximumSeconds) {
  private static final int REASON = 300;

  /** One of which it is not known how long it might have taken. */
  public Run(
      long id,
      long subjob,
      String owner,
      String jobName,
      String app,
      String pool,
      String machine,
      State state,
      int attempt,
      long startedAt,
      long endedAt,
      double wallSeconds,
      @Nullable Double cpuSeconds,
      int cpus,
      long memoryBytes,
      @Nullable Long peakMemory,
      @Nullable Integer exitCode,
      @Nullable String signal,
      @Nullable String reason) {
    this(
        id,
        subjob,
        owner,
        jobName,
        app,
        pool,
        machine,
        state,
        attempt,
        startedAt,
        endedAt,
        wallSeconds,
        cpuSeconds,
        cpus,
        memoryBytes,
        peakMemory,
        exitCode,
        signal,
        reason,
        0,
        0);
  }

  /** What a run came to. */
  public enum State {
    COMPLETED("Completed"),
    FAILED("Failed"),
    /** It left no result and its subjob was tried again. */
    RETRIED("Retried"),
    /** Its job was cancelled, or ended for another reason. */
    REMOVED("Removed");

    private final String word;

    State(String word) {
      this.word = word;
    }

    /** {@return the word in the contract} */
    public String word() {
      return word;
    }

    /** {@return the letter on disk} */
    char letter() {
      return this == RETRIED ? 'A' : word.charAt(0);
    }

    static State ofLetter(char letter) {
      for (State one : values()) {
        if (one.letter() == letter) {
          return one;
        }
      }
      throw new IllegalStateException("damaged state " + letter + " of a run");
    }
  }

  /** Cuts a reason that is too long for its column. */
  public Run {
    reason =
        reason != null && reason.length() > REASON ? reason.substring(0, REASON - 1) + "…" : reason;
  }
}
