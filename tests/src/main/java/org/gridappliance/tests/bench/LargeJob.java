package org.gridappliance.tests.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * One job of 100,000 subjobs on a portal whose executor is at work on it: how long its submission
 * takes, the pages while it runs, the portal's memory, and how late 1,000 listeners hear of a
 * change.
 */
final class LargeJob {
  private static final int SUBJOBS = 100_000;
  private static final int LISTENERS = 1_000;
  private static final int A_PERSON = 40;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final BenchPortal portal;
  private final Report report;

  private LargeJob(BenchPortal portal, Report report) {
    this.portal = portal;
    this.report = report;
  }

  static void measure(BenchPortal portal, Report report, boolean quick) throws Exception {
    new LargeJob(portal, report).run(quick ? 3 : 10, quick ? 10 : 40);
  }

  private void run(int submissions, int toggles) throws Exception {
    long job = 0;
    for (int i = 0; i < submissions; i++) {
      if (job != 0) {
        portal.post("/api/v1/jobs/" + job + "/cancel", BenchPortal.JSON.createObjectNode());
      }
      long start = System.nanoTime();
      job = portal.post("/api/v1/jobs", request()).get("id").asLong();
      report.add("submit-100k", "ours", "ms", "lower", millis(start));
    }
    List<Double> pages = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      for (String path : List.of("/jobs?limit=50", "/jobs/" + job, "/jobs/" + job + "/subjobs")) {
        long start = System.nanoTime();
        portal.get("/api/v1" + path);
        pages.add(millis(start));
      }
    }
    add("page-100k", pages);
    report.add("rss-100k", "ours", "MB", "lower", portal.residentMegabytes());
    listen(job, toggles);
    portal.post("/api/v1/jobs/" + job + "/cancel", BenchPortal.JSON.createObjectNode());
  }

  private static ObjectNode request() {
    ObjectNode request = BenchPortal.JSON.createObjectNode().put("app", "true");
    request.putObject("inputs").put("n", 0);
    ObjectNode range = request.putObject("sweep").putObject("n");
    range.put("from", 1).put("to", SUBJOBS).put("step", 1);
    return request;
  }

  private static double millis(long start) {
    return (System.nanoTime() - start) / 1e6;
  }

  private void add(String name, List<Double> millis) {
    List<Double> sorted = millis.stream().sorted().toList();
    report.add(name + "-p50", "ours", "ms", "lower", sorted.get(sorted.size() / 2));
    report.add(name + "-p99", "ours", "ms", "lower", sorted.get(sorted.size() * 99 / 100));
  }

  /** The job is suspended and resumed; each listener notes when it hears of it. */
  private void listen(long job, int toggles) throws Exception {
    try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      List<Listener> listeners = new ArrayList<>();
      List<CompletableFuture<HttpResponse<Void>>> open = new ArrayList<>();
      for (int person = 0; listeners.size() < LISTENERS; person++) {
        String token = administrator(http, "viewer" + person);
        for (int i = 0; i < A_PERSON && listeners.size() < LISTENERS; i++) {
          Listener listener = new Listener();
          listeners.add(listener);
          URI url = portal.url().resolve("/api/v1/jobs/" + job + "/events");
          open.add(
              http.sendAsync(
                  HttpRequest.newBuilder(url).header("Authorization", "Bearer " + token).build(),
                  BodyHandlers.fromLineSubscriber(listener)));
        }
      }
      await(listeners, "\"id\":" + job);
      List<Double> delays = new ArrayList<>();
      int missed = 0;
      for (int i = 0; i < toggles; i++) {
        boolean suspend = i % 2 == 0;
        String wanted = "\"state\":\"" + (suspend ? "Suspended" : "Running") + "\"";
        listeners.forEach(listener -> listener.expect(wanted));
        long start = System.nanoTime();
        portal.post(
            "/api/v1/jobs/" + job + (suspend ? "/suspend" : "/resume"),
            BenchPortal.JSON.createObjectNode());
        missed += await(listeners, wanted);
        for (Listener listener : listeners) {
          if (listener.heardNanos != 0) {
            delays.add((listener.heardNanos - start) / 1e6);
          }
        }
      }
      add("event-1000", delays);
      report.add("event-missed", "ours", "events", "lower", missed);
      http.shutdownNow();
      open.forEach(stream -> stream.cancel(true));
    }
  }

  /** {@return how many have not heard it in time} */
  private static int await(List<Listener> listeners, String wanted) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    listeners.forEach(listener -> listener.expectIfNothing(wanted));
    int missing;
    do {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      missing = (int) listeners.stream().filter(listener -> listener.heardNanos == 0).count();
    } while (missing > 0 && System.nanoTime() < deadline);
    return missing;
  }

  /** {@return a token of a new administrator, who may watch anybody's job} */
  private String administrator(HttpClient http, String name) throws Exception {
    ObjectNode account = BenchPortal.JSON.createObjectNode();
    account.put("name", name).put("password", "bench bench " + name);
    account.putArray("roles").add("administrator");
    portal.administer("POST", "/api/v1/users", account);
    ObjectNode wanted = BenchPortal.JSON.createObjectNode().put("name", "bench").put("days", 1);
    wanted.putArray("scopes").add("jobs").add("admin");
    String who =
        Base64.getEncoder()
            .encodeToString((name + ":bench bench " + name).getBytes(StandardCharsets.UTF_8));
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(portal.url().resolve("/api/v1/tokens"))
                .header("Authorization", "Basic " + who)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(wanted.toString()))
                .build(),
            BodyHandlers.ofString());
    if (response.statusCode() != 201) {
      throw new IllegalStateException(response.body());
    }
    return BenchPortal.JSON.readTree(response.body()).get("token").asText();
  }

  /** Notes when a line with the wanted words comes first. */
  private static final class Listener implements Flow.Subscriber<String> {
    private final AtomicReference<String> wanted = new AtomicReference<>("");
    private volatile long heardNanos;

    void expect(String words) {
      heardNanos = 0;
      wanted.set(words);
    }

    void expectIfNothing(String words) {
      wanted.compareAndSet("", words);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
      String words = wanted.get();
      if (heardNanos == 0 && !words.isEmpty() && line.contains(words)) {
        heardNanos = System.nanoTime();
      }
    }

    @Override
    public void onError(Throwable error) {
      // then it hears nothing, which is counted
    }

    @Override
    public void onComplete() {
      // as above
    }
  }
}
