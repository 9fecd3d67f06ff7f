package org.gridappliance.portal.overlay;

import java.util.Map;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.portal.agent.AgentClient;

/**
 * Shows what this machine's overlay node sees, for pool administrators: peers stand with their
 * network addresses, which are nobody else's business.
 */
public final class OverlayOperations {
  private final AgentClient agent;

  public OverlayOperations(AgentClient agent) {
    this.agent = agent;
  }

  /** {@return the operations by operationId} */
  public Map<String, Operation> all() {
    return Map.of("getOverlay", this::get, "traceOverlay", this::trace);
  }

  private Response get(Request request) {
    admin(request);
    return Response.ok(agent.ask("GET", "/overlay", null));
  }

  private Response trace(Request request) {
    admin(request);
    String address = request.body().path("address").asText();
    return Response.ok(agent.ask("POST", "/overlay/trace", Map.of("address", address)));
  }

  private static void admin(Request request) {
    Caller caller = request.requireCaller();
    if (!caller.poolAdmin() && !caller.administrator()) {
      throw Problem.forbidden(
          "the overlay's nodes and their addresses are for pool administrators");
    }
  }
}
