package org.gridappliance.portal.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.Locale;
import org.gridappliance.jobs.http.Problem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns whatever went wrong into one {@code application/problem+json} (RFC 9457). */
public final class Problems {
  private static final Logger log = LoggerFactory.getLogger(Problems.class);

  private Problems() {}

  /** Answers every failure of a router's routes, and what no route takes, with a problem. */
  public static void mount(Router router) {
    router.route().failureHandler(routing -> handle(routing, routing.statusCode()));
    for (int status : new int[] {400, 404, 405, 406, 413, 415, 500}) {
      router.errorHandler(status, routing -> handle(routing, status));
    }
  }

  /** Runs on the event loop. */
  private static void handle(RoutingContext routing, int status) {
    Throwable failure = routing.failure();
    boolean theRouters = status >= 400 && status < 500 && !(failure instanceof Problem);
    answer(
        routing, failure == null || theRouters ? ofStatus(routing, status) : of(failure, routing));
  }

  /** Answers with a problem, if nothing was answered yet. Call on the event loop. */
  public static void answer(RoutingContext routing, Problem problem) {
    var response = routing.response();
    if (response.ended() || response.closed()) {
      return;
    }
    if (response.headWritten()) {
      routing.request().connection().close(); // half an answer must not look like a whole one
      return;
    }
    JsonObject body =
        new JsonObject()
            .put("type", "about:blank")
            .put("title", problem.title())
            .put("status", problem.status());
    if (problem.getMessage() != null) {
      body.put("detail", problem.getMessage());
    }
    if (!problem.errors().isEmpty()) {
      JsonArray errors = new JsonArray();
      problem
          .errors()
          .forEach(
              e ->
                  errors.add(new JsonObject().put("field", e.field()).put("message", e.message())));
      body.put("errors", errors);
    }
    if (problem.status() == 401) {
      response.putHeader("WWW-Authenticate", "Bearer");
    }
    if (problem.status() == 429) {
      problem.errors().stream()
          .filter(e -> e.field().equals("retryAfter"))
          .forEach(e -> response.putHeader("Retry-After", e.message()));
    }
    if (problem.status() == 503) {
      response.putHeader("Retry-After", "2");
    }
    response
        .setStatusCode(problem.status())
        .putHeader("Content-Type", "application/problem+json")
        .putHeader("Cache-Control", "no-store")
        .end(body.toBuffer());
  }

  /** {@return the problem of a failure; what nobody foresaw is logged and becomes a plain 500} */
  static Problem of(Throwable failure, RoutingContext routing) {
    if (failure instanceof Problem problem) {
      return problem;
    }
    String method = routing.request().method().name();
    String path = routing.normalizedPath();
    if (diskFull(failure)) {
      log.error("disk full method={} path={}", method, path);
      return new Problem(
          507,
          "Disk full",
          "the disk of the data folder is full; delete ended jobs or files, or free space on the"
              + " machine");
    }
    log.error("request failed method={} path={}", method, path, failure);
    return new Problem(
        500,
        "Failed",
        "the portal could not do this; its log holds the cause, written now for "
            + method
            + " "
            + path);
  }

  private static boolean diskFull(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      boolean storage =
          cause instanceof IOException
              || cause instanceof UncheckedIOException
              || cause instanceof SQLException
              || cause.getClass().getName().startsWith("org.h2.");
      String message = cause.getMessage();
      if (storage
          && message != null
          && (message.contains("No space left") || message.contains("Disk quota exceeded"))) {
        return true;
      }
    }
    return false;
  }

  private static Problem ofStatus(RoutingContext routing, int status) {
    String path = routing.normalizedPath();
    return switch (status) {
      case 404 -> Problem.notFound(path);
      case 405 ->
          new Problem(
              405,
              "Wrong method",
              path
                  + " does not take "
                  + routing.request().method().name().toUpperCase(Locale.ROOT));
      case 400 -> new Problem(400, "Not valid", "the address is not a valid one");
      default -> new Problem(status < 400 ? 500 : status, "Failed", path);
    };
  }
}
