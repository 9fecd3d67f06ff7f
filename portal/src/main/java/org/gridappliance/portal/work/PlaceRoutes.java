package org.gridappliance.portal.work;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.http.AnswerStream;
import org.gridappliance.portal.http.BodyStream;
import org.gridappliance.portal.security.BodyFlow;
import org.gridappliance.portal.shares.FileWork;
import org.gridappliance.portal.shares.Place;
import org.gridappliance.webdav.FileAnswer;
import org.gridappliance.webdav.Writing;
import org.gridappliance.webdav.tree.HomeTree;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.TreePath;

/**
 * Plain routes on a place: {@code files} lists, sends and takes one file, {@code archive} sends
 * several as one zip, {@code search} streams what has a name. A file leaves as an attachment in a
 * sandbox, so that what somebody made never runs on this origin.
 */
public final class PlaceRoutes {
  private static final int MOST_LISTED = 100_000;
  private static final int MOST_FOUND = 1000;

  private final FileWork work;

  /** Opens the place of a request; called on a virtual thread. */
  @FunctionalInterface
  public interface Opener {
    Place open() throws IOException;
  }

  /** Finds out whose place it is; fails when nobody may. Called on the event loop. */
  @FunctionalInterface
  public interface Openers {
    Opener of(RoutingContext routing);
  }

  public PlaceRoutes(FileWork work) {
    this.work = work;
  }

  /** Adds {@code PREFIX/archive} and {@code PREFIX/search}. */
  public void mount(Router router, String prefix, Openers openers) {
    router.get(prefix + "/archive").handler(r -> run(r, openers, this::archive));
    router.get(prefix + "/search").handler(r -> run(r, openers, this::search));
  }

  /** Adds {@code PREFIX/files…} too. */
  public void mountFiles(Router router, String prefix, Openers openers) {
    mount(router, prefix, openers);
    router.get(prefix + "/files").handler(r -> run(r, openers, this::get));
    router.get(prefix + "/files/*").handler(r -> run(r, openers, this::get));
    router.put(prefix + "/files/*").handler(r -> put(r, openers));
  }

  private interface Step {
    void run(RoutingContext routing, Context context, Place place) throws IOException;
  }

  private void run(RoutingContext routing, Openers openers, Step step) {
    Opener opener = openers.of(routing);
    work.run(
        routing,
        context -> {
          try (Place place = opener.open()) {
            step.run(routing, context, place);
          }
        });
  }

  private void get(RoutingContext routing, Context context, Place place) throws IOException {
    TreePath path = pathOf(routing);
    Node node = place.require(path);
    if (!node.isFolder()) {
      try (HomeTree.OpenFile file = place.read(path)) {
        String name = path.isRoot() ? place.absolute(path).name() : path.name();
        FileAnswer.send(routing.request(), file, name, true);
      }
      return;
    }
    List<JsonObject> entries = new ArrayList<>();
    place.list(path, (name, child) -> entries.add(entry(name, child)));
    entries.sort(Comparator.comparing(e -> e.getString("name")));
    JsonObject listing =
        new JsonObject()
            .put(
                "entries", new JsonArray(entries.subList(0, Math.min(MOST_LISTED, entries.size()))))
            .put("more", entries.size() > MOST_LISTED);
    Buffer body = listing.toBuffer();
    context.runOnContext(
        v ->
            routing
                .response()
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .end(body));
  }

  private static JsonObject entry(String name, Node node) {
    JsonObject entry =
        new JsonObject()
            .put("name", name)
            .put("kind", node.isFolder() ? "folder" : "file")
            .put("bytes", node.size())
            .put("modifiedAt", node.modified().toString());
    return node.isFolder() ? entry : entry.put("etag", node.etag());
  }

  private void put(RoutingContext routing, Openers openers) {
    Opener opener = openers.of(routing);
    BodyStream body = new BodyStream(BodyFlow.claim(routing), routing.vertx().getOrCreateContext());
    try {
      work.run(
          routing,
          context -> {
            try (Place place = opener.open()) {
              receive(routing, context, place, body);
            } finally {
              body.stop();
            }
          });
    } catch (Problem refused) {
      body.stop();
      throw refused;
    }
  }

  private static void receive(RoutingContext routing, Context context, Place place, BodyStream body)
      throws IOException {
    place.requireWriting();
    try (Writing writing = place.write(pathOf(routing), routing.request())) {
      for (Buffer part = body.next(); part != null; part = body.next()) {
        writing.write(ByteBuffer.wrap(part.getBytes()));
      }
      Writing.Placed placed = writing.finish();
      context.runOnContext(
          v ->
              routing
                  .response()
                  .putHeader("ETag", placed.node().etag())
                  .setStatusCode(placed.isNew() ? 201 : 204)
                  .end());
    }
  }

  private void archive(RoutingContext routing, Context context, Place place) throws IOException {
    List<TreePath> paths = new ArrayList<>();
    for (String path : routing.queryParams().getAll("path")) {
      paths.add(FileWork.path(path));
    }
    if (paths.isEmpty()) {
      paths.add(TreePath.ROOT);
    }
    for (TreePath path : paths) {
      Node _ = place.require(path);
    }
    if (!place.mayRead()) {
      throw Problem.forbidden("this is a drop box: files can be added, not read");
    }
    String only = place.absolute(paths.getFirst()).name();
    String name = paths.size() > 1 ? "files" : only.isEmpty() ? place.owner() : only;
    routing
        .response()
        .putHeader("Content-Type", "application/zip")
        .putHeader("Content-Disposition", attachment(name + ".zip"))
        .putHeader("Cache-Control", "no-store")
        .setChunked(true);
    AnswerStream out = new AnswerStream(routing.response(), context);
    boolean whole = false;
    try {
      Packing.pack(Packing.Kind.ZIP, place, paths, out, new Progress());
      whole = true;
    } finally {
      if (whole) {
        out.close();
      } else {
        out.abort();
      }
    }
  }

  /** One JSON object a line; the last says whether all was looked at. */
  private void search(RoutingContext routing, Context context, Place place) throws IOException {
    String wanted = String.valueOf(routing.queryParams().get("name")).strip();
    if (wanted.length() < 2 || wanted.length() > 200) {
      throw Problem.invalid(
          "name=" + wanted + ": want 2 to 200 letters of it",
          List.of(new Problem.FieldError("name", "want 2 to 200 letters of the name")));
    }
    String below = routing.queryParams().get("path");
    TreePath start = below == null ? TreePath.ROOT : FileWork.path(below);
    routing
        .response()
        .putHeader("Content-Type", "application/x-ndjson")
        .putHeader("Cache-Control", "no-store")
        .setChunked(true);
    String folded = wanted.toLowerCase(Locale.ROOT);
    int[] counts = new int[2]; // found, seen
    boolean more = false;
    try (AnswerStream out = new AnswerStream(routing.response(), context)) {
      try {
        Walk.over(
            place,
            start,
            (path, node) -> {
              if (++counts[1] % 2000 == 0) {
                out.write('\n'); // an empty line notices a reader that is gone
                out.flush();
              }
              if (!path.equals(start) && path.name().toLowerCase(Locale.ROOT).contains(folded)) {
                JsonObject found = entry(path.name(), node);
                line(out, found.put("path", String.join("/", path.names())));
                out.flush();
                if (++counts[0] >= MOST_FOUND) {
                  throw new Enough();
                }
              }
            });
      } catch (Enough | Problem e) { // Problem: more than a walk may see
        more = true;
      }
      line(out, new JsonObject().put("done", true).put("more", more).put("seen", counts[1]));
    }
  }

  /** Ends a walk. */
  private static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Enough() {
      super(null, null, false, false);
    }
  }

  private static void line(AnswerStream out, JsonObject json) throws IOException {
    out.write(json.encode().getBytes(StandardCharsets.UTF_8));
    out.write('\n');
  }

  /** {@return what follows {@code …/files} in the address} */
  private static TreePath pathOf(RoutingContext routing) {
    String path = String.valueOf(routing.request().path());
    int at = path.indexOf("/files");
    try {
      return TreePath.parse(path.substring(at + "/files".length()));
    } catch (org.gridappliance.webdav.tree.TreeException e) {
      throw FileWork.badPath(String.valueOf(e.getMessage()));
    }
  }

  /** RFC 6266 with the name in RFC 8187 form alone: no quoting can go wrong. */
  private static String attachment(String name) {
    return "attachment; filename*=UTF-8''"
        + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A");
  }
}
