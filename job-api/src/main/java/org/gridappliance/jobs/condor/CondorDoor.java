package org.gridappliance.jobs.condor;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says how HTCondor is reached on this machine now. Thread-safe; may block for a moment. */
@FunctionalInterface
public interface CondorDoor {
  /** Nobody set HTCondor up. */
  CondorDoor NONE =
      () ->
          new Looked(
              null,
              "HTCondor is not set up here; run: sudo ./appliance pool install, set pool.role:"
                  + " manager in appliance.yaml, then restart");

  /**
   * How to submit.
   *
   * @param command words that run one of HTCondor's programs when its name and arguments follow
   * @param schedd the schedd's name
   * @param jobs what {@code DATA/jobs} is called where that schedd reads
   * @param events the schedd's event log, JSON
   */
  record Access(List<String> command, String schedd, String jobs, Path events) {
    public Access {
      command = List.copyOf(command);
    }
  }

  /**
   * What was seen.
   *
   * @param access null when HTCondor cannot be used
   * @param reason why not, with the remedy; empty when it can
   */
  record Looked(@Nullable Access access, String reason) {}

  /** {@return how it is reached, or why it cannot be used} */
  Looked look();
}
