package org.gridappliance.jobs.author;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.function.Consumer;
import org.gridappliance.jobs.JobAudit;
import org.gridappliance.jobs.access.AccessStore;
import org.gridappliance.jobs.access.Gate;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.AppCatalog;
import org.gridappliance.jobs.app.AppShelf;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;

/**
 * The operations with which an application is removed and restored, by those who may change it.
 * What was removed is closed to all, and nothing of it is lost: jobs run on with their own copy of
 * it, old jobs and results stay, triggers wait, saved settings come back with it. One that was made
 * in the browser is deleted for good after {@link #KEPT}; others lie in folders that are not this
 * program's to delete, and stay hidden.
 */
public final class RemovedOperations {
  /** How long one that was made in the browser can be restored. */
  static final Duration KEPT = Duration.ofDays(30);

  /** What names an application and goes on or waits without it. */
  public interface Uses {
    /** {@return how many, by what they are: jobs, triggers, workflows, settings} */
    Map<String, Integer> of(String app);
  }

  private final RemovedApps removed;
  private final SourceFolder sources;
  private final AppCatalog catalog;
  private final AppShelf shelf;
  private final AccessStore access;
  private final Gate gate;
  private final Uses uses;
  private final Consumer<String> forget;
  private final Clock clock;
  private final JobAudit audit;

  /**
   * @param forget forgets what people keep of an application that is deleted for good
   */
  public RemovedOperations(
      RemovedApps removed,
      SourceFolder sources,
      AppCatalog catalog,
      AppShelf shelf,
      AccessStore access,
      Gate gate,
      Uses uses,
      Consumer<String> forget,
      Clock clock,
      JobAudit audit) {
    this.removed = removed;
    this.sources = sources;
    this.catalog = catalog;
    this.shelf = shelf;
    this.access = access;
    this.gate = gate;
    this.uses = uses;
    this.forget = forget;
    this.clock = clock;
    this.audit = audit;
  }

  /** {@return them by {@code operationId}} */
  public Map<String, Operation> all() {
    return Map.of(
        "removeApp", this::remove, "listRemovedApps", this::list, "restoreApp", this::restore);
  }

  private static Caller writer(Request request) {
    Caller caller = request.requireCaller();
    if (!caller.mayWrite()) {
      throw Problem.forbidden("this token may only read; make one whose scope may write");
    }
    return caller;
  }

  private Response remove(Request request) throws IOException {
    Caller caller = writer(request);
    String id = request.path("app");
    AppCatalog.Entry entry = shelf.require(caller, id);
    if (!gate.mayChange(caller, id)) {
      throw Problem.forbidden(
          "only an author of application " + id + " or an administrator removes it");
    }
    RemovedApps.Removal removal = new RemovedApps.Removal(caller.name(), clock.millis());
    if (!removed.add(id, removal)) {
      throw AppShelf.removed(id);
    }
    audit.note(caller.name(), "app.removed", "app " + id, request.remoteAddress());
    return Response.ok(view(entry, removal));
  }

  private Response list(Request request) throws IOException {
    Caller caller = request.requireCaller();
    deleteExpired();
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode apps = answer.putArray("apps");
    Comparator<Map.Entry<String, RemovedApps.Removal>> byTime =
        Comparator.comparingLong(one -> one.getValue().at());
    removed.all().entrySet().stream()
        .filter(one -> gate.mayChange(caller, one.getKey()))
        .sorted(byTime.reversed())
        .forEach(
            one ->
                catalog
                    .removed(one.getKey())
                    .ifPresent(entry -> apps.add(view(entry, one.getValue()))));
    return Response.ok(answer);
  }

  private Response restore(Request request) throws IOException {
    Caller caller = writer(request);
    String id = request.path("app");
    if (!catalog.isRemoved(id) || !gate.mayChange(caller, id) || !takeBack(id)) {
      throw Problem.notFound("removed application " + id);
    }
    audit.note(caller.name(), "app.brought-back", "app " + id, request.remoteAddress());
    return Response.noContent();
  }

  /** Not while it is deleted for good. */
  private synchronized boolean takeBack(String id) throws IOException {
    return removed.takeBack(id);
  }

  private ObjectNode view(AppCatalog.Entry entry, RemovedApps.Removal removal) {
    String id = entry.id();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("id", id);
    node.put("title", entry.app().map(App::title).orElse(id));
    node.put("by", removal.by());
    node.put("at", Instant.ofEpochMilli(removal.at()).toString());
    node.put(
        "until",
        catalog.isAuthored(id) ? Instant.ofEpochMilli(removal.at()).plus(KEPT).toString() : null);
    uses.of(id).forEach(node.putObject("uses")::put);
    return node;
  }

  /** Deletes for good what was made in the browser and removed long ago. */
  public synchronized void deleteExpired() throws IOException {
    long oldest = clock.millis() - KEPT.toMillis();
    for (Map.Entry<String, RemovedApps.Removal> one : removed.all().entrySet()) {
      String id = one.getKey();
      if (one.getValue().at() < oldest && catalog.isAuthored(id)) {
        synchronized (access) { // nobody takes the name meanwhile
          sources.delete(id);
          access.forget(id);
          forget.accept(id);
          removed.takeBack(id);
        }
        catalog.lookAgain();
        audit.note(one.getValue().by(), "app.deleted", "app " + id + ", removed long ago", "-");
      }
    }
  }
}
