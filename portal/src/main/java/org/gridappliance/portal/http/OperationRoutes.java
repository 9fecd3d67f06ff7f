package org.gridappliance.portal.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.portal.people.PersonOperation;
import org.gridappliance.portal.people.Principal;
import org.gridappliance.portal.security.Gate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the operations of the contract. A request's way: body read on the event loop → a virtual
 * thread waits for the contract, checks the request, runs the operation, checks the answer in
 * development → the answer is written on the event loop.
 */
public final class OperationRoutes {
  private static final Logger log = LoggerFactory.getLogger(OperationRoutes.class);
  private static final long BODY_BYTES = 1L << 20;

  /** 256 short subjobs with 64 KiB of each stream, written as JSON. */
  private static final long RESULTS_BYTES = 40L << 20;

  private static final int AT_ONCE = 2000;

  /** Work also on a nearly full disk: what they write is small and leads out of it. */
  private static final Set<String> SMALL =
      Set.of("login", "changePassword", "lease", "heartbeat", "estimateJob");

  private final Map<String, PersonOperation> operations = new HashMap<>();
  private final Executor virtualThreads;
  private final Meter meter;
  private final CallerOf callers;
  private final WriteGuard writeGuard;
  private final boolean checkAnswers;
  private final boolean tls;
  private final Bodies bodies;
  private final Semaphore running = new Semaphore(AT_ONCE);
  private final Repeats repeats = new Repeats(() -> System.nanoTime() / 1_000_000);

  /** Gives job-api's view of a person. */
  @FunctionalInterface
  public interface CallerOf {
    Caller of(Principal principal) throws IOException;
  }

  /** Refuses what would write while the disk is nearly full. */
  @FunctionalInterface
  public interface WriteGuard {
    void requireRoom();
  }

  /** Told of every answer. */
  @FunctionalInterface
  public interface Meter {
    void answered(String operation, int status, long nanos);
  }

  /** What the operations need beside the request. */
  public record Parts(
      Vertx vertx,
      Executor virtualThreads,
      CallerOf callers,
      WriteGuard writeGuard,
      Meter meter,
      boolean checkAnswers,
      boolean tls) {}

  public OperationRoutes(
      Map<String, PersonOperation> people, Map<String, Operation> jobs, Parts parts) {
    this.operations.putAll(people);
    jobs.forEach((id, operation) -> operations.put(id, adapt(operation)));
    this.virtualThreads = parts.virtualThreads();
    this.meter = parts.meter();
    this.callers = parts.callers();
    this.writeGuard = parts.writeGuard();
    this.checkAnswers = parts.checkAnswers();
    this.tls = parts.tls();
    this.bodies = new Bodies(parts.vertx());
  }

  private static PersonOperation adapt(Operation operation) {
    return exchange -> {
      try {
        return operation.run(exchange.request());
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    };
  }

  /** Mounts one route for every operation of the contract; fixed words before parameters. */
  public void mount(Router api, Contract contract) {
    contract.operations().values().stream()
        .sorted(Comparator.comparing(OperationSpec::path))
        .forEach(
            spec -> {
              PersonOperation operation = operations.get(spec.id());
              if (operation == null) {
                throw new IllegalStateException("nobody answers the operation " + spec.id());
              }
              HttpMethod method = HttpMethod.valueOf(spec.method().toUpperCase(Locale.ROOT));
              api.route(method, spec.route()).handler(routing -> handle(routing, spec, operation));
            });
  }

  private void handle(RoutingContext routing, OperationSpec spec, PersonOperation operation) {
    long start = System.nanoTime();
    if (!running.tryAcquire()) {
      throw new Problem(503, "Busy", "too many requests at once; try again");
    }
    routing.addEndHandler(
        ended -> {
          running.release();
          meter.answered(spec.id(), routing.response().getStatusCode(), System.nanoTime() - start);
        });
    Context context = routing.vertx().getOrCreateContext();
    bodies.read(
        routing,
        spec.id().equals("postResults") ? RESULTS_BYTES : BODY_BYTES,
        (body, problem) -> {
          if (body == null) {
            routing.response().putHeader("Connection", "close");
            routing.fail(problem);
            return;
          }
          virtualThreads.execute(() -> runAndAnswer(routing, context, spec, operation, body));
        });
  }

  private void runAndAnswer(
      RoutingContext routing,
      Context context,
      OperationSpec spec,
      PersonOperation operation,
      Buffer body) {
    Response response;
    Buffer bytes;
    try {
      response = run(routing, spec, operation, body);
      bytes =
          response.body() == null
              ? null
              : Buffer.buffer(Answers.MAPPER.writeValueAsBytes(response.body()));
      if (checkAnswers) {
        checkAnswer(spec, response, bytes);
      }
    } catch (RuntimeException | IOException e) { // whatever it is becomes one problem+json
      context.runOnContext(v -> routing.fail(e));
      return;
    } finally {
      bodies.done(body.length());
    }
    context.runOnContext(v -> write(routing, response, bytes));
  }

  private Response run(
      RoutingContext routing, OperationSpec spec, PersonOperation operation, Buffer body)
      throws IOException {
    Optional<Principal> principal = Gate.principal(routing);
    if (principal.isEmpty() && !spec.open() && !spec.path().startsWith("/executors/")) {
      throw new Problem(401, "Not logged in", "log in, or send Authorization: Bearer <token>");
    }
    List<Problem.FieldError> errors = new ArrayList<>();
    checkParameters(routing, spec, errors);
    JsonNode json = checkBody(routing, spec, body, errors);
    if (!errors.isEmpty()) {
      throw Problem.invalid(errors.getFirst().message(), errors);
    }
    if (!spec.method().equals("get")
        && !spec.method().equals("delete")
        && !SMALL.contains(spec.id())) {
      writeGuard.requireRoom();
    }
    Map<String, String> query = new HashMap<>();
    routing.queryParams().forEach(e -> query.putIfAbsent(e.getKey(), e.getValue()));
    Request request =
        new Request(
            principal.isPresent() ? callers.of(principal.get()) : null,
            bearer(routing),
            Map.copyOf(routing.pathParams()),
            Map.copyOf(query),
            headers(routing, spec),
            json,
            routing.request().remoteAddress().hostAddress());
    PersonOperation.Exchange exchange = new PersonOperation.Exchange(request, principal, tls);
    String key = routing.request().getHeader(Repeats.HEADER);
    if (key == null
        || principal.isEmpty()
        || !spec.method().equals("post")
        || spec.parameters().stream().anyMatch(one -> one.name().equals(Repeats.HEADER))) {
      return operation.run(exchange); // the last keeps its own, which outlive a restart
    }
    Principal who = principal.get();
    return repeats.once(
        who.account(),
        routing.request().uri() + who.roles() + who.scopes(), // a token learns of its like alone
        key,
        body.getBytes(),
        () -> operation.run(exchange));
  }

  private static void checkParameters(
      RoutingContext routing, OperationSpec spec, List<Problem.FieldError> errors) {
    for (OperationSpec.Parameter parameter : spec.parameters()) {
      boolean inPath = parameter.in().equals("path");
      String text =
          switch (parameter.in()) {
            case "path" -> routing.pathParam(parameter.name());
            case "header" -> routing.request().getHeader(parameter.name());
            default -> routing.queryParams().get(parameter.name());
          };
      if (text == null) {
        if (parameter.required()) {
          errors.add(
              new Problem.FieldError(parameter.name(), parameter.name() + " is missing; send it"));
        }
        continue;
      }
      List<Problem.FieldError> found =
          parameter.checker().check(value(text, parameter.type()), parameter.name());
      if (inPath && !found.isEmpty()) {
        throw Problem.notFound(parameter.name() + " " + shorten(text));
      }
      errors.addAll(found);
    }
  }

  private static Map<String, String> headers(RoutingContext routing, OperationSpec spec) {
    Map<String, String> headers = new HashMap<>();
    for (OperationSpec.Parameter parameter : spec.parameters()) {
      String text = routing.request().getHeader(parameter.name());
      if (parameter.in().equals("header") && text != null) {
        headers.put(parameter.name(), text);
      }
    }
    return Map.copyOf(headers);
  }

  private static Object value(String text, String type) {
    try {
      return switch (type) {
        case "integer" -> (Object) Long.valueOf(text);
        case "number" -> (Object) Double.valueOf(text);
        default -> text;
      };
    } catch (NumberFormatException e) {
      return text; // the schema then says that it wants a number
    }
  }

  private static JsonNode checkBody(
      RoutingContext routing, OperationSpec spec, Buffer body, List<Problem.FieldError> errors) {
    if (spec.body().isEmpty() || (body.length() == 0 && !spec.bodyRequired())) {
      return MissingNode.getInstance();
    }
    String type = routing.request().getHeader("Content-Type");
    if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
      throw new Problem(415, "Not JSON", "Content-Type=" + type + ": want application/json");
    }
    JsonNode json;
    try {
      json = Answers.MAPPER.readTree(body.getBytes());
      errors.addAll(spec.body().get().check(Json.decodeValue(body), "body"));
    } catch (JacksonException e) {
      throw new Problem(400, "Not JSON", "the body is not JSON: " + e.getOriginalMessage());
    } catch (IOException | DecodeException e) {
      throw new Problem(400, "Not JSON", "the body is not JSON");
    }
    return json;
  }

  private static void checkAnswer(OperationSpec spec, Response response, @Nullable Buffer bytes) {
    String id = spec.id();
    Optional<Checker> checker = spec.answers().get(response.status());
    if (checker == null) {
      throw new IllegalStateException(
          id + " answered " + response.status() + ", which the contract does not name");
    }
    List<Problem.FieldError> errors =
        checker.isPresent() && bytes != null
            ? checker.get().check(Json.decodeValue(bytes), "answer")
            : List.of();
    if (checker.isPresent() != (bytes != null) || !errors.isEmpty()) {
      log.error("answer breaks the contract operation={} errors={}", id, errors);
      throw new IllegalStateException("the answer of " + id + " breaks the contract: " + errors);
    }
  }

  private static void write(RoutingContext routing, Response response, @Nullable Buffer bytes) {
    var out = routing.response();
    if (out.closed() || out.ended()) {
      return;
    }
    out.setStatusCode(response.status()).putHeader("Cache-Control", "no-store");
    response.headers().forEach(out::putHeader);
    if (bytes == null) {
      out.end();
      return;
    }
    out.putHeader("Content-Type", "application/json").end(bytes);
  }

  private static @Nullable String bearer(RoutingContext routing) {
    String header = routing.request().getHeader("Authorization");
    return header != null && header.regionMatches(true, 0, "Bearer ", 0, 7)
        ? header.substring(7).strip()
        : null;
  }

  private static String shorten(String text) {
    return text.length() > 60 ? text.substring(0, 60) + "…" : text;
  }
}
