package org.gridappliance.jobs.job;

import java.time.Instant;

/**
 * A job came to its end, or to a stop at which it waits for a person. Immutable.
 *
 * @param id grows from one end to the next of this database
 * @param event a UUID that names this end for ever, also to those who are told of it
 * @param owner the name of the account whose job it is
 * @param name as the job was called then
 * @param app the application's title
 */
public record JobEnd(
    long id, String event, long job, String owner, String name, String app, Kind kind, Instant at) {

  /** What kind of end. */
  public enum Kind {
    COMPLETED("completed", JobState.COMPLETED),
    FAILED("failed", JobState.FAILED),
    /** Somebody cancelled it. */
    REMOVED("removed", JobState.REMOVED),
    /** A person holds it. */
    HELD("held", JobState.HELD),
    /** It cannot go on until somebody mends what its failure names, and releases it. */
    NEEDS_ANSWER("needs_answer", JobState.HELD);

    private final String word;
    private final JobState state;

    Kind(String word, JobState state) {
      this.word = word;
      this.state = state;
    }

    /** {@return the word in the contract and in the database} */
    public String word() {
      return word;
    }

    /** {@return the state in which the job then is} */
    public JobState state() {
      return state;
    }

    /** {@return the kind of a word} */
    public static Kind of(String word) {
      for (Kind kind : values()) {
        if (kind.word.equals(word)) {
          return kind;
        }
      }
      throw new IllegalArgumentException("no kind of end: " + word);
    }
  }
}
