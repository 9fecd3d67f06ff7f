package org.gridappliance.jobs.saved;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalInt;
import org.gridappliance.jobs.app.AppShelf;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.jobs.job.JobFilter;

/** The operations on what people keep; each sees only his own. */
public final class SavedOperations {
  private final SavedStore store;
  private final AppShelf shelf;
  private final Clock clock;

  public SavedOperations(SavedStore store, AppShelf shelf, Clock clock) {
    this.store = store;
    this.shelf = shelf;
    this.clock = clock;
  }

  /** {@return them by {@code operationId}} */
  public Map<String, Operation> all() {
    return Map.of(
        "listSettings", this::list,
        "keepSettings", this::keep,
        "forgetSettings", this::forget,
        "listViews", this::views,
        "keepView", this::keepView,
        "forgetView", this::forgetView);
  }

  private static Caller writer(Request request) {
    Caller caller = request.requireCaller();
    if (!caller.mayWrite()) {
      throw Problem.forbidden("this token may only read; make one whose scope may write");
    }
    return caller;
  }

  private Response list(Request request) {
    Caller caller = request.requireCaller();
    String owner = caller.name();
    String app = request.path("app");
    shelf.requireOpen(caller, app);
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode list = answer.putArray("settings");
    store.settings(owner, app).forEach(one -> list.add(view(one)));
    answer.set("last", store.last(owner, app).orElse(null));
    return Response.ok(answer);
  }

  private static ObjectNode view(SavedStore.Settings one) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("name", one.name());
    node.set("request", one.request());
    node.put("version", one.version());
    node.put("changedAt", Instant.ofEpochMilli(one.changedAt()).toString());
    return node;
  }

  private Response keep(Request request) {
    Caller caller = writer(request);
    String app = request.path("app");
    shelf.requireOpen(caller, app);
    String name = request.path("name");
    JsonNode body = request.body();
    if (!body.path("request").path("app").asText().equals(app)) {
      throw Problem.conflict(
          "the settings are of application "
              + body.path("request").path("app").asText()
              + ": want "
              + app);
    }
    OptionalInt expected =
        body.path("version").isInt()
            ? OptionalInt.of(body.path("version").asInt())
            : OptionalInt.empty();
    long now = clock.millis();
    OptionalInt version = store.keep(caller.name(), app, name, body.path("request"), expected, now);
    if (version.isEmpty()) {
      throw Problem.conflict(
          expected.isPresent()
              ? "the settings \"" + name + "\" were changed elsewhere meanwhile; load them again"
              : "there are settings \""
                  + name
                  + "\" already, or "
                  + SavedStore.MOST
                  + " in all; take another name or delete some");
    }
    return Response.ok(
        view(new SavedStore.Settings(name, body.path("request"), version.getAsInt(), now)));
  }

  private Response forget(Request request) {
    Caller caller = writer(request);
    shelf.requireOpen(caller, request.path("app"));
    if (!store.forget(caller.name(), request.path("app"), request.path("name"))) {
      throw Problem.notFound("settings " + request.path("name"));
    }
    return Response.noContent();
  }

  private Response views(Request request) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode list = answer.putArray("views");
    store
        .views(request.requireCaller().name())
        .forEach(one -> list.addObject().put("name", one.name()).put("query", one.query()));
    return Response.ok(answer);
  }

  private Response keepView(Request request) {
    Caller caller = writer(request);
    String name = request.path("name");
    String query = request.body().path("query").asText();
    JobFilter _ = JobFilter.parse(query, clock.millis());
    if (store.views(caller.name()).size() >= SavedStore.MOST) {
      throw Problem.conflict("there are " + SavedStore.MOST + " views already; delete one");
    }
    store.keep(caller.name(), new SavedStore.View(name, query));
    return Response.ok(JsonNodeFactory.instance.objectNode().put("name", name).put("query", query));
  }

  private Response forgetView(Request request) {
    if (!store.forgetView(writer(request).name(), request.path("name"))) {
      throw Problem.notFound("view " + request.path("name"));
    }
    return Response.noContent();
  }
}
