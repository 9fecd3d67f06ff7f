package org.gridappliance.portal.samba;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.portal.audit.AuditLog;

/** What the profile page asks: whether Samba runs, and the caller's own password for it. */
public final class SambaOperations {
  private final Samba samba;
  private final AuditLog audit;

  public SambaOperations(Samba samba, AuditLog audit) {
    this.samba = samba;
    this.audit = audit;
  }

  /** {@return the operations by operationId} */
  public Map<String, Operation> all() {
    return Map.of(
        "getSamba", this::get,
        "putSambaPassword", this::put,
        "deleteSambaPassword", this::delete);
  }

  private Response get(Request request) {
    Caller caller = request.requireCaller();
    SambaState state = samba.state();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("running", state.running());
    body.put("why", state.why().isEmpty() ? null : state.why());
    body.put("addresses", state.addresses());
    body.put("port", state.port() == 0 ? null : state.port());
    body.put("share", "home");
    body.put("hasPassword", state.people().contains(caller.name()));
    body.put("withoutPassword", state.visitors() && state.owner().equals(caller.name()));
    return Response.ok(body);
  }

  private Response put(Request request) throws IOException {
    String name = request.requireCaller().name();
    samba.setPassword(name, request.body().path("password").asText());
    audit.append(name, "samba.password.set", name, null, request.remoteAddress());
    return Response.noContent();
  }

  private Response delete(Request request) {
    String name = request.requireCaller().name();
    samba.removePassword(name);
    audit.append(name, "samba.password.removed", name, null, request.remoteAddress());
    return Response.noContent();
  }
}
