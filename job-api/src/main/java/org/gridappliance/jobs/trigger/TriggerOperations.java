package org.gridappliance.jobs.trigger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.jobs.JobAudit;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.AppShelf;
import org.gridappliance.jobs.app.Input;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.jspecify.annotations.Nullable;

/** The operations on triggers. Somebody else's trigger is not here, as one that never was. */
public final class TriggerOperations {
  /** The most triggers of one person. */
  static final int MOST = 50;

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Triggers triggers;
  private final Submitter submitter;
  private final AppShelf shelf;
  private final Clock clock;
  private final JobAudit audit;

  public TriggerOperations(
      Triggers triggers, Submitter submitter, AppShelf shelf, Clock clock, JobAudit audit) {
    this.triggers = triggers;
    this.submitter = submitter;
    this.shelf = shelf;
    this.clock = clock;
    this.audit = audit;
  }

  /** {@return the operations by their {@code operationId}} */
  public Map<String, Operation> all() {
    Map<String, Operation> all = new HashMap<>();
    all.put("listTriggers", this::list);
    all.put("createTrigger", this::create);
    all.put("getTrigger", this::get);
    all.put("changeTrigger", this::change);
    all.put("deleteTrigger", this::delete);
    all.put("actOnTrigger", this::act);
    all.put("listTriggerRuns", this::runs);
    return all;
  }

  private Trigger require(Request request) {
    long id = request.pathLong("trigger");
    String caller = request.requireCaller().name();
    return triggers
        .store
        .find(id)
        .filter(trigger -> trigger.owner().equals(caller))
        .orElseThrow(() -> Problem.notFound("trigger " + id));
  }

  private static Caller writer(Request request) {
    Caller caller = request.requireCaller();
    if (!caller.mayWrite()) {
      throw Problem.forbidden("this token may only read; make one whose scope may write");
    }
    return caller;
  }

  private Response list(Request request) {
    ObjectNode answer = JSON.objectNode();
    ArrayNode list = answer.putArray("triggers");
    Caller caller = request.requireCaller();
    triggers.store.list(caller.name()).forEach(one -> list.add(view(caller, one)));
    return Response.ok(answer);
  }

  private Response get(Request request) {
    return Response.ok(view(request.requireCaller(), require(request)));
  }

  private Response create(Request request) throws IOException {
    Caller caller = writer(request);
    if (triggers.store.list(caller.name()).size() >= MOST) {
      throw Problem.conflict("you have " + MOST + " triggers, the most there are; delete one");
    }
    Instant now = now();
    TriggerSpec spec = TriggerSpec.parse(request.body(), now);
    Collection<DropFolder.Entry> known = check(caller, spec);
    long id =
        triggers.store.insert(
            caller.name(), request.body(), now.toEpochMilli(), next(spec, now), known);
    note(caller, "trigger.created", id, request);
    return Response.created(
        "/api/v1/triggers/" + id, view(caller, triggers.store.find(id).orElseThrow()));
  }

  private Response change(Request request) throws IOException {
    Caller caller = writer(request);
    Trigger before = require(request);
    Instant now = now();
    TriggerSpec spec = TriggerSpec.parse(request.body(), now);
    Collection<DropFolder.Entry> known = check(caller, spec);
    boolean sameFolder =
        spec.cause() instanceof TriggerSpec.Cause.Folder folder
            && before.spec().cause() instanceof TriggerSpec.Cause.Folder was
            && was.path().equals(folder.path());
    triggers.store.change(
        before.id(),
        request.body(),
        now.toEpochMilli(),
        next(spec, now),
        sameFolder ? null : known);
    note(caller, "trigger.changed", before.id(), request);
    return Response.ok(view(caller, require(request)));
  }

  /** {@return the files that are not new} */
  private Collection<DropFolder.Entry> check(Caller caller, TriggerSpec spec) throws IOException {
    requireRunsByItself(caller, spec);
    return switch (spec.cause()) {
      case TriggerSpec.Cause.Timer _ -> {
        submitter.checkWithFiles(caller, spec.job());
        yield List.of();
      }
      case TriggerSpec.Cause.Folder folder -> {
        requireFileInput(caller, spec, folder);
        ObjectNode job = spec.job().deepCopy();
        job.withObject("/inputs").put(folder.input(), "home:" + folder.shown() + "/file");
        submitter.check(caller, job);
        try {
          Collection<DropFolder.Entry> there = DropFolder.list(caller.home(), folder.path());
          yield folder.existing() ? List.of() : there;
        } catch (DropFolder.Unusable e) {
          throw TriggerSpec.field("folder.path", String.valueOf(e.getMessage()));
        }
      }
    };
  }

  private void requireRunsByItself(Caller caller, TriggerSpec spec) {
    Optional<App> app = shelf.find(caller, spec.job().path("app").asText());
    if (app.isPresent() && app.get().interactive().isPresent()) {
      throw TriggerSpec.field(
          "app",
          app.get().title()
              + " is worked with in its windows and cannot run by itself; choose an application"
              + " without windows");
    }
  }

  private void requireFileInput(Caller caller, TriggerSpec spec, TriggerSpec.Cause.Folder folder) {
    String id = spec.job().path("app").asText();
    App app =
        shelf
            .find(caller, id)
            .orElseThrow(() -> TriggerSpec.field("app", "there is no application \"" + id + "\""));
    if (!(app.input(folder.input()).orElse(null) instanceof Input.FileInput)) {
      throw TriggerSpec.field(
          "folder.input", "\"" + folder.input() + "\" is no file input of " + app.title());
    }
    if (spec.job().path("sweep").has(folder.input())) {
      throw TriggerSpec.field(
          "folder.input",
          "\""
              + folder.input()
              + "\" takes the new file; it has no files of its own to sweep over");
    }
  }

  private Response delete(Request request) {
    Caller caller = writer(request);
    long id = require(request).id();
    triggers.store.delete(id);
    note(caller, "trigger.deleted", id, request);
    return Response.noContent();
  }

  private Response act(Request request) throws IOException {
    Caller caller = writer(request);
    Trigger trigger = require(request);
    String done =
        switch (request.path("action")) {
          case "pause" -> {
            triggers.store.pause(trigger.id(), true, null);
            yield "trigger.paused";
          }
          case "resume" -> {
            triggers.store.nextAt(trigger.id(), next(trigger.spec(), now()));
            triggers.store.pause(trigger.id(), false, null);
            yield "trigger.resumed";
          }
          case "run" -> {
            if (!(trigger.spec().cause() instanceof TriggerSpec.Cause.Timer)) {
              throw Problem.conflict(
                  "this trigger works on a file; put one into its folder to run it");
            }
            triggers.runNow(trigger, caller);
            yield "trigger.run";
          }
          default -> throw Problem.notFound("action " + request.path("action"));
        };
    note(caller, done, trigger.id(), request);
    return Response.ok(view(caller, require(request)));
  }

  private void note(Caller caller, String action, long id, Request request) {
    triggers.changed();
    audit.note(caller.name(), action, "trigger " + id, request.remoteAddress());
  }

  private Response runs(Request request) {
    ObjectNode answer = JSON.objectNode();
    ArrayNode list = answer.putArray("runs");
    int limit = (int) request.queryLong("limit", 50);
    triggers.store.runs(require(request).id(), limit).forEach(run -> list.add(view(run)));
    return Response.ok(answer);
  }

  private Instant now() {
    return Instant.ofEpochMilli(clock.millis());
  }

  private static @Nullable Long next(TriggerSpec spec, Instant now) {
    return spec.cause() instanceof TriggerSpec.Cause.Timer timer
        ? timer.schedule().next(now).toEpochMilli()
        : null;
  }

  private ObjectNode view(Caller caller, Trigger trigger) {
    ObjectNode node = JSON.objectNode();
    String waits = triggers.waits(trigger.id()).orElse(null);
    node.put("id", trigger.id());
    node.put("name", trigger.spec().name());
    node.put("state", trigger.paused() ? "paused" : waits != null ? "waiting" : "active");
    node.put("reason", trigger.paused() ? trigger.reason() : waits);
    String app = trigger.spec().job().path("app").asText();
    node.put("appTitle", shelf.title(caller, app));
    node.set("request", trigger.request());
    node.put("createdAt", time(trigger.createdAt()));
    node.put(
        "nextAt", trigger.paused() || trigger.nextAt() == null ? null : time(trigger.nextAt()));
    List<Trigger.Run> last = triggers.store.runs(trigger.id(), 1);
    node.set("lastRun", last.isEmpty() ? JSON.nullNode() : view(last.getFirst()));
    return node;
  }

  private static JsonNode view(Trigger.Run run) {
    ObjectNode node = JSON.objectNode();
    node.put("id", run.id());
    node.put("at", time(run.at()));
    node.put("cause", run.cause());
    node.put("outcome", run.outcome());
    node.put("job", run.job());
    node.put("message", run.message());
    return node;
  }

  private static String time(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }
}
