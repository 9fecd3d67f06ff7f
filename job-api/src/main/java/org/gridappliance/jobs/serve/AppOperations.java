package org.gridappliance.jobs.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.jobs.Bundles;
import org.gridappliance.jobs.access.Gate;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.AppCatalog;
import org.gridappliance.jobs.app.AppSchema;
import org.gridappliance.jobs.app.AppShelf;
import org.gridappliance.jobs.app.Programs;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;

/** The operations on applications. */
final class AppOperations {
  private final AppShelf shelf;
  private final AppCatalog catalog;
  private final Gate gate;
  private final Bundles bundles;

  AppOperations(AppShelf shelf, AppCatalog catalog, Gate gate, Bundles bundles) {
    this.catalog = catalog;
    this.shelf = shelf;
    this.gate = gate;
    this.bundles = bundles;
  }

  void addTo(Map<String, Operation> operations) {
    operations.put("listApps", this::list);
    operations.put("getApp", this::get);
  }

  private Response list(Request request) {
    Caller caller = request.requireCaller();
    ObjectNode answer = Views.JSON.objectNode();
    ArrayNode apps = answer.putArray("apps");
    for (AppCatalog.Entry entry : shelf.list(caller)) {
      ObjectNode one = entry.app().map(this::summary).orElseGet(() -> broken(entry));
      apps.add(staged(caller, one, entry.id()));
    }
    return Response.ok(answer);
  }

  private ObjectNode staged(Caller caller, ObjectNode node, String id) {
    node.put("stage", gate.stage(id).word());
    node.put("editable", gate.mayChange(caller, id) && catalog.isAuthored(id));
    return node.put("mayChange", gate.mayChange(caller, id));
  }

  private ObjectNode summary(App app) {
    Optional<String> missing =
        bundles.of(app).isPresent() ? Optional.empty() : Programs.missing(app);
    missing = missing.or(() -> bundles.refusal(app).map(why -> "it cannot be published: " + why));
    ObjectNode node = Views.JSON.objectNode();
    node.put("id", app.id());
    node.put("title", app.title());
    node.put("category", app.category());
    node.put("summary", app.summary());
    node.put("interactive", app.interactive().orElse(null));
    node.put("runnable", missing.isEmpty());
    node.put("problem", missing.orElse(null));
    return node;
  }

  private static ObjectNode broken(AppCatalog.Entry entry) {
    ObjectNode node = Views.JSON.objectNode();
    node.put("id", entry.id());
    node.put("title", entry.id());
    node.put("category", "");
    node.put("summary", "");
    node.put("runnable", false);
    node.put("problem", entry.problem().orElse("its app.yaml cannot be read"));
    return node;
  }

  private static void examples(ArrayNode list, List<App.Example> examples) {
    for (App.Example example : examples) {
      ObjectNode one = list.addObject();
      one.put("title", example.title());
      one.put("about", example.about());
      one.set("inputs", example.inputs());
      one.set("sweep", example.sweep());
    }
  }

  private Response get(Request request) {
    Caller caller = request.requireCaller();
    String id = request.path("app");
    AppCatalog.Entry entry = shelf.require(caller, id);
    App app =
        entry
            .app()
            .orElseThrow(
                () ->
                    new Problem(
                        404,
                        "Not an application",
                        "application " + id + " cannot be shown: " + entry.problem().orElse("")));
    return Response.ok(staged(caller, whole(app), id));
  }

  /** {@return an application as the contract's App} */
  ObjectNode whole(App app) {
    ObjectNode node = summary(app);
    node.put("about", app.about());
    node.set("schema", AppSchema.schema(app));
    node.set("ui", AppSchema.ui(app));
    examples(node.putArray("examples"), app.examples());
    examples(node.putArray("presets"), app.presets());
    ArrayNode sweepable = node.putArray("sweepable");
    app.sweepable().forEach(sweepable::add);
    if (app.split().isPresent()) {
      node.putObject("split")
          .put("input", app.split().get().input())
          .put("by", app.split().get().by().word())
          .put("unit", app.split().get().unit());
    } else {
      node.putNull("split");
    }
    node.set("resources", Views.resources(app.resources()));
    ArrayNode packages = node.putArray("packages");
    app.packages().forEach(packages::add);
    return node;
  }
}
