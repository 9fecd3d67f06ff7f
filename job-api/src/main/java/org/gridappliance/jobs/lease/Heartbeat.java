package org.gridappliance.jobs.lease;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The renewal of an executor's leases.
 *
 * @param leases all that it holds, at most {@link LeaseProtocol#MAX_HEARTBEAT_LEASES}
 */
public record Heartbeat(List<Item> leases) {

  /**
   * One lease.
   *
   * @param started whether its program runs already
   * @param percent how far it says it is, 0..100
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Item(String lease, long fence, boolean started, @Nullable Double percent) {}

  /**
   * What the executor must do.
   *
   * @param stop leases cancelled or no longer its own: end them, report nothing
   * @param suspend leases to pause; a lease not named runs
   * @param finish leases whose interactive program is to end now: its files are results as if it
   *     had ended by itself
   */
  public record Orders(List<String> stop, List<String> suspend, List<String> finish) {

    /** An older portal names none to finish. */
    @SuppressWarnings("NullAway") // Jackson hands null for an absent member
    public Orders {
      finish = finish == null ? List.of() : List.copyOf(finish);
    }
  }
}
