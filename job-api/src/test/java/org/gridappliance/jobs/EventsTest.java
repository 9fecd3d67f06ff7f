package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.gridappliance.jobs.lease.Lease;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Server-sent events as a browser reads them. */
class EventsTest {
  @TempDir Path data;
  private TestPortal portal;

  @BeforeEach
  void start() throws Exception {
    TestApps.install(data);
    portal = new TestPortal(data, Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    portal.close();
  }

  record Event(String id, String name, String data) {}

  /** A stream that is being read on a thread of its own. */
  private final class Stream implements AutoCloseable {
    private final HttpClient client = HttpClient.newHttpClient();
    private final InputStream bytes;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final AtomicInteger read = new AtomicInteger();

    Stream(String path, String lastEventId) throws Exception {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + portal.port() + "/api/v1" + path))
              .header("X-User", "ann");
      if (lastEventId != null) {
        request.header("Last-Event-ID", lastEventId);
      }
      HttpResponse<InputStream> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      assertEquals(200, response.statusCode());
      bytes = response.body();
      Thread.startVirtualThread(this::read);
    }

    private void read() {
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8))) {
        String id = "";
        String name = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("id: ")) {
            id = line.substring(4);
          } else if (line.startsWith("event: ")) {
            name = line.substring(7);
          } else if (line.startsWith("data: ")) {
            read.incrementAndGet();
            events.add(new Event(id, name, line.substring(6)));
          }
        }
      } catch (IOException e) {
        events.add(new Event("", "closed", String.valueOf(e.getMessage())));
      }
    }

    Event next(String name, Predicate<Event> wanted) throws InterruptedException {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (System.nanoTime() < end) {
        Event event = events.poll(1, TimeUnit.SECONDS);
        if (event != null && event.name().equals(name) && wanted.test(event)) {
          return event;
        }
      }
      throw new AssertionError("no event " + name);
    }

    @Override
    public void close() {
      client.shutdownNow();
    }
  }

  private long submit(int subjobs) {
    return portal.submit(
        "ann",
        Map.of(
            "app", "slow",
            "inputs", Map.of(),
            "sweep",
                Map.of(
                    "number",
                    java.util.stream.IntStream.rangeClosed(1, subjobs).boxed().toList())));
  }

  @Test
  void aJobsStreamTellsStatesOutputAndEnd() throws Exception {
    TestExecutor one = new TestExecutor(() -> portal, "one", 2);
    long id = submit(4);
    try (Stream stream = new Stream("/jobs/" + id + "/events", null)) {
      assertEquals("{\"from\":0,\"states\":\"IIII\"}", stream.next("subjobs", e -> true).data());
      Lease lease = one.lease(1, 0).getFirst();
      stream.next("subjobs", e -> e.data().equals("{\"from\":0,\"states\":\"R\"}"));
      portal.send(
          null,
          one.token,
          "PUT",
          "/executors/leases/" + lease.lease() + "/output/stdout?offset=0&fence=" + lease.fence(),
          "hello".getBytes(StandardCharsets.UTF_8));
      assertEquals(
          "{\"index\":0,\"stream\":\"stdout\",\"bytes\":5}",
          stream.next("output", e -> true).data());
      one.report(List.of(TestExecutor.success(lease, List.of(), null)));
      one.work(l -> TestExecutor.success(l, List.of(), ""));
      stream.next("job", e -> e.data().contains("\"state\":\"Completed\""));
    }
  }

  @Test
  void aStreamGoesOnWhereTheClientWas() throws Exception {
    TestExecutor one = new TestExecutor(() -> portal, "one", 2);
    long id = submit(4);
    String seen;
    try (Stream stream = new Stream("/jobs/" + id + "/events", null)) {
      seen = stream.next("job", e -> true).id();
    }
    one.lease(1, 0);
    try (Stream stream = new Stream("/jobs/" + id + "/events", seen)) {
      Event first = stream.next("subjobs", e -> true);
      assertEquals("{\"from\":0,\"states\":\"R\"}", first.data());
    }
  }

  @Test
  void aStreamThatIsTooOldIsToldToBeginAnew() throws Exception {
    long id = submit(4);
    for (String old : List.of("00000000-17", "nonsense")) {
      try (Stream stream = new Stream("/jobs/" + id + "/events", old)) {
        assertEquals("{}", stream.next("reset", e -> true).data());
        assertTrue(stream.next("subjobs", e -> true).data().contains("IIII"));
      }
    }
  }

  @Test
  void aPersonsStreamTellsOwnJobsAndThePool() throws Exception {
    try (Stream stream = new Stream("/events", null)) {
      stream.next("pool", e -> e.data().contains("\"nodes\":0"));
      portal.submit("bob", Map.of("app", "nothing", "inputs", Map.of()));
      long id = submit(1);
      Event job = stream.next("job", e -> true);
      assertTrue(job.data().contains("\"id\":" + id), job.data());
      assertFalse(job.data().contains("bob"));
    }
  }

  @Test
  void manyChangesAreToldInFewEvents() throws Exception {
    TestExecutor one = new TestExecutor(() -> portal, "one", 2);
    long id =
        portal.submit(
            "ann",
            Map.of(
                "app", "nothing",
                "inputs", Map.of(),
                "sweep",
                    Map.of(
                        "number",
                        java.util.stream.IntStream.rangeClosed(1, 2000).boxed().toList())));
    try (Stream stream = new Stream("/jobs/" + id + "/events", null)) {
      long begin = System.nanoTime();
      one.work(l -> TestExecutor.success(l, List.of(), ""));
      stream.next("job", e -> e.data().contains("\"state\":\"Completed\""));
      double seconds = (System.nanoTime() - begin) / 1e9;
      int events = stream.read.get();
      assertTrue(events < 25 * (seconds + 1), events + " events in " + seconds + " s");
    }
  }
}
