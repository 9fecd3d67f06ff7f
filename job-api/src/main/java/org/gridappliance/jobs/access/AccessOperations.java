package org.gridappliance.jobs.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gridappliance.jobs.Homes;
import org.gridappliance.jobs.JobAudit;
import org.gridappliance.jobs.app.AppCatalog;
import org.gridappliance.jobs.app.AppShelf;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;

/**
 * The operations on who may see, run and publish an application. To whom it is closed it is not
 * here (404); who only runs it may not look at the names (403).
 */
public final class AccessOperations {
  /** The most names in an audit entry, in letters; the log's own limit is not far. */
  private static final int AUDITED = 200;

  private final AccessStore store;
  private final AppShelf shelf;
  private final Homes homes;
  private final Clock clock;
  private final JobAudit audit;

  public AccessOperations(
      AccessStore store, AppShelf shelf, Homes homes, Clock clock, JobAudit audit) {
    this.store = store;
    this.shelf = shelf;
    this.homes = homes;
    this.clock = clock;
    this.audit = audit;
  }

  /** {@return them by {@code operationId}} */
  public Map<String, Operation> all() {
    return Map.of("getAppAccess", this::get, "setAppAccess", this::set);
  }

  private AppCatalog.Entry require(Caller caller, String app) {
    AppCatalog.Entry entry = shelf.require(caller, app);
    if (!store.of(app).mayChange(caller)) {
      throw Problem.forbidden(
          "only an author of application " + app + " or an administrator sees and changes this");
    }
    return entry;
  }

  private Response get(Request request) {
    String app = request.path("app");
    AppCatalog.Entry _ = require(request.requireCaller(), app);
    return Response.ok(view(store.of(app)));
  }

  private Response set(Request request) throws IOException {
    Caller caller = request.requireCaller();
    if (!caller.mayWrite()) {
      throw Problem.forbidden("this token may only read; make one whose scope may write");
    }
    String app = request.path("app");
    AppCatalog.Entry entry = require(caller, app);
    AppAccess before = store.of(app);
    AppAccess wanted = wanted(caller, request.body(), before);
    if (wanted.stage() != Stage.DRAFT
        && entry.app().isEmpty()
        && wanted.stage() != before.stage()) {
      throw Problem.conflict(
          "application "
              + app
              + " stays a draft until this is mended: "
              + entry.problem().orElse(""));
    }
    AppAccess kept =
        store
            .keep(app, wanted, caller.name(), clock.millis())
            .orElseThrow(
                () ->
                    Problem.conflict(
                        "who may use application "
                            + app
                            + " was changed elsewhere meanwhile; look at it again"));
    audit.note(
        caller.name(),
        "app.access-changed",
        "app " + app + ": " + said(kept),
        request.remoteAddress());
    return Response.ok(view(kept));
  }

  private AppAccess wanted(Caller caller, JsonNode body, AppAccess before) throws IOException {
    List<Problem.FieldError> errors = new ArrayList<>();
    Stage stage = Stage.of(body.path("stage").asText());
    Set<String> authors = people(body, "authors", before.authors(), errors);
    Set<String> users = people(body, "users", before.users(), errors);
    Map<String, Long> groups = groups(caller, body, before, errors);
    if (stage == Stage.GROUP && users.isEmpty() && groups.isEmpty()) {
      errors.add(
          new Problem.FieldError(
              "users", "nobody is named: name a person or a group, or leave it a draft"));
    }
    if (authors.isEmpty() && !before.authors().isEmpty()) {
      errors.add(
          new Problem.FieldError("authors", "nobody would be left to change it: name an author"));
    }
    if (!errors.isEmpty()) {
      throw Problem.invalid(errors.getFirst().message(), errors);
    }
    return new AppAccess(stage, authors, users, groups, body.path("version").asInt());
  }

  /** Names that stand there already stay, also of accounts that are disabled now. */
  private Set<String> people(
      JsonNode body, String field, Set<String> before, List<Problem.FieldError> errors)
      throws IOException {
    Set<String> names = new LinkedHashSet<>();
    for (JsonNode one : body.path(field)) {
      String name = one.asText().strip();
      if (!before.contains(name) && homes.caller(name).isEmpty()) {
        errors.add(
            new Problem.FieldError(
                field,
                "\"" + name + "\" is no account that can log in; want names of people here"));
      }
      names.add(name);
    }
    return names;
  }

  /** An author publishes to groups that he is in; an administrator to all. */
  private Map<String, Long> groups(
      Caller caller, JsonNode body, AppAccess before, List<Problem.FieldError> errors) {
    Map<String, Long> open = caller.administrator() ? homes.groups() : homes.groups(caller.name());
    Map<String, Long> there = homes.groups();
    Map<String, Long> groups = new HashMap<>();
    for (JsonNode one : body.path("groups")) {
      String name = one.asText().strip();
      Long number = before.groups().get(name);
      if (number != null && number.equals(there.get(name))) {
        groups.put(name, number);
      } else if (open.containsKey(name)) {
        groups.put(name, open.get(name));
      } else {
        errors.add(
            new Problem.FieldError(
                "groups",
                "\"" + name + "\" is no group of yours; want one that you are a member of"));
      }
    }
    return groups;
  }

  private ObjectNode view(AppAccess access) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("stage", access.stage().word());
    access.authors().forEach(node.putArray("authors")::add);
    access.users().forEach(node.putArray("users")::add);
    Map<String, Long> there = homes.groups(); // one that was removed opens nothing
    var groups = node.putArray("groups");
    access
        .groups()
        .forEach(
            (name, number) -> {
              if (number.equals(there.get(name))) {
                groups.add(name);
              }
            });
    node.put("version", access.version());
    return node;
  }

  private static String said(AppAccess access) {
    List<String> names = new ArrayList<>();
    access.authors().forEach(name -> names.add("author " + name));
    if (access.stage() == Stage.GROUP) {
      access.groups().keySet().forEach(name -> names.add("group " + name));
      access.users().forEach(name -> names.add("user " + name));
    }
    String said = access.stage().word() + (names.isEmpty() ? "" : "; " + String.join(", ", names));
    return said.length() > AUDITED ? said.substring(0, AUDITED - 1) + "…" : said;
  }
}
