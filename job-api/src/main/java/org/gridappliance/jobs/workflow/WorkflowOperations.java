package org.gridappliance.jobs.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.gridappliance.jobs.JobAudit;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.AppShelf;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.jobs.pool.JobSnapshot;
import org.jspecify.annotations.Nullable;

/** The operations on workflows. Somebody else's is not here, as one that never was. */
public final class WorkflowOperations {
  private static final int MOST_LISTED = 100;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Workflows workflows;
  private final AppShelf shelf;
  private final Function<Long, Optional<JobSnapshot>> jobs;
  private final Clock clock;
  private final JobAudit audit;

  /**
   * @param jobs how a job stands now, whoever's it is
   */
  public WorkflowOperations(
      Workflows workflows,
      AppShelf shelf,
      Function<Long, Optional<JobSnapshot>> jobs,
      Clock clock,
      JobAudit audit) {
    this.workflows = workflows;
    this.shelf = shelf;
    this.jobs = jobs;
    this.clock = clock;
    this.audit = audit;
  }

  /** {@return the operations by their {@code operationId}} */
  public Map<String, Operation> all() {
    Map<String, Operation> all = new HashMap<>();
    all.put("listWorkflows", this::list);
    all.put("createWorkflow", this::create);
    all.put("getWorkflow", this::get);
    all.put("actOnWorkflow", this::act);
    return all;
  }

  private Response list(Request request) {
    ObjectNode answer = JSON.objectNode();
    ArrayNode list = answer.putArray("workflows");
    Caller caller = request.requireCaller();
    workflows
        .store
        .list(caller.name(), MOST_LISTED)
        .forEach(row -> list.add(view(caller, row, false)));
    return Response.ok(answer);
  }

  private Response get(Request request) {
    return Response.ok(view(request.requireCaller(), require(request), true));
  }

  private Response create(Request request) {
    Caller caller = writer(request);
    String file = request.body().path("file").asText();
    WorkflowSpec spec = WorkflowSpec.parse(file);
    for (WorkflowSpec.Step step : spec.steps()) {
      Optional<App> app = shelf.find(caller, step.app());
      if (app.isEmpty()) {
        throw wrong(
            "step " + step.name() + ": there is no application \"" + step.app() + "\" that runs");
      }
      if (app.get().interactive().isPresent()) {
        throw wrong(
            "step "
                + step.name()
                + ": "
                + app.get().title()
                + " is worked with in its windows and cannot be a step");
      }
    }
    long id =
        workflows.store.insert(
            caller.name(),
            file,
            request.body().path("pool").asText(""),
            spec.steps().stream().map(WorkflowSpec.Step::name).toList(),
            clock.millis());
    workflows.soon(id);
    audit.note(caller.name(), "workflow.submitted", "workflow " + id, request.remoteAddress());
    return Response.created(
        "/api/v1/workflows/" + id, view(caller, workflows.store.find(id).orElseThrow(), true));
  }

  private static Problem wrong(String message) {
    return Problem.invalid(message, java.util.List.of(new Problem.FieldError("file", message)));
  }

  private static Caller writer(Request request) {
    Caller caller = request.requireCaller();
    if (!caller.mayWrite()) {
      throw Problem.forbidden("this token may only read; make one whose scope may write");
    }
    return caller;
  }

  private WorkflowStore.Row require(Request request) {
    long id = request.pathLong("workflow");
    Caller caller = request.requireCaller();
    return workflows
        .store
        .find(id)
        .filter(row -> caller.administrator() || row.owner().equals(caller.name()))
        .orElseThrow(() -> Problem.notFound("workflow " + id));
  }

  private Response act(Request request) {
    Caller caller = writer(request);
    WorkflowStore.Row row = require(request);
    String action = request.path("action");
    if (action.equals("rescue")) {
      WorkflowSpec.parse(row.file()).steps().forEach(s -> shelf.requireOpen(caller, s.app()));
    }
    boolean done =
        switch (action) {
          case "cancel" -> workflows.cancel(row.id());
          case "rescue" -> workflows.rescue(row.id());
          default -> throw Problem.notFound("action " + action);
        };
    if (!done) {
      throw Problem.conflict(
          action.equals("cancel")
              ? "workflow " + row.id() + " has ended; it cannot be cancelled"
              : "workflow " + row.id() + " goes on or completed; there is nothing to try again");
    }
    audit.note(
        caller.name(),
        action.equals("cancel") ? "workflow.cancelled" : "workflow.rescued",
        "workflow " + row.id(),
        request.remoteAddress());
    return Response.ok(view(caller, require(request), true));
  }

  private JsonNode view(Caller caller, WorkflowStore.Row row, boolean whole) {
    ObjectNode node = JSON.objectNode();
    WorkflowSpec spec = WorkflowSpec.parse(row.file());
    Map<String, WorkflowStore.StepRow> rows = workflows.store.steps(row.id());
    node.put("id", row.id());
    node.put("name", spec.name());
    node.put("owner", row.owner());
    node.put("pool", row.pool().isEmpty() ? null : row.pool());
    node.put("state", row.state());
    node.put("submittedAt", Instant.ofEpochMilli(row.submittedAt()).toString());
    Long ended = row.endedAt();
    node.put("endedAt", ended == null ? null : Instant.ofEpochMilli(ended).toString());
    if (whole) {
      node.put("file", row.file());
    }
    ArrayNode steps = node.putArray("steps");
    Set<String> stuck = new HashSet<>();
    for (WorkflowSpec.Step step : spec.steps()) {
      ObjectNode one = steps.addObject();
      one.put("name", step.name());
      one.put("app", step.app());
      one.put("appTitle", shelf.title(caller, step.app()));
      ArrayNode needs = one.putArray("needs");
      step.waitsFor().stream().sorted().forEach(needs::add);
      if (!step.afterAny().isEmpty()) {
        ArrayNode any = one.putArray("afterAny");
        step.afterAny().stream().sorted().forEach(any::add);
      }
      stand(one, step, rows.get(step.name()), row.state().equals("Running"), stuck);
    }
    return node;
  }

  private void stand(
      ObjectNode one,
      WorkflowSpec.Step step,
      WorkflowStore.@Nullable StepRow at,
      boolean running,
      Set<String> stuck) {
    Optional<JobSnapshot> job =
        at == null || at.job() == 0 ? Optional.empty() : jobs.apply(at.job());
    String state;
    String message = at == null ? null : at.problem();
    if (job.isPresent()) {
      state = job.get().record().state().word();
      one.put("job", job.get().record().id());
      one.put("total", job.get().record().total());
      one.put("completed", job.get().completed());
      if (job.get().record().failure() != null) {
        message = job.get().record().failure().message();
      }
    } else if (at != null && at.job() != 0) {
      state = "Removed";
      message = "its job was deleted";
    } else if (message != null) {
      state = "Failed";
    } else {
      boolean waits = running && step.needs().stream().noneMatch(stuck::contains);
      state = waits ? "Waiting" : "Blocked";
    }
    if (state.equals("Failed") || state.equals("Removed") || state.equals("Blocked")) {
      stuck.add(step.name());
    }
    one.put("state", state);
    one.put("message", message);
  }
}
