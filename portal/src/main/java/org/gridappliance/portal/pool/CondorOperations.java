package org.gridappliance.portal.pool;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.portal.agent.AgentClient;
import org.gridappliance.portal.audit.AuditLog;

/**
 * Shows and sets this machine's part in an HTCondor pool, has the manager's agent make tokens, and
 * names other pools; for pool administrators. A token is shown once and written nowhere.
 */
public final class CondorOperations {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final AgentClient agent;
  private final AuditLog audit;

  public CondorOperations(AgentClient agent, AuditLog audit) {
    this.agent = agent;
    this.audit = audit;
  }

  /** {@return the operations by operationId} */
  public Map<String, Operation> all() {
    return Map.of(
        "getCondor", this::get,
        "putCondor", this::put,
        "createCondorToken", this::token,
        "putCondorNeighbour", this::neighbour,
        "deleteCondorNeighbour", this::forget,
        "putWatchedPool", this::watch,
        "deleteWatchedPool", this::unwatch);
  }

  private Response get(Request request) {
    admin(request);
    return Response.ok(shown(agent.ask("GET", "/pool", null)));
  }

  private Response put(Request request) {
    Caller caller = admin(request);
    JsonNode state = agent.ask("PUT", "/pool", map(request.body()));
    note(caller, "pool.role-changed", request.body().path("role").asText(), request);
    return Response.ok(shown(state));
  }

  private Response token(Request request) {
    Caller caller = admin(request);
    JsonNode made = agent.ask("POST", "/pool/tokens", map(request.body()));
    note(caller, "pool.token-made", request.body().path("kind").asText(), request);
    return new Response(201, made, Map.of("Cache-Control", "no-store"));
  }

  private Response neighbour(Request request) {
    return add(request, "/pool/neighbours", "pool.neighbour-added");
  }

  private Response forget(Request request) {
    return remove(request, "/pool/neighbours/", "pool.neighbour-removed");
  }

  private Response watch(Request request) {
    return add(request, "/pool/watched", "pool.watched");
  }

  private Response unwatch(Request request) {
    return remove(request, "/pool/watched/", "pool.unwatched");
  }

  /** Tells the agent of another pool. */
  private Response add(Request request, String list, String deed) {
    Caller caller = admin(request);
    JsonNode state = agent.ask("PUT", list, map(request.body()));
    note(caller, deed, request.body().path("address").asText(), request);
    return Response.ok(shown(state));
  }

  private Response remove(Request request, String list, String deed) {
    Caller caller = admin(request);
    String address = request.path("address");
    agent.ask("DELETE", list + address, null);
    note(caller, deed, address, request);
    return Response.noContent();
  }

  private void note(Caller caller, String deed, String object, Request request) {
    audit.append(caller.name(), deed, object, null, request.remoteAddress());
  }

  /** How the portal submits is nobody's business. */
  private static JsonNode shown(JsonNode state) {
    ObjectNode shown = state.deepCopy();
    shown.put("submits", state.path("submit").isObject());
    shown.remove("submit");
    return shown;
  }

  private static Map<String, ?> map(JsonNode body) {
    return JSON.convertValue(body, new TypeReference<Map<String, Object>>() {});
  }

  private static Caller admin(Request request) {
    Caller caller = request.requireCaller();
    if (!caller.mayWrite() || (!caller.poolAdmin() && !caller.administrator())) {
      throw Problem.forbidden("this machine's part in the pool is for pool administrators");
    }
    return caller;
  }
}
