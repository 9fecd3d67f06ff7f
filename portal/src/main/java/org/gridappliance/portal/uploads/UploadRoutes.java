package org.gridappliance.portal.uploads;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.http.BodyStream;
import org.gridappliance.portal.security.BodyFlow;
import org.gridappliance.portal.shares.FileWork;
import org.gridappliance.portal.shares.Place;
import org.gridappliance.webdav.tree.TreePath;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server of the tus protocol 1.0.0 with the extensions creation, creation-with-upload,
 * expiration, checksum and termination. The bytes of a PATCH are appended to a file outside the
 * home as they come; with the last of them the file is put in its place. {@code GET} lists the
 * uploader's unfinished ones, which tus does not have.
 *
 * <p>{@code Upload-Metadata} holds {@code path} (names between slashes), and may hold {@code share}
 * (an id), {@code modified} (what the client likes) and {@code replace} (without a value).
 */
public final class UploadRoutes {
  private static final Logger log = LoggerFactory.getLogger(UploadRoutes.class);
  private static final String VERSION = "1.0.0";
  private static final String TYPE = "application/offset+octet-stream";

  private final UploadStore store;
  private final Writers writers = new Writers();
  private final FileWork work;
  private final long maxBytes;
  private final LongConsumer room;

  /** Who uploads. */
  public interface Uploader {
    /** {@return as {@code account ada} or {@code link 17}; uploads of another are not found} */
    String by();

    /** Opens where the upload goes; checked when it begins and when it ends. */
    Place open(long share) throws IOException;
  }

  /** Finds out who uploads; fails when nobody may. Does not block. */
  @FunctionalInterface
  public interface Uploaders {
    Uploader of(RoutingContext routing);
  }

  /**
   * Serves uploads.
   *
   * @param folder where they grow
   * @param maxBytes the largest file
   * @param room refuses with 507 the bytes that the disk has no room for
   */
  public UploadRoutes(Path folder, FileWork work, long maxBytes, LongConsumer room, Clock clock) {
    this.room = room;
    this.store = new UploadStore(folder, clock);
    this.work = work;
    this.maxBytes = maxBytes;
  }

  /** Adds the routes at and below a path. */
  public void mount(Router router, String path, Uploaders uploaders) {
    router.route(HttpMethod.OPTIONS, path).handler(this::describe);
    router.get(path).handler(r -> run(r, uploaders, this::list));
    router.post(path).handler(r -> runWithBody(r, uploaders, this::create));
    router.head(path + "/:upload").handler(r -> run(r, uploaders, this::head));
    router.patch(path + "/:upload").handler(r -> runWithBody(r, uploaders, this::patch));
    router.delete(path + "/:upload").handler(r -> run(r, uploaders, this::terminate));
  }

  /** Removes what nobody goes on with. Blocks. */
  public void expire() {
    try {
      int n = store.expire();
      if (n > 0) {
        log.info("uploads expired count={}", n);
      }
    } catch (IOException e) {
      log.warn("uploads not looked through reason=\"{}\"", e.getMessage());
    }
  }

  private interface Step {
    void run(RoutingContext routing, Context context, Uploader uploader) throws IOException;
  }

  private interface BodyStep {
    void run(RoutingContext routing, Context context, Uploader uploader, BodyStream body)
        throws IOException;
  }

  private void run(RoutingContext routing, Uploaders uploaders, Step step) {
    Uploader uploader = begin(routing, uploaders);
    work.run(routing, context -> step.run(routing, context, uploader));
  }

  private void runWithBody(RoutingContext routing, Uploaders uploaders, BodyStep step) {
    Uploader uploader = begin(routing, uploaders);
    HttpServerRequest request = BodyFlow.claim(routing);
    BodyStream body = new BodyStream(request, routing.vertx().getOrCreateContext());
    try {
      work.run(
          routing,
          context -> {
            try {
              step.run(routing, context, uploader, body);
            } finally {
              body.stop();
            }
          });
    } catch (Problem refused) {
      body.stop();
      throw refused;
    }
  }

  private Uploader begin(RoutingContext routing, Uploaders uploaders) {
    routing.response().putHeader("Tus-Resumable", VERSION).putHeader("Cache-Control", "no-store");
    String version = routing.request().getHeader("Tus-Resumable");
    boolean needed = !routing.request().method().equals(HttpMethod.GET);
    if (needed && !VERSION.equals(version)) {
      routing.response().putHeader("Tus-Version", VERSION);
      throw new Problem(
          412, "Wrong version", "Tus-Resumable=" + version + ": want the protocol " + VERSION);
    }
    return uploaders.of(routing);
  }

  private void describe(RoutingContext routing) {
    routing
        .response()
        .putHeader("Tus-Resumable", VERSION)
        .putHeader("Tus-Version", VERSION)
        .putHeader("Tus-Extension", "creation,creation-with-upload,expiration,checksum,termination")
        .putHeader("Tus-Checksum-Algorithm", Checksum.ALGORITHMS)
        .putHeader("Tus-Max-Size", Long.toString(maxBytes))
        .setStatusCode(204)
        .end();
  }

  private void create(RoutingContext routing, Context context, Uploader uploader, BodyStream body)
      throws IOException {
    HttpServerRequest request = routing.request();
    long length = number(request, "Upload-Length");
    if (length > maxBytes) {
      throw new Problem(
          413,
          "Too large",
          "a file may have at most "
              + maxBytes
              + " bytes; an administrator changes files.max-bytes in appliance.yaml");
    }
    Metadata metadata = Metadata.parse(request.getHeader("Upload-Metadata"));
    TreePath path = FileWork.path(metadata.path());
    if (path.isRoot()) {
      throw FileWork.badPath("the path names no file; send path in Upload-Metadata");
    }
    try (Place place = uploader.open(metadata.share())) {
      place.requireAdding();
      place.requireRoom(length);
    }
    OpenUpload upload = store.create(uploader.by(), metadata, path.encoded(), length);
    routing.response().putHeader("Location", request.path() + "/" + upload.id());
    long offset = 0;
    if (TYPE.equals(request.getHeader("Content-Type"))) {
      offset = append(routing, uploader, upload, 0, body);
    } else if (length == 0) {
      place(uploader, upload);
    }
    answer(routing, context, upload, 201, offset);
  }

  private void head(RoutingContext routing, Context context, Uploader uploader) throws IOException {
    OpenUpload upload = find(routing, uploader);
    writers.breakOff(upload.id());
    try (Writers.Turn _ = writers.take(upload.id(), null)) {
      long offset = store.offset(upload);
      if (offset == upload.length() && !upload.placed()) {
        place(uploader, upload);
      }
      routing.response().putHeader("Upload-Length", Long.toString(upload.length()));
      answer(routing, context, upload, 200, offset);
    }
  }

  private void patch(RoutingContext routing, Context context, Uploader uploader, BodyStream body)
      throws IOException {
    HttpServerRequest request = routing.request();
    if (!TYPE.equals(request.getHeader("Content-Type"))) {
      throw new Problem(
          415,
          "Wrong type",
          "Content-Type=" + request.getHeader("Content-Type") + ": want " + TYPE);
    }
    OpenUpload upload = find(routing, uploader);
    long wanted = number(request, "Upload-Offset");
    long offset = append(routing, uploader, upload, wanted, body);
    answer(routing, context, upload, 204, offset);
  }

  /** Appends what comes; {@return the offset after it}. What came before a break is kept. */
  private long append(
      RoutingContext routing, Uploader uploader, OpenUpload upload, long wanted, BodyStream body)
      throws IOException {
    Optional<Checksum> checksum = Checksum.of(routing.request().getHeader("Upload-Checksum"));
    try (Writers.Turn _ = writers.take(upload.id(), body)) {
      long offset = store.offset(upload);
      if (wanted != offset) {
        throw new Problem(
            409,
            "Wrong offset",
            "Upload-Offset=" + wanted + ", but " + offset + " bytes are here; go on from there");
      }
      if (upload.placed()) {
        return offset;
      }
      long start = offset;
      String announced = routing.request().getHeader("Content-Length");
      room.accept(announced == null ? 0 : number(routing.request(), "Content-Length"));
      try (FileChannel file = store.append(upload)) {
        for (Buffer part = body.next(); part != null; part = body.next()) {
          byte[] bytes = part.getBytes();
          if (offset + bytes.length > upload.length()) {
            throw new Problem(
                413,
                "Too long",
                "more bytes came than the " + upload.length() + " that were announced");
          }
          room.accept(bytes.length);
          checksum.ifPresent(sum -> sum.update(bytes));
          var buffer = java.nio.ByteBuffer.wrap(bytes);
          while (buffer.hasRemaining()) {
            int _ = file.write(buffer);
          }
          offset += bytes.length;
        }
        if (checksum.isPresent() && !checksum.get().isRight()) {
          file.truncate(start);
          throw new Problem(460, "Wrong checksum", "the bytes changed on their way; send again");
        }
        file.force(true);
      }
      if (offset == upload.length()) {
        place(uploader, upload);
      }
      return offset;
    }
  }

  private void place(Uploader uploader, OpenUpload upload) throws IOException {
    try (Place place = uploader.open(upload.share())) {
      var _ = place.take(store.part(upload.id()), upload.treePath(), upload.replace());
    }
    store.placed(upload);
  }

  private void terminate(RoutingContext routing, Context context, Uploader uploader)
      throws IOException {
    OpenUpload upload = find(routing, uploader);
    writers.breakOff(upload.id());
    try (Writers.Turn _ = writers.take(upload.id(), null)) {
      store.remove(upload);
    }
    context.runOnContext(v -> routing.response().setStatusCode(204).end());
  }

  private void list(RoutingContext routing, Context context, Uploader uploader) throws IOException {
    JsonArray uploads = new JsonArray();
    for (OpenUpload upload : store.of(uploader.by())) {
      uploads.add(
          new JsonObject()
              .put("id", upload.id())
              .put("path", String.join("/", upload.treePath().names()))
              .put("share", upload.share())
              .put("bytes", upload.length())
              .put("modified", upload.modified())
              .put("offset", store.offset(upload))
              .put("expiresAt", store.expiresAt(upload).toString()));
    }
    Buffer body = new JsonObject().put("uploads", uploads).toBuffer();
    context.runOnContext(
        v -> routing.response().putHeader("Content-Type", "application/json").end(body));
  }

  private OpenUpload find(RoutingContext routing, Uploader uploader) throws IOException {
    String id = String.valueOf(routing.pathParam("upload"));
    return store
        .find(uploader.by(), id)
        .orElseThrow(
            () -> new Problem(404, "Not found", "this upload is not here; it may have expired"));
  }

  private void answer(
      RoutingContext routing, Context context, OpenUpload upload, int status, long offset)
      throws IOException {
    HttpServerResponse response = routing.response();
    response.putHeader("Upload-Offset", Long.toString(offset));
    if (offset < upload.length()) {
      response.putHeader(
          "Upload-Expires",
          DateTimeFormatter.RFC_1123_DATE_TIME.format(
              store.expiresAt(upload).atOffset(ZoneOffset.UTC)));
    }
    context.runOnContext(v -> response.setStatusCode(status).end());
  }

  private static long number(HttpServerRequest request, String name) {
    String text = request.getHeader(name);
    if (text == null || !text.matches("[0-9]{1,18}")) {
      throw new Problem(
          400, "Not valid", name + "=" + text + ": want a whole number of bytes, 0 or more");
    }
    return Long.parseLong(text);
  }
}
