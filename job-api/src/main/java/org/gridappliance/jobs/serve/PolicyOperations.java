package org.gridappliance.jobs.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.gridappliance.jobs.JobAudit;
import org.gridappliance.jobs.condor.CondorPool;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.jobs.job.Json;
import org.gridappliance.jobs.lease.Sharing;
import org.gridappliance.jobs.lease.SharingReport;
import org.gridappliance.jobs.pool.LocalPool;
import org.gridappliance.jobs.pool.NodeSnapshot;
import org.gridappliance.jobs.sharing.Policies;
import org.jspecify.annotations.Nullable;

/**
 * The pool's policy for groups of machines, for pool administrators; and each joined machine's own
 * rules, for its owner and them.
 */
record PolicyOperations(LocalPool pool, CondorPool condor, Policies policies, JobAudit audit) {
  void addTo(Map<String, Operation> operations) {
    operations.put("listPolicies", this::list);
    operations.put("putPolicy", this::put);
    operations.put("removePolicy", this::remove);
    operations.put("getNodeSharing", this::get);
    operations.put("putNodeSharing", this::set);
  }

  // --- policy

  private Response list(Request request) {
    Caller caller = request.requireCaller();
    if (!admin(caller)) {
      throw Problem.forbidden("the pool's policy is for pool administrators");
    }
    return Response.ok(list());
  }

  private ObjectNode list() {
    Map<String, Sharing> bounds = policies.all();
    Map<String, ArrayNode> groups = new TreeMap<>();
    groups.put(Policies.DEFAULT_GROUP, Views.JSON.arrayNode());
    bounds.keySet().forEach(group -> groups.put(group, Views.JSON.arrayNode()));
    machines()
        .forEach(
            node ->
                groups
                    .computeIfAbsent(
                        policies.machine(node.id()).group(), name -> Views.JSON.arrayNode())
                    .addObject()
                    .put("id", node.id())
                    .put("name", node.name()));
    ObjectNode answer = Views.JSON.objectNode();
    ArrayNode all = answer.putArray("policies");
    groups.forEach(
        (group, nodes) -> {
          ObjectNode one = all.addObject().put("group", group);
          one.set("nodes", nodes);
          Sharing policy = bounds.get(group);
          one.set("bounds", policy == null ? null : Json.tree(policy));
        });
    return answer;
  }

  private Response put(Request request) {
    Caller caller = poolAdmin(request);
    String group = Policies.group(request.path("group"));
    change(request, caller, group, sharing(request.body()), "pool.policy-set");
    return Response.ok(list());
  }

  private Response remove(Request request) {
    Caller caller = poolAdmin(request);
    String group = Policies.group(request.path("group"));
    if (policies.bounds(group).isEmpty()) {
      throw Problem.notFound("a policy of group " + group);
    }
    change(request, caller, group, null, "pool.policy-removed");
    return Response.noContent();
  }

  private void change(
      Request request, Caller caller, String group, @Nullable Sharing bounds, String deed) {
    policies.bound(group, bounds);
    policies.members(group).forEach(pool::nudge);
    audit.note(caller.name(), deed, "group " + group, request.remoteAddress());
  }

  // --- one machine

  private Response get(Request request) {
    return Response.ok(state(own(request, request.requireCaller())));
  }

  private Response set(Request request) {
    Caller caller = JobOperations.writer(request);
    NodeSnapshot node = own(request, caller);
    Sharing wanted = sharing(request.body());
    policies.set(node.id(), wanted);
    pool.nudge(node.id());
    audit.note(
        caller.name(),
        "node.sharing-set",
        "node " + node.name() + " " + wanted.level(),
        request.remoteAddress());
    return Response.ok(state(node));
  }

  private NodeSnapshot own(Request request, Caller caller) {
    long id = request.pathLong("node");
    NodeSnapshot node =
        pool.views().nodes().stream()
            .filter(one -> one.id() == id)
            .findFirst()
            .orElseThrow(() -> Problem.notFound("node " + id));
    if (!admin(caller) && !caller.name().equals(policies.machine(id).owner())) {
      throw Problem.forbidden(
          "the rules of " + node.name() + " are for its owner and pool administrators");
    }
    if (node.kind() != NodeSnapshot.Kind.EXECUTOR) {
      throw Problem.conflict(
          node.name() + " is HTCondor's; its rules are set where its agent runs");
    }
    return node;
  }

  private ObjectNode state(NodeSnapshot node) {
    Policies.Machine machine = policies.machine(node.id());
    ObjectNode answer = Views.JSON.objectNode();
    answer.put("name", node.name());
    answer.put("owner", machine.owner());
    answer.put("group", machine.group());
    answer.set("bounds", policies.bounds(machine.group()).map(Json::tree).orElse(null));
    SharingReport report = policies.told(node.id()).map(Policies.Told::report).orElse(null);
    boolean taken = report != null && report.revision() == machine.revision();
    boolean waiting = machine.rules() != null && !taken;
    Sharing shown =
        machine.rules() != null && (waiting || report == null)
            ? machine.rules()
            : report == null ? Sharing.DEFAULT : report.sharing();
    answer.set("sharing", Json.tree(shown));
    answer.put("waiting", waiting);
    answer.put("told", report != null);
    if (report != null) {
      answer.put("refused", taken ? report.refused() : null);
      answer.put("paused", report.paused());
      answer.put("pausedSeconds", report.pausedSeconds());
      answer.put("percent", report.percent());
      answer.put("idleSeconds", report.idleSeconds());
      answer.put("idleSource", report.idleSource());
      answer.put("foreignCpuPercent", report.foreignCpuPercent());
      answer.put("onBattery", report.onBattery());
    }
    return answer;
  }

  private List<NodeSnapshot> machines() {
    return pool.views().nodes().stream()
        .filter(
            node ->
                node.kind() == NodeSnapshot.Kind.EXECUTOR
                    || (node.kind() == NodeSnapshot.Kind.MACHINE && condor.manages()))
        .sorted(Comparator.comparing(NodeSnapshot::name))
        .toList();
  }

  private static Sharing sharing(JsonNode body) {
    try {
      return Json.from(body, Sharing.class);
    } catch (IllegalArgumentException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof Sharing.Wrong) {
          throw new Problem(422, "Not valid", String.valueOf(cause.getMessage()));
        }
      }
      throw new Problem(422, "Not valid", "no rules: " + e.getMessage());
    }
  }

  private static boolean admin(Caller caller) {
    return caller.poolAdmin() || caller.administrator();
  }

  private static Caller poolAdmin(Request request) {
    Caller caller = JobOperations.writer(request);
    if (!admin(caller)) {
      throw Problem.forbidden("the pool's policy is for pool administrators");
    }
    return caller;
  }
}
