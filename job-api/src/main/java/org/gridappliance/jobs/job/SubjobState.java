package org.gridappliance.jobs.job;

/** Where a subjob stands. Its letter is what the database, the grid of a page and events carry. */
public enum SubjobState {
  IDLE('I', "Idle"),
  RUNNING('R', "Running"),
  SUSPENDED('S', "Suspended"),
  HELD('H', "Held"),
  COMPLETED('C', "Completed"),
  FAILED('F', "Failed"),
  REMOVED('X', "Removed");

  private final char letter;
  private final String word;

  SubjobState(char letter, String word) {
    this.letter = letter;
    this.word = word;
  }

  public char letter() {
    return letter;
  }

  public String word() {
    return word;
  }

  /**
   * {@return the state of a letter}
   *
   * @throws IllegalArgumentException for another letter
   */
  public static SubjobState of(char letter) {
    for (SubjobState state : values()) {
      if (state.letter == letter) {
        return state;
      }
    }
    throw new IllegalArgumentException("no subjob state has the letter " + letter);
  }

  /**
   * {@return what a subjob of a job shows}
   *
   * @param stored I, R, C or F
   * @param job the job's state: nothing of an ended job is idle or runs, nothing of a suspended job
   *     runs; what runs of a held job goes on
   */
  public static char shown(char stored, JobState job) {
    return switch (stored) {
      case 'R' -> job.ended() ? 'X' : job == JobState.SUSPENDED ? 'S' : 'R';
      case 'I' -> job.ended() ? 'X' : job == JobState.HELD ? 'H' : 'I';
      default -> stored;
    };
  }
}
