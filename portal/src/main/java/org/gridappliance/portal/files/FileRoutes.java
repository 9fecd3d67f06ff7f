package org.gridappliance.portal.files;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.people.Principal;
import org.gridappliance.portal.security.BodyFlow;
import org.gridappliance.portal.security.Gate;
import org.gridappliance.webdav.DavException;
import org.gridappliance.webdav.FileAnswer;
import org.gridappliance.webdav.Guard;
import org.gridappliance.webdav.HomeStorage;
import org.gridappliance.webdav.RequestBody;
import org.gridappliance.webdav.Writing;
import org.gridappliance.webdav.tree.HomeTree.OpenFile;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.TreeException;
import org.gridappliance.webdav.tree.TreePath;

/**
 * {@code /api/v1/files/{path…}}: a person's own home, the same tree as WebDAV's, with the same
 * locks and quota. A file leaves as an attachment in a sandbox, so that what somebody made never
 * runs on this origin. GET and PUT carry entity tags: send the one you have seen as {@code
 * If-Match}, and a PUT over somebody else's change is refused with 412.
 *
 * <p>Operations that move, copy or make folders are one call each of {@link HomeStorage}; open it
 * with {@link Homes#open}, hand in {@link Guard#of}, and turn refusals into problems with {@link
 * FileProblems}.
 */
public final class FileRoutes {
  private static final String PREFIX = "/api/v1/files";
  private static final int MOST_ENTRIES = 100_000;
  private static final int AT_ONCE = 200;

  private final Homes homes;
  private final Executor virtualThreads;
  private final Semaphore running = new Semaphore(AT_ONCE);

  public FileRoutes(Homes homes, Executor virtualThreads) {
    this.homes = homes;
    this.virtualThreads = virtualThreads;
  }

  /** Adds the routes to the router below {@code /api/v1}. */
  public void mount(Router api) {
    api.get("/files").handler(routing -> run(routing, this::get));
    api.get("/files/*").handler(routing -> run(routing, this::get));
    api.delete("/files/*").handler(routing -> run(routing, this::delete));
    api.put("/files/*").handler(this::put);
  }

  private interface Work {
    void run(RoutingContext routing, HomeStorage home, TreePath path) throws IOException;
  }

  private void run(RoutingContext routing, Work work) {
    Principal person =
        Gate.principal(routing)
            .orElseThrow(
                () ->
                    new Problem(
                        401, "Not logged in", "log in, or send Authorization: Bearer <token>"));
    if (!running.tryAcquire()) {
      throw new Problem(503, "Busy", "too many files move at once; try again");
    }
    Context context = routing.vertx().getOrCreateContext();
    virtualThreads.execute(
        () -> {
          try (HomeStorage home = homes.open(person.name())) {
            work.run(routing, home, path(routing));
          } catch (DavException e) {
            if (e.status() == 304) {
              context.runOnContext(v -> routing.response().setStatusCode(304).end());
            } else {
              fail(routing, context, e);
            }
          } catch (IOException | RuntimeException e) { // becomes one problem+json
            fail(routing, context, e);
          } finally {
            running.release();
          }
        });
  }

  private static void fail(RoutingContext routing, Context context, Exception e) {
    Throwable failure =
        e instanceof IOException refused
            ? FileProblems.of(refused).map(Throwable.class::cast).orElse(e)
            : e;
    context.runOnContext(v -> routing.fail(failure));
  }

  private void get(RoutingContext routing, HomeStorage home, TreePath path) throws IOException {
    if (lookup(home, path).isFolder()) {
      Buffer body = json(home, path).toBuffer();
      HttpServerResponse response = routing.response();
      routing
          .vertx()
          .runOnContext(
              v ->
                  response
                      .putHeader("Content-Type", "application/json")
                      .putHeader("Cache-Control", "no-store")
                      .end(body));
      return;
    }
    try (OpenFile file = home.read(path)) {
      FileAnswer.send(routing.request(), file, path.name(), true);
    }
  }

  /** What lies behind a link is not there; the link itself is, and is refused. */
  private static Node lookup(HomeStorage home, TreePath path) throws IOException {
    try {
      return home.require(path);
    } catch (TreeException e) {
      if (e.reason() == TreeException.Reason.REFUSED && !path.isRoot()) {
        lookup(home, path.parent());
      }
      throw e;
    }
  }

  private void delete(RoutingContext routing, HomeStorage home, TreePath path) throws IOException {
    if (!"true".equals(routing.request().getParam("recursive"))) {
      requireEmpty(home, path);
    }
    home.delete(path, Guard.of(routing.request()));
    routing.vertx().runOnContext(v -> routing.response().setStatusCode(204).end());
  }

  private static void requireEmpty(HomeStorage home, TreePath path) throws IOException {
    if (path.isRoot()) {
      throw Problem.conflict("the home itself cannot be deleted");
    }
    try {
      home.list(
          path,
          (name, node) -> {
            throw Problem.conflict(
                path + " is not empty; delete what is in it first, or send recursive=true");
          });
    } catch (TreeException e) {
      // not a folder: there is nothing in it
    }
  }

  private void put(RoutingContext routing) {
    HttpServerRequest request = BodyFlow.claim(routing);
    RequestBody body = new RequestBody(request, routing.vertx().getOrCreateContext());
    try {
      run(
          routing,
          (r, home, path) -> {
            try {
              receive(r, home, path, body);
            } finally {
              body.discardRest();
            }
          });
    } catch (Problem refused) {
      body.discardRest();
      throw refused;
    }
  }

  private void receive(RoutingContext routing, HomeStorage home, TreePath path, RequestBody body)
      throws IOException {
    String length = routing.request().getHeader("Content-Length");
    long announced = length == null ? 0 : Long.parseLong(length);
    boolean makesFolders = path.names().size() > 1 && path.names().getFirst().equals("uploads");
    if (makesFolders) {
      home.makeFolders(path.parent());
    }
    Writing.Placed placed;
    try (Writing writing = home.put(path, announced, Guard.of(routing.request()))) {
      for (Optional<ByteBuffer> part = body.next(); part.isPresent(); part = body.next()) {
        writing.write(part.get());
      }
      placed = writing.finish();
    }
    routing
        .vertx()
        .runOnContext(
            v ->
                routing
                    .response()
                    .setStatusCode(placed.isNew() ? 201 : 204)
                    .putHeader("ETag", placed.node().etag())
                    .end());
  }

  private static TreePath path(RoutingContext routing) throws TreeException {
    String whole = routing.request().path();
    String raw =
        whole == null || !whole.startsWith(PREFIX) ? "/" : whole.substring(PREFIX.length());
    if (raw.contains("//")) {
      throw new TreeException(TreeException.Reason.BAD_PATH, "the path holds an empty name");
    }
    return TreePath.parse(raw);
  }

  private record Entry(String name, Node node) {}

  private static JsonObject json(HomeStorage home, TreePath path) throws IOException {
    List<Entry> found = new ArrayList<>();
    boolean[] more = {false};
    home.list(
        path,
        (name, node) -> {
          if (found.size() < MOST_ENTRIES) {
            found.add(new Entry(name, node));
          } else {
            more[0] = true;
          }
        });
    found.sort(Comparator.comparing(Entry::name));
    JsonArray entries = new JsonArray();
    for (Entry entry : found) {
      JsonObject json =
          new JsonObject()
              .put("name", entry.name())
              .put("kind", entry.node().isFolder() ? "folder" : "file")
              .put("bytes", entry.node().size())
              .put("modifiedAt", entry.node().modified().toString());
      if (!entry.node().isFolder()) {
        json.put("etag", entry.node().etag());
      }
      entries.add(json);
    }
    return new JsonObject().put("entries", entries).put("more", more[0]);
  }
}
