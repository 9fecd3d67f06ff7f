package org.gridappliance.jobs.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.jobs.Countries;
import org.gridappliance.jobs.JobAudit;
import org.gridappliance.jobs.condor.CondorPool;
import org.gridappliance.jobs.condor.Machine;
import org.gridappliance.jobs.history.PoolHistory;
import org.gridappliance.jobs.history.Span;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.job.Json;
import org.gridappliance.jobs.lease.Enrolment;
import org.gridappliance.jobs.lease.GroupPolicies;
import org.gridappliance.jobs.lease.Heartbeat;
import org.gridappliance.jobs.lease.LeaseRequest;
import org.gridappliance.jobs.lease.Leases;
import org.gridappliance.jobs.lease.SubjobResult;
import org.gridappliance.jobs.pool.LocalPool;
import org.gridappliance.jobs.pool.NodeFilter;
import org.gridappliance.jobs.pool.NodeSnapshot;
import org.gridappliance.jobs.pool.Place;
import org.gridappliance.jobs.pool.Standing;
import org.gridappliance.jobs.sharing.Policies;
import org.jspecify.annotations.Nullable;

/** The operations on nodes and the pool, and those of the executors themselves. */
final class NodeOperations {
  private final LocalPool pool;
  private final PoolHistory history;
  private final CondorPool condor;
  private final Space space;
  private final JobAudit audit;
  private final Lines lines;
  private final Policies policies;
  private final Clock clock;
  private final Countries countries;

  NodeOperations(
      LocalPool pool,
      PoolHistory history,
      CondorPool condor,
      Space space,
      JobAudit audit,
      Lines lines,
      Policies policies,
      Countries countries,
      Clock clock) {
    this.clock = clock;
    this.policies = policies;
    this.countries = countries;
    this.condor = condor;
    this.lines = lines;
    this.pool = pool;
    this.history = history;
    this.space = space;
    this.audit = audit;
  }

  void addTo(Map<String, Operation> operations) {
    operations.put("listNodes", this::nodes);
    operations.put("createJoinToken", this::joinToken);
    operations.put("getNode", this::node);
    operations.put("updateNode", this::update);
    operations.put("removeNode", this::remove);
    operations.put("getPoolHistory", this::history);
    operations.put("getPool", this::pool);
    operations.put("getJobWait", this::wait);
    operations.put("enrolExecutor", this::enrol);
    operations.put("lease", this::lease);
    operations.put("heartbeat", this::heartbeat);
    operations.put("postResults", this::results);
  }

  private Response nodes(Request request) {
    String caller = request.requireCaller().name();
    ObjectNode answer = Views.JSON.objectNode();
    ArrayNode nodes = answer.putArray("nodes");
    NodeFilter wanted = NodeFilter.parse(request.query("q").orElse(""), clock.millis());
    for (NodeSnapshot node : pool.views().nodes()) {
      if (wanted.test(NodeFilter.Line.of(node))) {
        nodes.add(Views.node(node, caller, countries));
      }
    }
    return Response.ok(answer);
  }

  private Response pool(Request request) {
    request.requireCaller();
    ObjectNode answer = Views.pool(pool.views().pool());
    answer
        .putObject("condor")
        .put("ready", condor.isReady())
        .put("slots", condor.slots())
        .put("reason", condor.isReady() ? null : condor.reason());
    return Response.ok(answer);
  }

  /** Why subjobs of a job wait in HTCondor's pool; of no other pool, whose phase says it. */
  private Response wait(Request request) {
    Caller caller = request.requireCaller();
    long job = request.pathLong("job");
    ObjectNode answer = Views.JSON.objectNode();
    ArrayNode reasons = answer.putArray("reasons");
    Optional<String> owner = pool.views().owner(job);
    if (owner.isEmpty()) {
      return Response.ok(answer); // it has ended, or never was
    }
    if (!owner.get().equals(caller.name()) && !caller.administrator()) {
      throw Problem.notFound("job " + job);
    }
    if (pool.views()
        .job(job)
        .filter(now -> now.record().pool().equals(JobRecord.CONDOR))
        .isPresent()) {
      pool.views()
          .limits(job)
          .ifPresent(
              limits ->
                  condor
                      .why(job, limits)
                      .forEach(
                          one ->
                              reasons
                                  .addObject()
                                  .put("text", one.text())
                                  .put("remedy", one.remedy().word())));
    }
    return Response.ok(answer);
  }

  private static Caller poolAdmin(Request request) {
    Caller caller = JobOperations.writer(request);
    if (!caller.poolAdmin() && !caller.administrator()) {
      throw Problem.forbidden("only a pool admin changes nodes");
    }
    return caller;
  }

  private NodeSnapshot find(Request request) {
    long id = request.pathLong("node");
    return pool.views().nodes().stream()
        .filter(node -> node.id() == id)
        .findFirst()
        .orElseThrow(() -> Problem.notFound("node " + id));
  }

  private Response node(Request request) {
    Caller caller = request.requireCaller();
    NodeSnapshot found = find(request);
    ObjectNode answer = Views.node(found, caller.name(), countries);
    Policies.Machine kept = policies.machine(found.id());
    answer.put("group", kept.group());
    boolean mine = caller.name().equals(kept.owner());
    boolean tells = mine || caller.poolAdmin() || caller.administrator();
    answer.put("owner", tells ? kept.owner() : null);
    answer.put("mine", mine);
    ArrayNode events = answer.putArray("events");
    history.events(found.id()).forEach(event -> events.add(Views.event(event)));
    boolean all = caller.poolAdmin() || caller.administrator();
    boolean machine = found.kind() == NodeSnapshot.Kind.MACHINE;
    ArrayNode jobs = answer.putArray("jobs");
    history
        .jobs(found.id(), machine ? found.name() : null, all ? null : caller.name())
        .forEach(job -> jobs.add(Views.nodeJob(job)));
    if (machine) {
      ArrayNode slots = answer.putArray("slots");
      condor.machines().stream()
          .filter(one -> one.name().equals(found.name()))
          .flatMap(one -> one.slots().stream())
          .forEach(slot -> slots.add(slot(slot, caller)));
    }
    return Response.ok(answer);
  }

  /** Whose job it is somebody else does not learn. */
  private ObjectNode slot(Machine.Slot slot, Caller caller) {
    ObjectNode view = Views.JSON.objectNode();
    view.put("name", slot.name());
    view.put("state", slot.state());
    view.put("cpus", slot.cpus());
    view.put("memoryBytes", slot.memoryBytes());
    view.put("since", Views.time(slot.since() * 1000));
    condor
        .subjobs(slot.job())
        .filter(task -> pool.views().owner(task.job()).filter(caller.name()::equals).isPresent())
        .ifPresent(task -> view.put("job", task.job()).put("index", task.index()));
    return view;
  }

  private Response update(Request request) {
    Caller caller = poolAdmin(request);
    NodeSnapshot found = find(request);
    JsonNode body = request.body();
    Optional<Standing> standing = Standing.of(body.path("standing").asText());
    if (standing.isPresent() && standing.get() != found.standing()) {
      if (found.kind() == NodeSnapshot.Kind.MACHINE) {
        condor.stand(found.name(), standing.get());
      } else {
        pool.stand(found.id(), standing.get());
      }
      note(request, caller, "node." + standing.get().word(), found);
    }
    if (body.has("place")) {
      JsonNode place = body.path("place");
      pool.place(
          found.id(),
          place.isNull()
              ? null
              : new Place(
                  place.path("name").asText().strip(),
                  place.path("latitude").asDouble(),
                  place.path("longitude").asDouble()));
      note(request, caller, "node.placed", found);
    }
    if (body.has("group")) {
      requireBounded(found);
      policies.put(found.id(), Policies.group(body.path("group").asText()));
      pool.nudge(found.id());
      note(request, caller, "node.grouped", found);
    }
    if (body.has("owner")) {
      policies.give(found.id(), owner(body, null));
      note(request, caller, "node.given", found);
    }
    return node(request);
  }

  /** Only who can tell a machine its bounds puts it into a group. */
  private void requireBounded(NodeSnapshot node) {
    switch (node.kind()) {
      case EXECUTOR -> {}
      case MACHINE -> {
        if (!condor.manages()) {
          throw Problem.conflict(
              node.name() + " is HTCondor's: it is put into a group on its pool's manager");
        }
        if (!GroupPolicies.isAddress(node.name())) {
          throw Problem.conflict(
              node.name() + " is no IPv4 address, by which HTCondor's machines are bounded");
        }
      }
      default -> throw Problem.conflict(node.name() + " is no machine; put its machines in groups");
    }
  }

  private void note(Request request, Caller caller, String deed, NodeSnapshot node) {
    audit.note(caller.name(), deed, "node " + node.name(), request.remoteAddress());
  }

  /** Others' names are for pool admins; everyone else sees himself and the rest. */
  private Response history(Request request) {
    Caller caller = request.requireCaller();
    boolean all = caller.poolAdmin() || caller.administrator();
    Span span = Span.of(request.query("span").orElse("day")).orElse(Span.DAY);
    ObjectNode answer = Views.JSON.objectNode();
    answer.put("span", span.word());
    answer.put("bucketSeconds", span.bucketSeconds());
    ArrayNode points = answer.putArray("points");
    history
        .use(span)
        .forEach((at, load) -> points.add(Views.load(at, load, all ? null : caller.name())));
    return Response.ok(answer);
  }

  private Response joinToken(Request request) {
    Caller caller = poolAdmin(request);
    Duration validity = Duration.ofHours(request.body().path("hours").asInt(24));
    LocalPool.JoinToken made = pool.newJoinToken(validity, owner(request.body(), caller.name()));
    audit.note(caller.name(), "node.join-token-made", "pool", request.remoteAddress());
    ObjectNode answer = Views.JSON.objectNode();
    answer.put("token", made.token());
    answer.put("expiresAt", made.expiresAt().toString());
    return new Response(201, answer, Map.of());
  }

  private static @Nullable String owner(JsonNode body, @Nullable String otherwise) {
    return !body.has("owner")
        ? otherwise
        : body.path("owner").isNull() ? null : body.path("owner").asText();
  }

  private Response remove(Request request) {
    Caller caller = poolAdmin(request);
    long id = request.pathLong("node");
    String name = pool.remove(id).orElseThrow(() -> Problem.notFound("node " + id));
    lines.cut(id);
    policies.forget(id);
    audit.note(caller.name(), "node.removed", "node " + name, request.remoteAddress());
    return Response.noContent();
  }

  private Response enrol(Request request) {
    Enrolment asked = Json.from(request.body(), Enrolment.class);
    long id = pool.enrol(asked);
    history.joined(id, null);
    audit.note("node:" + asked.name(), "node.joined", "node " + id, request.remoteAddress());
    return new Response(201, Json.tree(new Enrolment.Enrolled(id)), Map.of());
  }

  private Response lease(Request request) {
    pool.met(request.bearer(), request.remoteAddress());
    try {
      LeaseRequest asked = Json.from(request.body(), LeaseRequest.class);
      return Response.ok(Json.tree(new Leases(pool.lease(request.bearer(), asked))));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Problem(503, "Stopping", "the portal stops; ask again in a few seconds");
    }
  }

  private Response heartbeat(Request request) {
    pool.met(request.bearer(), request.remoteAddress());
    Heartbeat beat = Json.from(request.body(), Heartbeat.class);
    Heartbeat.Orders orders = pool.heartbeat(request.bearer(), beat);
    return Response.ok(
        Json.tree(
            beat.sharing() == null
                ? orders
                : orders.with(
                    Json.tree(policies.answer(pool.nodeId(request.bearer()), beat.sharing())))));
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
