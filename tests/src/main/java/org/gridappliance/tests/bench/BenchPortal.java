package org.gridappliance.tests.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A portal in a JVM of its own on an empty data folder, and one person's calls to it. */
final class BenchPortal implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final String BASIC =
      "Basic "
          + Base64.getEncoder()
              .encodeToString("bench:bench bench".getBytes(StandardCharsets.UTF_8));

  /** So often the JVM gives back what its native parts freed. */
  static final long TRIM_MILLIS = 2_000;

  /**
   * How long after its last work the portal has collected its heap once more, written the first
   * minute of its history, and trimmed.
   */
  static final long REST_MILLIS = 80_000;

  private final HttpClient http = HttpClient.newHttpClient();
  private final Path data;
  private final URI url;
  private final Process process;
  private final String token;

  BenchPortal(Path apps) throws Exception {
    data = Files.createTempDirectory("bench-portal-");
    // its executors join as another machine's do, and what is measured is the plain way
    Files.writeString(data.resolve("appliance.yaml"), "pool.seal: never\n");
    try (ServerSocket socket = new ServerSocket(0)) {
      url = URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC", // as ./appliance up starts it
            "-XX:+UseCompactObjectHeaders",
            "-XX:-UsePerfData",
            "-XX:TrimNativeHeapInterval=" + TRIM_MILLIS, // a minute there
            "-XX:MaxHeapFreeRatio=30",
            "-XX:MinHeapFreeRatio=10",
            "-XX:-ShrinkHeapInSteps",
            "-Xss512k",
            "-Xms24m",
            "-Xmx512m",
            "@target/dist/class-path",
            "-XX:AOTCache=target/dist/portal.aot",
            "org.gridappliance.portal.PortalMain",
            "--data",
            data.toString(),
            "--port",
            Integer.toString(url.getPort()),
            "--apps",
            apps.toString());
    builder.environment().put("APPLIANCE_ADMIN", "bench:bench bench");
    process =
        builder
            .redirectErrorStream(true)
            .redirectOutput(data.resolve("portal.log").toFile())
            .start();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
    while (!healthy(http, url)) {
      if (System.nanoTime() > deadline || !process.isAlive()) {
        throw new IllegalStateException(Files.readString(data.resolve("portal.log")));
      }
      LockSupport.parkNanos(20_000_000);
    }
    ObjectNode body = JSON.createObjectNode().put("name", "bench").put("days", 1);
    body.putArray("scopes").add("jobs").add("pool");
    token = call(http, url, "POST", "/api/v1/tokens", body, BASIC).get("token").asText();
  }

  URI url() {
    return url;
  }

  Path data() {
    return data;
  }

  /** Makes a call with the scope of an administrator. */
  JsonNode administer(String method, String path, JsonNode body) throws Exception {
    return call(http, url, method, path, body, "Bearer " + token("admin"));
  }

  /** {@return a token of this scope} */
  String token(String scope) throws Exception {
    ObjectNode body = JSON.createObjectNode().put("name", scope).put("days", 1);
    body.putArray("scopes").add(scope);
    return call(http, url, "POST", "/api/v1/tokens", body, BASIC).get("token").asText();
  }

  String joinToken() throws Exception {
    return post("/api/v1/nodes/join-tokens", JSON.createObjectNode()).get("token").asText();
  }

  JsonNode get(String path) throws Exception {
    return call(http, url, "GET", path, null, "Bearer " + token);
  }

  JsonNode post(String path, JsonNode body) throws Exception {
    return call(http, url, "POST", path, body, "Bearer " + token);
  }

  /** {@return resident memory of the portal, MB} */
  double residentMegabytes() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"));
    String line = lines.stream().filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
    return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
  }

  private static boolean healthy(HttpClient http, URI url) throws InterruptedException {
    try {
      HttpRequest request = HttpRequest.newBuilder(url.resolve("/healthz")).build();
      return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false; // not listening yet
    }
  }

  private static JsonNode call(
      HttpClient http, URI url, String method, String path, @Nullable JsonNode body, String who)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url.resolve(path)).header("Authorization", who);
    if (body == null) {
      request.method(method, BodyPublishers.noBody());
    } else {
      request
          .header("Content-Type", "application/json")
          .method(method, BodyPublishers.ofString(body.toString()));
    }
    HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
    if (response.statusCode() / 100 != 2) {
      throw new IllegalStateException(method + " " + path + ": " + response.body());
    }
    return JSON.readTree(response.body());
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    process.onExit().completeOnTimeout(process, 15, TimeUnit.SECONDS).join();
    process.destroyForcibly().onExit().join();
    try (Stream<Path> all = Files.walk(data)) {
      all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    }
  }
}
