package org.gridappliance.portal.files;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vertx.core.Context;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.portal.people.Principal;
import org.gridappliance.portal.security.Gate;
import org.gridappliance.webdav.DavException;
import org.gridappliance.webdav.FileAnswer;
import org.gridappliance.webdav.Guard;
import org.gridappliance.webdav.HomeStorage;
import org.gridappliance.webdav.Keeping;
import org.gridappliance.webdav.history.Kept;
import org.gridappliance.webdav.history.Retention;
import org.gridappliance.webdav.tree.HomeTree.OpenFile;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.TreePath;
import org.jspecify.annotations.Nullable;

/** Trash, versions and the quota of the caller's own home. */
public final class KeepingOperations {
  private final Homes homes;
  private final Executor virtualThreads;

  public KeepingOperations(Homes homes, Executor virtualThreads) {
    this.homes = homes;
    this.virtualThreads = virtualThreads;
  }

  /** {@return the operations by operationId} */
  public Map<String, Operation> all() {
    return Map.of(
        "getStorageWall",
        request -> {
          if (!request.requireCaller().administrator()) {
            throw Problem.forbidden("how the disk holds quotas is for administrators");
          }
          return Response.ok(homes.walls().summary());
        },
        "getStorage",
        on((home, request) -> Response.ok(storage(home))),
        "listTrash",
        on((home, request) -> Response.ok(Map.of("entries", trash(home)))),
        "emptyTrash",
        on(
            (home, request) -> {
              home.keeping().empty();
              return Response.noContent();
            }),
        "restoreTrash",
        on(
            (home, request) -> {
              Kept kept = home.keeping().require(request.path("id"), false);
              return Response.ok(Map.of("path", text(home.keeping().restore(kept))));
            }),
        "deleteTrash",
        on(
            (home, request) -> {
              home.keeping().remove(home.keeping().require(request.path("id"), false));
              return Response.noContent();
            }),
        "listVersions",
        on(
            (home, request) ->
                Response.ok(Map.of("versions", versions(home, request.query("path").orElse(""))))),
        "restoreVersion",
        on(KeepingOperations::restoreVersion));
  }

  /** Adds the one route that is no operation: a version's bytes. */
  public void mount(Router api) {
    api.get("/versions/:id/content").handler(this::content);
  }

  private interface Work {
    Response run(HomeStorage home, Request request) throws IOException;
  }

  private Operation on(Work work) {
    return request -> {
      try (HomeStorage home = homes.open(request.requireCaller().name())) {
        return work.run(home, request);
      } catch (IOException e) {
        Optional<Problem> refused = FileProblems.of(e);
        if (refused.isPresent()) {
          throw refused.get();
        }
        throw e;
      }
    };
  }

  /** As the contract's Storage. */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Totals(
      long usedBytes,
      @Nullable Long quotaBytes,
      long availableBytes,
      long trashBytes,
      long versionBytes,
      int retentionDays,
      int retentionVersions,
      int retentionPercent) {}

  private Totals storage(HomeStorage home) throws IOException {
    Keeping.Totals totals = home.keeping().totals();
    Retention rule = homes.storage().retention();
    return new Totals(
        totals.usedBytes(),
        totals.quotaBytes() == Long.MAX_VALUE ? null : totals.quotaBytes(),
        totals.availableBytes(),
        totals.trashBytes(),
        totals.versionBytes(),
        rule.days(),
        rule.versions(),
        rule.percent());
  }

  /** As the contract's TrashEntry. */
  record TrashEntry(
      String id, String path, String kind, long bytes, Instant deletedAt, Instant expiresAt) {}

  private static Object trash(HomeStorage home) throws IOException {
    home.glance(); // for what was deleted over Samba or in a terminal just now
    Keeping keeping = home.keeping();
    return keeping.trash().stream()
        .map(
            kept ->
                new TrashEntry(
                    kept.id(),
                    text(keeping.pathOf(kept)),
                    kept.isFolder() ? "folder" : "file",
                    kept.bytes(),
                    kept.savedAt(),
                    keeping.expires(kept)))
        .toList();
  }

  /** As the contract's FileVersion. */
  record Version(
      String id, long bytes, Instant modifiedAt, Instant savedAt, Instant expiresAt, String etag) {}

  private static Object versions(HomeStorage home, String path) throws IOException {
    home.glance();
    Keeping keeping = home.keeping();
    return keeping.versions(path(path)).stream()
        .map(
            kept ->
                new Version(
                    kept.id(),
                    kept.bytes(),
                    kept.modifiedAt(),
                    kept.savedAt(),
                    keeping.expires(kept),
                    kept.etag()))
        .toList();
  }

  private static Response restoreVersion(HomeStorage home, Request request) throws IOException {
    Kept kept = home.keeping().require(request.path("id"), true);
    Node node = home.keeping().restore(kept, Guard.NONE).node();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("path", text(home.keeping().pathOf(kept)));
    body.put("etag", node.etag());
    return Response.ok(body);
  }

  private void content(RoutingContext routing) {
    Principal person =
        Gate.principal(routing)
            .orElseThrow(
                () ->
                    new Problem(
                        401, "Not logged in", "log in, or send Authorization: Bearer <token>"));
    Context context = routing.vertx().getOrCreateContext();
    String id = Optional.ofNullable(routing.pathParam("id")).orElse("");
    virtualThreads.execute(
        () -> {
          try (HomeStorage home = homes.open(person.name())) {
            Kept kept = home.keeping().require(id, true);
            try (OpenFile file = home.keeping().read(kept)) {
              FileAnswer.send(routing.request(), file, kept.path().name(), true);
            }
          } catch (IOException | RuntimeException e) { // becomes one problem+json
            if (e instanceof DavException dav && dav.status() == 304) {
              context.runOnContext(v -> routing.response().setStatusCode(304).end());
              return;
            }
            Throwable failure =
                e instanceof IOException refused
                    ? FileProblems.of(refused).map(Throwable.class::cast).orElse(e)
                    : e;
            context.runOnContext(v -> routing.fail(failure));
          }
        });
  }

  /** A path as pages write it: names with slashes between, none at either end. */
  private static String text(TreePath path) {
    return String.join("/", path.names());
  }

  private static TreePath path(String text) throws IOException {
    return TreePath.parse(
        URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("%2F", "/"));
  }
}
