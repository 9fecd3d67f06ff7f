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
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.people.Principal;
import org.gridappliance.portal.security.BodyFlow;
import org.gridappliance.portal.security.Gate;

/**
 * {@code /api/v1/files/{path…}}: a person's own home. A file leaves as an attachment in a sandbox,
 * so that what somebody made never runs on this origin.
 */
public final class FileRoutes {
  private static final String PREFIX = "/api/v1/files";
  private static final String POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'";
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int WAIT_SECONDS = 60;
  private static final int AT_ONCE = 200;

  private final Homes homes;
  private final Path temporary;
  private final long maxBytes;
  private final LongConsumer requireRoom;
  private final Executor virtualThreads;
  private final Semaphore running = new Semaphore(AT_ONCE);

  /** Where a person's home is. */
  @FunctionalInterface
  public interface Homes {
    Path of(String account) throws IOException;
  }

  /**
   * Serves homes.
   *
   * @param temporary a folder of the same file system for what is not whole yet
   * @param maxBytes the largest file
   * @param requireRoom throws a problem when the disk has no room for so many bytes
   */
  public FileRoutes(
      Homes homes,
      Path temporary,
      long maxBytes,
      LongConsumer requireRoom,
      Executor virtualThreads) {
    this.homes = homes;
    this.temporary = temporary;
    this.maxBytes = maxBytes;
    this.requireRoom = requireRoom;
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
    void run(RoutingContext routing, Context context, HomeFiles home, HomePath path)
        throws IOException;
  }

  private void run(RoutingContext routing, Work work) {
    Principal person =
        Gate.principal(routing)
            .orElseThrow(
                () ->
                    new Problem(
                        401, "Not logged in", "log in, or send Authorization: Bearer <token>"));
    HomePath path = HomePath.parse(rawPath(routing));
    if (!running.tryAcquire()) {
      throw new Problem(503, "Busy", "too many files move at once; try again");
    }
    Context context = routing.vertx().getOrCreateContext();
    virtualThreads.execute(
        () -> {
          try {
            HomeFiles home = new HomeFiles(homes.of(person.name()), temporary);
            work.run(routing, context, home, path);
          } catch (IOException | RuntimeException e) { // becomes one problem+json
            context.runOnContext(v -> routing.fail(e));
          } finally {
            running.release();
          }
        });
  }

  private void get(RoutingContext routing, Context context, HomeFiles home, HomePath path)
      throws IOException {
    Optional<HomeFiles.Open> file = home.open(path);
    if (file.isEmpty()) {
      Buffer body = json(home.list(path)).toBuffer();
      context.runOnContext(
          v ->
              routing
                  .response()
                  .putHeader("Content-Type", "application/json")
                  .putHeader("Cache-Control", "no-store")
                  .end(body));
      return;
    }
    try (var channel = file.get().channel()) {
      HttpServerResponse response = routing.response();
      response
          .putHeader("Content-Type", "application/octet-stream")
          .putHeader("Content-Disposition", attachment(path.last()))
          .putHeader("Content-Security-Policy", POLICY)
          .putHeader("Cache-Control", "private, no-cache")
          .putHeader("Content-Length", Long.toString(file.get().bytes()))
          .putHeader(
              "Last-Modified",
              DateTimeFormatter.RFC_1123_DATE_TIME.format(
                  file.get().modifiedAt().atOffset(ZoneOffset.UTC)));
      Sender sender = new Sender(response, context);
      long left = file.get().bytes();
      while (left > 0) {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, left));
        if (channel.read(bytes) < 0) {
          throw new IOException(path + " became shorter while it was sent");
        }
        left -= bytes.position();
        sender.send(Buffer.buffer(java.util.Arrays.copyOf(bytes.array(), bytes.position())));
      }
      context.runOnContext(v -> response.end());
    }
  }

  private void delete(RoutingContext routing, Context context, HomeFiles home, HomePath path)
      throws IOException {
    home.delete(path);
    context.runOnContext(v -> routing.response().setStatusCode(204).end());
  }

  private void put(RoutingContext routing) {
    HttpServerRequest request = BodyFlow.claim(routing);
    String length = request.getHeader("Content-Length");
    long announced = length == null ? 0 : Long.parseLong(length);
    if (announced > maxBytes) {
      routing.response().putHeader("Connection", "close");
      throw tooLarge();
    }
    RequestBytes body = new RequestBytes(request, routing.vertx().getOrCreateContext());
    try {
      run(routing, (r, context, home, path) -> receive(r, context, home, path, body, announced));
    } catch (Problem refused) {
      body.stop();
      throw refused;
    }
  }

  private void receive(
      RoutingContext routing,
      Context context,
      HomeFiles home,
      HomePath path,
      RequestBytes body,
      long announced)
      throws IOException {
    boolean made;
    try (HomeFiles.Upload upload = home.upload(path)) {
      requireRoom.accept(announced);
      long bytes = 0;
      for (Buffer part = body.next(); part != null; part = body.next()) {
        bytes += part.length();
        if (bytes > maxBytes) {
          throw tooLarge();
        }
        requireRoom.accept(part.length());
        upload.write(ByteBuffer.wrap(part.getBytes()));
      }
      made = upload.finish();
    } catch (IOException | RuntimeException e) { // whatever it is, the rest of the body must go
      body.stop();
      throw e;
    }
    context.runOnContext(v -> routing.response().setStatusCode(made ? 201 : 204).end());
  }

  private Problem tooLarge() {
    return new Problem(
        413,
        "Too large",
        "a file may have at most "
            + maxBytes
            + " bytes; an administrator changes files.max-bytes in appliance.yaml");
  }

  private static String rawPath(RoutingContext routing) {
    String path = routing.request().path();
    return path == null || !path.startsWith(PREFIX) ? "/" : path.substring(PREFIX.length());
  }

  private static JsonObject json(HomeFiles.Listing listing) {
    JsonArray entries = new JsonArray();
    for (HomeFiles.Entry entry : listing.entries()) {
      entries.add(
          new JsonObject()
              .put("name", entry.name())
              .put("kind", entry.kind())
              .put("bytes", entry.bytes())
              .put("modifiedAt", entry.modifiedAt().toString()));
    }
    return new JsonObject().put("entries", entries).put("more", listing.more());
  }

  /** RFC 6266 with the name in RFC 8187 form alone: no quoting can go wrong. */
  private static String attachment(String name) {
    return "attachment; filename*=UTF-8''"
        + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A");
  }

  /** Writes from a virtual thread and waits while the connection is full. */
  private static final class Sender {
    private final HttpServerResponse response;
    private final Context context;
    private final Semaphore drained = new Semaphore(0);

    Sender(HttpServerResponse response, Context context) {
      this.response = response;
      this.context = context;
      context.runOnContext(v -> response.closeHandler(c -> drained.release()));
    }

    void send(Buffer bytes) throws IOException {
      context.runOnContext(
          v -> {
            if (response.closed() || response.ended()) {
              drained.release();
              return;
            }
            response.write(bytes);
            if (response.writeQueueFull()) {
              response.drainHandler(d -> drained.release());
            } else {
              drained.release();
            }
          });
      try {
        if (!drained.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS) || response.closed()) {
          throw new IOException("the receiver is gone or took nothing for " + WAIT_SECONDS + " s");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("the portal is stopping", e);
      }
    }
  }
}
