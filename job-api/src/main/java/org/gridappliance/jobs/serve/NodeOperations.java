package org.gridappliance.jobs.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.gridappliance.jobs.JobAudit;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.jobs.job.Json;
import org.gridappliance.jobs.lease.Enrolment;
import org.gridappliance.jobs.lease.Heartbeat;
import org.gridappliance.jobs.lease.LeaseRequest;
import org.gridappliance.jobs.lease.Leases;
import org.gridappliance.jobs.lease.SubjobResult;
import org.gridappliance.jobs.pool.LocalPool;

/** The operations on nodes and the pool, and those of the executors themselves. */
final class NodeOperations {
  private final LocalPool pool;
  private final Space space;
  private final JobAudit audit;
  private final Lines lines;

  NodeOperations(LocalPool pool, Space space, JobAudit audit, Lines lines) {
    this.lines = lines;
    this.pool = pool;
    this.space = space;
    this.audit = audit;
  }

  void addTo(Map<String, Operation> operations) {
    operations.put("listNodes", this::nodes);
    operations.put("createJoinToken", this::joinToken);
    operations.put("removeNode", this::remove);
    operations.put("getPool", this::pool);
    operations.put("enrolExecutor", this::enrol);
    operations.put("lease", this::lease);
    operations.put("heartbeat", this::heartbeat);
    operations.put("postResults", this::results);
  }

  private Response nodes(Request request) {
    String caller = request.requireCaller().name();
    ObjectNode answer = Views.JSON.objectNode();
    ArrayNode nodes = answer.putArray("nodes");
    pool.views().nodes().forEach(node -> nodes.add(Views.node(node, caller)));
    return Response.ok(answer);
  }

  private Response pool(Request request) {
    request.requireCaller();
    return Response.ok(Views.pool(pool.views().pool()));
  }

  private static Caller poolAdmin(Request request) {
    Caller caller = JobOperations.writer(request);
    if (!caller.poolAdmin() && !caller.administrator()) {
      throw Problem.forbidden("only a pool admin adds and removes nodes");
    }
    return caller;
  }

  private Response joinToken(Request request) {
    Caller caller = poolAdmin(request);
    Duration validity = Duration.ofHours(request.body().path("hours").asInt(24));
    LocalPool.JoinToken made = pool.newJoinToken(validity);
    audit.note(caller.name(), "node.join-token-made", "pool", request.remoteAddress());
    ObjectNode answer = Views.JSON.objectNode();
    answer.put("token", made.token());
    answer.put("expiresAt", made.expiresAt().toString());
    return new Response(201, answer, Map.of());
  }

  private Response remove(Request request) {
    Caller caller = poolAdmin(request);
    long id = request.pathLong("node");
    String name = pool.remove(id).orElseThrow(() -> Problem.notFound("node " + id));
    lines.cut(id);
    audit.note(caller.name(), "node.removed", "node " + name, request.remoteAddress());
    return Response.noContent();
  }

  private Response enrol(Request request) {
    Enrolment asked = Json.from(request.body(), Enrolment.class);
    long id = pool.enrol(asked);
    audit.note("node:" + asked.name(), "node.joined", "node " + id, request.remoteAddress());
    return new Response(201, Json.tree(new Enrolment.Enrolled(id)), Map.of());
  }

  private Response lease(Request request) {
    try {
      LeaseRequest asked = Json.from(request.body(), LeaseRequest.class);
      return Response.ok(Json.tree(new Leases(pool.lease(request.bearer(), asked))));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Problem(503, "Stopping", "the portal stops; ask again in a few seconds");
    }
  }

  private Response heartbeat(Request request) {
    Heartbeat beat = Json.from(request.body(), Heartbeat.class);
    return Response.ok(Json.tree(pool.heartbeat(request.bearer(), beat)));
  }

  private Response results(Request request) {
    pool.nodeName(request.bearer());
    space.require();
    SubjobResult.Batch batch = Json.from(request.body(), SubjobResult.Batch.class);
    List<Integer> statuses = pool.results(request.bearer(), batch.results());
    if (statuses.size() > 1) {
      return Response.ok(Json.tree(new SubjobResult.Statuses(statuses)));
    }
    return switch (statuses.getFirst()) {
      case 204 -> Response.noContent();
      case 409 ->
          throw Problem.conflict(
              "lease "
                  + batch.results().getFirst().lease()
                  + " was superseded, or its result was taken before; drop it");
      default -> throw Problem.notFound("lease " + batch.results().getFirst().lease());
    };
  }
}
