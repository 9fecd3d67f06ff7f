package org.gridappliance.jobs.deliver;

import org.jspecify.annotations.Nullable;

/**
 * Where the results of a job stand on their way into the home. Immutable.
 *
 * @param folder below the home, as {@code jobs/12-first search}, once it is known
 * @param inode of the folder that is or was on its way
 * @param message why it was refused, a sentence
 */
public record Delivery(
    long job,
    State state,
    @Nullable String folder,
    @Nullable Long inode,
    @Nullable String message) {
  /** How far it is. */
  public enum State {
    WAITING,
    COPIED,
    REFUSED,
    /** There was nothing to copy. */
    EMPTY;

    /** {@return the word in the contract and in the database} */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }
}
