package org.gridappliance.tests.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A pool of three nodes as {@code ./appliance pool up} makes it, and one person's calls to it. */
final class BenchPool implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final String PERSON = "bench:bench bench";
  private static final String USER = "grid-appliance";

  private final HttpClient http = HttpClient.newHttpClient();
  private final Path folder;
  private final URI url;
  private final Process process;
  private final String token;
  private final List<String> condor = new ArrayList<>();

  /**
   * @param cpus slots of each of the two workers
   */
  BenchPool(int cpus) throws Exception {
    folder = Files.createTempDirectory("bench-pool-");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    String doze = Files.readString(Path.of("tests/src/main/resources/bench-apps/doze/app.yaml"));
    Path apps = data().resolve("apps");
    Files.createDirectories(apps.resolve("doze"));
    Files.createDirectories(apps.resolve("nap"));
    Files.writeString(apps.resolve("doze").resolve("app.yaml"), doze);
    Files.writeString( // the same of which nobody would put several into one job
        apps.resolve("nap").resolve("app.yaml"),
        doze.replace("title: Doze", "title: Nap")
            .replace("expectedTime: 0.1 s", "expectedTime: 60 s"));
    // the portal's user may not exist yet on this machine: then `up` makes it and its folder
    Shell.line(
        "sh",
        "-c",
        "id grid-appliance >/dev/null 2>&1 || useradd --system --user-group --no-create-home"
            + " --home-dir /nonexistent --shell /usr/sbin/nologin grid-appliance");
    Shell.line("chown", "-R", USER + ":" + USER, data().toString());
    Shell.line("chmod", "700", data().toString());
    try (ServerSocket socket = new ServerSocket(0)) {
      url = URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }
    ProcessBuilder builder =
        new ProcessBuilder(
            "./appliance",
            "pool",
            "up",
            "--cpus",
            Integer.toString(cpus),
            "--port",
            Integer.toString(url.getPort()),
            "--data",
            data().toString());
    builder.environment().put("APPLIANCE_ADMIN", PERSON);
    Path log = folder.resolve("log");
    process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    await("the pool is up", () -> Files.readString(log).contains("in network namespaces"));
    ObjectNode wanted = JSON.createObjectNode().put("name", "bench").put("days", 1);
    wanted.putArray("scopes").add("jobs").add("pool");
    token = call("POST", "/tokens", wanted, basic()).path("token").asText();
    await("both workers are in", () -> get("/pool").at("/condor/slots").asInt() == 2 * cpus);
    JsonNode agent =
        JSON.readTree(
            Shell.line(
                "curl",
                "-sS",
                "--unix-socket",
                data().resolve("run/agent.sock").toString(),
                "http://agent/pool"));
    condor.addAll(List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups"));
    agent.at("/submit/command").forEach(word -> condor.add(word.asText()));
  }

  Path data() {
    return folder.resolve("data");
  }

  private static String basic() {
    return "Basic " + Base64.getEncoder().encodeToString(PERSON.getBytes(StandardCharsets.UTF_8));
  }

  /** The schedd's, which root may read. */
  Path eventLog() {
    return Path.of("/var/lib/grid-appliance-agent")
        .resolve(key())
        .resolve("condor/node/events/events.json");
  }

  private String key() {
    return data().toString().substring(1).replace('/', '-');
  }

  /** {@return a job's event stream, as a page reads it} */
  HttpResponse<Stream<String>> events(long job) throws Exception {
    return http.send(
        HttpRequest.newBuilder(url.resolve("/api/v1/jobs/" + job + "/events"))
            .header("Authorization", "Bearer " + token)
            .build(),
        HttpResponse.BodyHandlers.ofLines());
  }

  JsonNode get(String path) throws Exception {
    return call("GET", path, null, "Bearer " + token);
  }

  JsonNode post(String path, JsonNode body) throws Exception {
    return call("POST", path, body, "Bearer " + token);
  }

  private JsonNode call(
      String method, String path, @org.jspecify.annotations.Nullable JsonNode body, String who)
      throws IOException, InterruptedException {
    HttpRequest.BodyPublisher sent =
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body.toString());
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(url.resolve("/api/v1" + path))
                .header("Authorization", who)
                .header("Content-Type", "application/json")
                .method(method, sent)
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() >= 300) {
      throw new IOException(method + " " + path + ": " + answer.statusCode() + " " + answer.body());
    }
    return JSON.readTree(answer.body());
  }

  /** Runs one of HTCondor's programs as the portal does. {@return what it printed} */
  String condor(String... words) {
    List<String> command = new ArrayList<>(condor);
    command.addAll(List.of(words));
    return Shell.line(command.toArray(String[]::new));
  }

  static void await(String what, Callable<Boolean> fact) throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(10);
    while (!fact.call()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("not within 10 minutes: " + what);
      }
      LockSupport.parkNanos(20_000_000);
    }
  }

  /** {@return resident megabytes of a program of this pool} */
  double residentMegabytes(String word) throws IOException {
    String key = key() + "/condor/";
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      for (Path one : all.filter(p -> p.getFileName().toString().matches("\\d+")).toList()) {
        try {
          String line = Files.readString(one.resolve("cmdline")).replace('\0', ' ');
          boolean mine =
              line.contains(data() + " ")
                  || (line.startsWith("condor_")
                      && Files.readString(one.resolve("mountinfo")).contains(key));
          if (mine && line.contains(word)) {
            return Files.readAllLines(one.resolve("status")).stream()
                    .filter(row -> row.startsWith("VmRSS"))
                    .mapToLong(row -> Long.parseLong(row.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0)
                / 1024.0;
          }
        } catch (IOException e) {
          // it ended meanwhile
        }
      }
    }
    return 0;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    Shell.line("rm", "-rf", folder.toString(), "/var/lib/grid-appliance-agent/" + key());
  }
}
