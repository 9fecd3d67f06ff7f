package org.gridappliance.jobs.lease;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The renewal of an executor's leases.
 *
 * @param leases all that it holds, at most {@link LeaseProtocol#MAX_HEARTBEAT_LEASES}
 * @param sharing {@link SharingReport}: how its machine is shared, read apart so that what one side
 *     does not understand never stops the rest; null from what has no owner
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Heartbeat(List<Item> leases, @Nullable JsonNode sharing) {

  /** One that tells nothing of how the machine is shared. */
  public Heartbeat(List<Item> leases) {
    this(leases, null);
  }

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
   * @param sharing {@link SharingOrders}, read apart so that what one side does not understand
   *     never stops the rest; null where the heartbeat had no report
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Orders(
      List<String> stop, List<String> suspend, List<String> finish, @Nullable JsonNode sharing) {

    public Orders(List<String> stop, List<String> suspend, List<String> finish) {
      this(stop, suspend, finish, null);
    }

    /** {@return the same with words about sharing} */
    public Orders with(JsonNode words) {
      return new Orders(stop, suspend, finish, words);
    }

    /** An older portal names none to finish. */
    @SuppressWarnings("NullAway") // Jackson hands null for an absent member
    public Orders {
      finish = finish == null ? List.of() : List.copyOf(finish);
    }
  }
}
