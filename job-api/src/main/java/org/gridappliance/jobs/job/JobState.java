package org.gridappliance.jobs.job;

import java.util.Optional;

/** Where a job stands, in HTCondor's words. */
public enum JobState {
  /** No subjob runs yet, or none runs now and some wait. */
  IDLE("Idle", false),
  /** A subjob runs or ran, or the results are being merged. */
  RUNNING("Running", false),
  /** Its owner stopped it for a while. */
  SUSPENDED("Suspended", false),
  /**
   * Nothing more of it is started until it is released: a person holds it, or it cannot go on until
   * somebody mends what {@code failure} names.
   */
  HELD("Held", false),
  /** All subjobs completed and the results are there. */
  COMPLETED("Completed", true),
  /** Some subjob failed, or the merge. */
  FAILED("Failed", true),
  /** Cancelled. */
  REMOVED("Removed", true);

  private final String word;
  private final boolean ended;

  JobState(String word, boolean ended) {
    this.word = word;
    this.ended = ended;
  }

  /** {@return the word in the contract and in the database} */
  public String word() {
    return word;
  }

  /** {@return whether nothing more happens to it by itself} */
  public boolean ended() {
    return ended;
  }

  /** {@return the state of a word} */
  public static Optional<JobState> of(String word) {
    for (JobState state : values()) {
      if (state.word.equals(word)) {
        return Optional.of(state);
      }
    }
    return Optional.empty();
  }
}
