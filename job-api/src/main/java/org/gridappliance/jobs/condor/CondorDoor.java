package org.gridappliance.jobs.condor;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.lease.GroupPolicies;
import org.gridappliance.jobs.pool.Place;
import org.gridappliance.jobs.pool.Standing;
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
   * @param reason why nothing is to be given to it, with the remedy; empty when it takes jobs. With
   *     an access what it has goes on
   * @param standings draining or banned, by a machine's address; only a pool's manager knows them
   * @param watched other pools that are to be looked at
   * @param policies what {@link #policies} called those that hold now; null where this machine is
   *     not a pool's manager
   */
  record Looked(
      @Nullable Access access,
      String reason,
      Map<String, Standing> standings,
      List<OtherPool> watched,
      @Nullable String policies) {
    public Looked {
      standings = Map.copyOf(standings);
      watched = List.copyOf(watched);
    }

    public Looked(@Nullable Access access, String reason) {
      this(access, reason, Map.of(), List.of(), null);
    }
  }

  /**
   * A pool that is only looked at.
   *
   * @param address its collector's, with a port where it is another than 9618
   * @param name by which people know it
   * @param place where its machines are shown
   * @param expires when the token for it ends, seconds since 1970; 0 when that is not known
   */
  record OtherPool(String address, String name, @Nullable Place place, long expires) {}

  /**
   * Drains, bans or opens a machine of the pool, for all who submit to it.
   *
   * @param address the machine's
   * @throws Problem 409 where that cannot be done
   */
  default void stand(String address, Standing standing) {
    throw Problem.conflict(
        "a machine of HTCondor is drained, banned and opened on the pool's manager, not here");
  }

  /**
   * Has the pool's manager tell the machines another policy.
   *
   * @param revision what it is called
   * @throws Problem 409 where this is no manager
   */
  default void policies(String revision, GroupPolicies policies) {
    throw Problem.conflict(
        "policies of HTCondor's machines are kept on the pool's manager, not here");
  }

  /** {@return how it is reached, or why it cannot be used} */
  Looked look();
}
