package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.Opening;
import org.gridappliance.jobs.pool.Seat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Interactive programs at the door of the module: lines, channels, and the order to finish. */
class LinesTest {
  private static final String WINDOWS =
      TestApps.NOTHING
          .replace("sweepable: true", "sweepable: false")
          .replace("command:", "interactive: vnc\ncommand:")
          .replace("expectedTime: 0.01 s", "expectedTime: 60 s")
          .replace(
              "file: stdout }",
              "file: stdout }\n  - { name: plot, type: file, title: Plot, file: plot.ps }");

  @TempDir Path data;
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = HttpClient.newHttpClient();
  private TestPortal portal;
  private TestExecutor one;
  private TestExecutor other;

  @BeforeEach
  void start() throws Exception {
    TestApps.install(data);
    TestApps.install(data, "windows", WINDOWS);
    portal = new TestPortal(data, Clock.systemUTC());
    one = new TestExecutor(() -> portal, "one", 1);
    other = new TestExecutor(() -> portal, "other", 1);
  }

  @AfterEach
  void stop() throws Exception {
    client.shutdownNow();
    portal.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static final class Heard implements WebSocket.Listener {
    final BlockingQueue<String> texts = new LinkedBlockingQueue<>();

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      texts.add(data.toString());
      socket.request(1);
      return null;
    }

    String next() throws InterruptedException {
      String text = texts.poll(10, TimeUnit.SECONDS);
      assertTrue(text != null, "nothing was said on the line");
      return text;
    }

    Opening opening() throws Exception {
      return LeaseProtocol.json().readValue(next(), Opening.class);
    }
  }

  private WebSocket connect(String token, String path, Heard heard) throws Exception {
    return client
        .newWebSocketBuilder()
        .header("Authorization", "Bearer " + token)
        .buildAsync(URI.create("ws://127.0.0.1:" + portal.port() + path), heard)
        .get(10, TimeUnit.SECONDS);
  }

  private int refusal(String token, String path) {
    ExecutionException e =
        assertThrows(ExecutionException.class, () -> connect(token, path, new Heard()));
    return ((WebSocketHandshakeException) e.getCause()).getResponse().statusCode();
  }

  private Seat.Place submitted(String app) {
    portal.submit("ann", Map.of("app", app, "inputs", Map.of()));
    Lease lease = one.lease(1, 0).getFirst();
    one.heartbeat(List.of(lease));
    Seat seat = portal.api.seat(lease.job(), 0).orElseThrow();
    assertEquals(lease.interactive(), seat.interactive());
    return seat.place();
  }

  private Heard line(TestExecutor executor) throws Exception {
    Heard heard = new Heard();
    WebSocket _ = connect(executor.token, LeaseProtocol.LINE, heard);
    return heard;
  }

  /** A client has its answer before the portal has the line. */
  private Future<ServerWebSocket> asked(Seat.Place place, String kind) throws Exception {
    List<Future<ServerWebSocket>> all = new ArrayList<>();
    TestPortal.await(
        "the line is there",
        () -> {
          all.add(portal.api.lines().open(vertx, place, kind));
          return !all.getLast().failed();
        });
    return all.getLast();
  }

  @Test
  void aChannelIsForWhoHoldsTheLeaseWithTheFenceAndOnce() throws Exception {
    Seat.Place place = submitted("windows");
    Heard line = line(one);
    Future<ServerWebSocket> asked = asked(place, LeaseProtocol.VNC);
    Opening opening = line.opening();
    assertEquals(place.lease(), opening.lease());
    String path = LeaseProtocol.channel(opening);

    assertEquals(401, refusal("forged", path), "a forged token");
    assertEquals(404, refusal(other.token, path), "a lease of another executor");
    assertEquals(
        409,
        refusal(
            one.token,
            LeaseProtocol.channel(
                new Opening(opening.channel(), place.lease(), place.fence() - 1, "vnc"))),
        "an older fence");
    assertEquals(
        404,
        refusal(
            one.token,
            LeaseProtocol.channel(new Opening("guessed", place.lease(), place.fence(), "vnc"))),
        "a channel that nobody asked for");
    assertTrue(!asked.isComplete(), "a stranger was let in");

    WebSocket _ = connect(one.token, path, new Heard());
    ServerWebSocket _ = asked.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    assertEquals(404, refusal(one.token, path), "the same channel again");
  }

  @Test
  void aLineIsForExecutorsOnly() {
    assertEquals(401, refusal("forged", LeaseProtocol.LINE));
  }

  @Test
  void withoutALineNobodyWaits() {
    Seat.Place place = submitted("windows");
    Future<ServerWebSocket> asked = portal.api.lines().open(vertx, place, LeaseProtocol.VNC);
    assertTrue(asked.failed());
    assertEquals("the computer one cannot be reached now", asked.cause().getMessage());
  }

  @Test
  void whatAnExecutorCannotOpenFailsWithItsWords() throws Exception {
    Seat.Place place = submitted("windows");
    Heard heard = new Heard();
    WebSocket line = connect(one.token, LeaseProtocol.LINE, heard);
    Future<ServerWebSocket> asked = asked(place, LeaseProtocol.TERMINAL);
    WebSocket _ =
        line.sendText(heard.opening().channel() + " no shell here", true).get(10, TimeUnit.SECONDS);
    ExecutionException e =
        assertThrows(
            ExecutionException.class,
            () -> asked.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS));
    assertEquals("no shell here", e.getCause().getMessage());
  }

  @Test
  void finishedItCompletesWithoutTheFilesThatItDidNotWrite() throws Exception {
    Seat.Place place = submitted("windows");
    Heard line = line(one);
    long id = 1;
    assertEquals(404, portal.post("bob", "/jobs/1/finish", Map.of()).status());
    assertEquals(200, portal.post("ann", "/jobs/1/finish", Map.of()).status());
    assertEquals("beat", line.next());
    Lease lease = lease(place);
    assertEquals(List.of(place.lease()), one.heartbeat(List.of(lease)).finish());
    assertEquals(
        204, one.report(List.of(TestExecutor.success(lease, List.of(), "bye\n"))).status());
    TestPortal.await(
        "job " + id + " completes",
        () -> portal.job("ann", id).path("state").asText().equals("Completed"));
    assertEquals("its program ended", portal.api.seat(id, 0).orElseThrow().ended());
  }

  @Test
  void aJobWithoutWindowsCannotBeFinished() {
    submitted("slow");
    assertEquals(409, portal.post("ann", "/jobs/1/finish", Map.of()).status());
  }

  /** The lease as far as a heartbeat and a result need it. */
  private static Lease lease(Seat.Place place) {
    return new Lease(
        place.lease(),
        place.fence(),
        1,
        0,
        List.of("x"),
        Map.of(),
        List.of(),
        List.of(),
        null,
        30,
        10,
        null,
        null,
        null);
  }
}
