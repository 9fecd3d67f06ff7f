package org.gridappliance.portal.work;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One operation as the contract's FileOperation: what it is, how far it came.
 *
 * @param items what was done so far, so that it can be undone
 * @param problem why it failed, in words
 * @param note what a person should know about a success
 */
record FileOperation(
    long id,
    String kind,
    State state,
    long doneBytes,
    long totalBytes,
    long doneEntries,
    long totalEntries,
    List<Item> items,
    @Nullable String problem,
    @Nullable String note) {

  /** From where, and to where; paths as a page writes them. */
  record Item(String from, @Nullable String to) {}

  /** How it stands. */
  enum State {
    @JsonProperty("running")
    RUNNING,
    @JsonProperty("done")
    DONE,
    @JsonProperty("failed")
    FAILED,
    @JsonProperty("cancelled")
    CANCELLED
  }
}
