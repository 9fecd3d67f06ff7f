package org.gridappliance.portal.audit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;

/** The operations of the audit page. */
public final class AuditOperations {
  private final AuditLog log;

  public AuditOperations(AuditLog log) {
    this.log = log;
  }

  /** {@return the operations by operationId} */
  public Map<String, Operation> all() {
    return Map.of("listAudit", this::list);
  }

  private Response list(Request request) {
    Caller caller = request.requireCaller();
    int limit = (int) request.queryLong("limit", 100);
    List<AuditLog.Entry> entries =
        log.page(
            caller.administrator() ? Optional.empty() : Optional.of(caller.name()),
            request.query("actor"),
            request.query("action"),
            request.queryLong("before", Long.MAX_VALUE),
            limit + 1);
    Map<String, Object> body = new HashMap<>();
    body.put("entries", entries.subList(0, Math.min(limit, entries.size())));
    body.put("next", entries.size() > limit ? entries.get(limit - 1).id() : null);
    return Response.ok(body);
  }
}
