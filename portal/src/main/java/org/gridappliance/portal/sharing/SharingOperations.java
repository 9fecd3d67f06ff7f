package org.gridappliance.portal.sharing;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.portal.agent.AgentClient;
import org.gridappliance.portal.audit.AuditLog;

/**
 * Shows and sets how this machine is shared; for pool administrators. The agent's Desktop
 * Controller keeps the settings and acts on them.
 */
public final class SharingOperations {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final AgentClient agent;
  private final AuditLog audit;

  public SharingOperations(AgentClient agent, AuditLog audit) {
    this.agent = agent;
    this.audit = audit;
  }

  /** {@return the operations by operationId} */
  public Map<String, Operation> all() {
    return Map.of("getSharing", this::get, "putSharing", this::put, "snoozeSharing", this::snooze);
  }

  private Response get(Request request) {
    admin(request);
    return Response.ok(agent.ask("GET", "/sharing", null));
  }

  private Response put(Request request) {
    Caller caller = admin(request);
    JsonNode state = agent.ask("PUT", "/sharing", map(request.body()));
    audit.append(
        caller.name(),
        "sharing.changed",
        state.path("sharing").path("level").asText(),
        null,
        request.remoteAddress());
    return Response.ok(state);
  }

  private Response snooze(Request request) {
    Caller caller = admin(request);
    JsonNode state = agent.ask("POST", "/sharing/snooze", map(request.body()));
    audit.append(
        caller.name(),
        "sharing.snoozed",
        request.body().path("minutes").asText() + " min",
        null,
        request.remoteAddress());
    return Response.ok(state);
  }

  private static Map<String, ?> map(JsonNode body) {
    return JSON.convertValue(body, new TypeReference<Map<String, Object>>() {});
  }

  private static Caller admin(Request request) {
    Caller caller = request.requireCaller();
    if (!caller.poolAdmin() && !caller.administrator()) {
      throw Problem.forbidden("how this computer is shared is for pool administrators");
    }
    return caller;
  }
}
