package org.gridappliance.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;

/**
 * A small portal around the module: real HTTP, a real database in a folder, every operation at the
 * address that the contract gives it. Who asks stands in the header {@code X-User}; {@code admin}
 * is administrator, whose name begins with {@code author} may make applications.
 */
final class TestPortal implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  final Path data;
  final TestHomes homes;
  final JobApi api;
  final List<String> audit = new CopyOnWriteArrayList<>();
  private final HikariDataSource source;
  private final Vertx vertx = Vertx.vertx();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;
  private final ThreadLocal<String> changing = new ThreadLocal<>();

  TestPortal(Path data, Clock clock) throws Exception {
    this(JobSettings.of(data, List.of(data.resolve("apps"))), clock);
  }

  TestPortal(JobSettings settings, Clock clock) throws Exception {
    this.data = settings.data();
    this.homes = new TestHomes(data);
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:h2:file:" + data.resolve("db/appliance") + ";WRITE_DELAY=0");
    config.setUsername("sa");
    config.setMaximumPoolSize(8);
    source = new HikariDataSource(config);
    api =
        JobApi.start(
            settings,
            source,
            homes,
            clock,
            (actor, action, object, address) -> audit.add(actor + " " + action + " " + object));
    Router router = Router.router(vertx);
    api.mountPlainRoutes(router, this::caller);
    router.get("/api/v1/events").handler(context -> api.events().stream(context, caller(context)));
    router.route("/api/v1/*").handler(BodyHandler.create(false));
    mountOperations(router);
    server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
  }

  int port() {
    return server.actualPort();
  }

  Path home(String user) {
    try {
      return Files.createDirectories(data.resolve("users").resolve(user).resolve("home"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Caller caller(RoutingContext context) {
    String user = context.request().getHeader("X-User");
    if (user == null) {
      throw new Problem(401, "Not logged in", "send X-User");
    }
    boolean admin = user.equals("admin");
    return new Caller(
        user, admin, admin, !user.equals("reader"), admin || user.startsWith("author"), home(user));
  }

  private void mountOperations(Router router) throws IOException {
    try (InputStream yaml = TestPortal.class.getResourceAsStream("/openapi/jobs.yaml")) {
      JsonNode paths = new ObjectMapper(new YAMLFactory()).readTree(yaml).path("paths");
      for (Map.Entry<String, JsonNode> path : paths.properties()) {
        String address = "/api/v1" + path.getKey().replaceAll("\\{(\\w+)}", ":$1");
        for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
          String id = method.getValue().path("operationId").asText("");
          if (!id.isEmpty()) {
            Operation operation = api.operations().get(id);
            if (operation == null) {
              throw new AssertionError("nobody answers " + id);
            }
            HttpMethod verb =
                HttpMethod.valueOf(method.getKey().toUpperCase(java.util.Locale.ROOT));
            router.route(verb, address).handler(context -> run(context, operation));
          }
        }
      }
    }
  }

  private void run(RoutingContext context, Operation operation) {
    threads.execute(
        () -> {
          try {
            Response response = operation.run(request(context));
            response.headers().forEach(context.response()::putHeader);
            context.response().setStatusCode(response.status());
            if (response.body() == null) {
              context.response().end();
            } else {
              context.response().end(JSON.writeValueAsString(response.body()));
            }
          } catch (Problem e) {
            Map<String, Object> body =
                Map.of(
                    "status", e.status(),
                    "title", e.title(),
                    "detail", String.valueOf(e.getMessage()),
                    "errors", e.errors());
            context.response().setStatusCode(e.status()).end(tree(body).toString());
          } catch (Throwable e) { // shown to the test
            context.response().setStatusCode(500).end(e.toString());
          }
        });
  }

  private static JsonNode tree(Object value) {
    return JSON.valueToTree(value);
  }

  private Request request(RoutingContext context) throws IOException {
    Map<String, String> query = new HashMap<>();
    context.queryParams().forEach(query::putIfAbsent);
    String authorization = context.request().getHeader("Authorization");
    Map<String, String> headers = new HashMap<>();
    for (String name : List.of("Idempotency-Key", "If-Match")) {
      String value = context.request().getHeader(name);
      if (value != null) {
        headers.put(name, value);
      }
    }
    byte[] body =
        context.body().buffer() == null ? new byte[0] : context.body().buffer().getBytes();
    return new Request(
        context.request().getHeader("X-User") == null ? null : caller(context),
        authorization == null ? null : authorization.substring("Bearer ".length()),
        context.pathParams(),
        query,
        headers,
        body.length == 0 ? MissingNode.getInstance() : JSON.readTree(body),
        "127.0.0.1");
  }

  /** An answer as a client sees it. */
  record Answer(HttpResponse<byte[]> raw) {
    int status() {
      return raw.statusCode();
    }

    byte[] bytes() {
      return raw.body();
    }

    JsonNode json() {
      try {
        return JSON.readTree(bytes());
      } catch (IOException e) {
        throw new UncheckedIOException(
            new String(bytes(), java.nio.charset.StandardCharsets.UTF_8), e);
      }
    }

    String text() {
      return new String(bytes(), java.nio.charset.StandardCharsets.UTF_8);
    }
  }

  Answer get(String user, String path) {
    return send(user, null, "GET", path, new byte[0]);
  }

  Answer post(String user, String path, Object body) {
    return send(user, null, "POST", path, bytes(body));
  }

  Answer delete(String user, String path) {
    return send(user, null, "DELETE", path, new byte[0]);
  }

  static byte[] bytes(Object body) {
    try {
      return org.gridappliance.jobs.lease.LeaseProtocol.json().writeValueAsBytes(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Submits a job as a client does that may have to send it twice. */
  Answer submitOnce(String user, String key, Object body) {
    return send(user, null, key, "POST", "/jobs", bytes(body));
  }

  /** Sends one request; {@code user} or {@code token} may be null. */
  Answer send(String user, String token, String method, String path, byte[] body) {
    return send(user, token, null, method, path, body);
  }

  /** Changes something that the client saw as {@code etag}. */
  Answer change(String user, String etag, String method, String path, Object body) {
    changing.set(etag);
    try {
      return send(user, null, null, method, path, body == null ? new byte[0] : bytes(body));
    } finally {
      changing.remove();
    }
  }

  private Answer send(
      String user, String token, String key, String method, String path, byte[] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + "/api/v1" + path))
            .timeout(Duration.ofSeconds(60))
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
    if (user != null) {
      request.header("X-User", user);
    }
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    String etag = changing.get();
    if (etag != null) {
      request.header("If-Match", etag);
    }
    if (key != null) {
      request.header("Idempotency-Key", key);
    }
    try {
      HttpResponse<byte[]> response =
          CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Answer(response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Submits a job that must be taken. */
  long submit(String user, Object request) {
    Answer answer = post(user, "/jobs", request);
    if (answer.status() != 201) {
      throw new AssertionError(answer.status() + " " + answer.text());
    }
    return answer.json().path("id").asLong();
  }

  JsonNode job(String user, long id) {
    Answer answer = get(user, "/jobs/" + id);
    if (answer.status() != 200) {
      throw new AssertionError(answer.status() + " " + answer.text());
    }
    return answer.json();
  }

  String state(String user, long id) {
    return job(user, id).path("state").asText();
  }

  /** Waits until a fact holds, at most 20 s. */
  static void await(String what, BooleanSupplier fact) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!fact.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within 20 s: " + what);
      }
      java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
    }
  }

  @Override
  public void close() {
    try {
      server.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
      api.close();
      source.close();
      threads.shutdownNow();
      vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (Exception e) { // the test fails whatever it is
      throw new AssertionError(e);
    }
  }
}
