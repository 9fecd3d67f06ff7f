package org.gridappliance.jobs.saved;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.gridappliance.jobs.Homes;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.AppShelf;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.jobs.job.JobFilter;

/**
 * The operations on what people keep. Each sees his own, and settings that others share with a
 * group that he is in. An address names the caller's own only, so nobody changes another's, and to
 * people outside of the group they are not here.
 */
public final class SavedOperations {
  private final SavedStore store;
  private final AppShelf shelf;
  private final Homes homes;
  private final Clock clock;

  /**
   * @param homes knows who is in which group
   */
  public SavedOperations(SavedStore store, AppShelf shelf, Homes homes, Clock clock) {
    this.store = store;
    this.shelf = shelf;
    this.homes = homes;
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
    Map<Long, String> groups = groups();
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode list = answer.putArray("settings");
    store.settings(owner, app).forEach(one -> list.add(view(one, groups)));
    Map<String, Long> own = homes.groups(owner);
    ArrayNode shared = answer.putArray("shared");
    shelf.find(caller, app).ifPresent(known -> addShared(owner, known, own, groups, shared));
    own.keySet().stream().sorted().forEach(answer.putArray("groups")::add);
    answer.set("last", store.last(owner, app).orElse(null));
    return Response.ok(answer);
  }

  private void addShared(
      String caller, App app, Map<String, Long> own, Map<Long, String> groups, ArrayNode to) {
    store
        .shared(app.id(), own.values(), caller)
        .forEach(
            one -> {
              ObjectNode node = view(one, groups);
              to.add(node);
              SharedRequest seen = SharedRequest.of(app, one.request());
              node.set("request", seen.request());
              seen.leftOut().forEach(node.putArray("filesLeftOut")::add);
            });
  }

  /** {@return the names of the groups that are there, by their numbers} */
  private Map<Long, String> groups() {
    return homes.groups().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
  }

  private static ObjectNode view(SavedStore.Settings one, Map<Long, String> groups) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("name", one.name());
    node.put("owner", one.owner());
    node.put("group", groups.get(one.sharedWith())); // one that was removed shares nothing
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
    String owner = caller.name();
    JsonNode body = request.body();
    if (!body.path("request").path("app").asText().equals(app)) {
      throw Problem.conflict(
          "the settings are of application "
              + body.path("request").path("app").asText()
              + ": want "
              + app);
    }
    int version = body.path("version").asInt(0);
    long before = store.sharedWith(owner, app, name);
    long sharedWith =
        body.has("group") ? group(owner, body.path("group").asText(), before) : before;
    SavedStore.Settings wanted =
        new SavedStore.Settings(
            owner, name, body.path("request"), version + 1, clock.millis(), sharedWith);
    if (!store.keep(app, wanted)) {
      throw Problem.conflict(
          version > 0
              ? "the settings \"" + name + "\" were changed elsewhere meanwhile; load them again"
              : "there are settings \""
                  + name
                  + "\" already, or "
                  + SavedStore.MOST
                  + " in all; take another name or delete some");
    }
    return Response.ok(view(wanted, groups()));
  }

  /** {@return the number of a group that the owner is in, or shares with already; 0 for none} */
  private long group(String owner, String name, long before) {
    if (name.isEmpty()) {
      return 0;
    }
    long number = homes.groups(owner).getOrDefault(name, 0L);
    boolean stays = before > 0 && homes.groups().getOrDefault(name, 0L) == before;
    if (number == 0 && !stays) {
      String message = "\"" + name + "\" is no group of yours; want one that you are a member of";
      throw Problem.invalid("group: " + message, List.of(new Problem.FieldError("group", message)));
    }
    return stays ? before : number;
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
