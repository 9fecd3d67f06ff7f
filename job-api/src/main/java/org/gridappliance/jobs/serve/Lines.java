package org.gridappliance.jobs.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.Opening;
import org.gridappliance.jobs.pool.LocalPool;
import org.gridappliance.jobs.pool.Seat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The WebSockets that executors open to this portal, so that people can see into what runs there
 * although nothing reaches those machines from outside. Each executor keeps one <em>line</em>, on
 * which it is told whom to answer; each answer is a <em>channel</em>, a WebSocket of its own, so
 * that a slow person holds up nobody else. A channel counts only for who holds the lease with the
 * fence that was asked for, and once. Thread-safe; handlers run on event loops and do not block.
 */
public final class Lines {
  private static final Logger log = LoggerFactory.getLogger(Lines.class);
  private static final String CHANNEL = LeaseProtocol.LEASES + "/:lease/channels/:channel";
  private static final String BEAT = "beat";
  private static final long PATIENCE_MILLIS = 10_000;
  private static final long PING_MILLIS = 15_000;
  private static final int MOST_WAITING = 1000;
  private static final int QUEUE = 256 << 10;
  private static final short GOING_AWAY = 1001;

  private final LocalPool pool;
  private final SecureRandom random = new SecureRandom();
  private final Map<Long, ServerWebSocket> lines = new ConcurrentHashMap<>();
  private final Map<Long, Set<ServerWebSocket>> channels = new ConcurrentHashMap<>();
  private final Map<String, Wanted> waiting = new ConcurrentHashMap<>();

  private record Wanted(Opening opening, Promise<ServerWebSocket> answer) {}

  Lines(LocalPool pool) {
    this.pool = pool;
  }

  void mount(Router router) {
    router.get(LeaseProtocol.LINE).handler(context -> answering(context, this::line));
    router.get(CHANNEL).handler(context -> answering(context, this::channel));
  }

  private interface Body {
    void run(RoutingContext context);
  }

  private static void answering(RoutingContext context, Body body) {
    try {
      body.run(context);
    } catch (Problem e) {
      PlainRoutes.answer(context, e);
    }
  }

  private void line(RoutingContext context) {
    long node = pool.nodeId(ExecutorRoutes.bearer(context));
    Vertx vertx = context.vertx();
    context
        .request()
        .toWebSocket()
        .onFailure(e -> log.debug("no line node={}: {}", node, e.getMessage()))
        .onSuccess(
            socket -> {
              ServerWebSocket older = lines.put(node, socket);
              if (older != null) {
                hangUp(older, "a newer line took its place");
              }
              cutChannels(node);
              boolean[] answered = {true};
              long timer =
                  vertx.setPeriodic(
                      PING_MILLIS,
                      t -> {
                        if (!answered[0]) {
                          hangUp(socket, "no answer");
                        }
                        answered[0] = false;
                        socket
                            .writePing(Buffer.buffer())
                            .onFailure(e -> log.debug("ping: {}", e.getMessage()));
                      });
              socket.pongHandler(pong -> answered[0] = true);
              socket.textMessageHandler(this::refused);
              socket.exceptionHandler(e -> log.debug("line failed: {}", e.getMessage()));
              socket.closeHandler(
                  closed -> {
                    vertx.cancelTimer(timer);
                    if (lines.remove(node, socket)) {
                      cutChannels(node);
                    }
                  });
              log.info("line opened node={}", node);
            });
  }

  /** With a line its channels are lost: that machine may be gone without a word. */
  private void cutChannels(long node) {
    Set<ServerWebSocket> lost = channels.remove(node);
    if (lost != null) {
      lost.forEach(channel -> hangUp(channel, "the computer was lost"));
    }
  }

  /** An executor cannot open what was asked: {@code CHANNEL WORDS}. */
  private void refused(String text) {
    int space = text.indexOf(' ');
    Wanted wanted = waiting.remove(space < 0 ? text : text.substring(0, space));
    if (wanted != null) {
      boolean _ = wanted.answer.tryFail(text.substring(space + 1));
    }
  }

  private void channel(RoutingContext context) {
    String lease = String.valueOf(context.pathParam("lease"));
    long node = pool.nodeId(ExecutorRoutes.bearer(context));
    LocalPool.HeldLease held =
        pool.held(ExecutorRoutes.bearer(context), lease)
            .orElseThrow(() -> Problem.notFound("lease " + lease.replaceAll("\\p{Cntrl}", "?")));
    if (!String.valueOf(held.lease().fence()).equals(context.request().getParam("fence"))) {
      throw Problem.conflict("the lease was superseded; nobody waits for this");
    }
    String name = String.valueOf(context.pathParam("channel"));
    Wanted wanted = waiting.get(name);
    if (wanted == null
        || !wanted.opening.lease().equals(lease)
        || wanted.opening.fence() != held.lease().fence()
        || !waiting.remove(name, wanted)) {
      throw Problem.notFound("channel");
    }
    context
        .request()
        .toWebSocket()
        .onFailure(wanted.answer::tryFail)
        .onSuccess(
            socket -> {
              socket.pause();
              socket.setWriteQueueMaxSize(QUEUE);
              Set<ServerWebSocket> open =
                  channels.computeIfAbsent(node, n -> ConcurrentHashMap.newKeySet());
              open.removeIf(ServerWebSocket::isClosed);
              open.add(socket);
              if (!wanted.answer.tryComplete(socket)) {
                hangUp(socket, "too late");
              }
            });
  }

  private static void hangUp(ServerWebSocket socket, String reason) {
    socket.close(GOING_AWAY, reason).onFailure(e -> log.debug("close: {}", e.getMessage()));
  }

  /** {@return whether an executor can be asked now} */
  public boolean isOpen(long node) {
    return lines.containsKey(node);
  }

  /** Has an executor send a heartbeat now: an order waits for it. */
  void beat(long node) {
    say(node, BEAT);
  }

  private boolean say(long node, String text) {
    ServerWebSocket line = lines.get(node);
    if (line == null || line.isClosed() || line.writeQueueFull()) {
      return false;
    }
    line.writeTextMessage(text).onFailure(e -> log.debug("line: {}", e.getMessage()));
    return true;
  }

  /** Ends the line of a node that was removed. */
  void cut(long node) {
    ServerWebSocket line = lines.get(node);
    if (line != null) {
      hangUp(line, "removed from the pool");
    }
  }

  /**
   * Asks the executor of a subjob for a connection to its windows or its terminal.
   *
   * @return the connection, paused; fails in words when it does not come
   */
  public Future<ServerWebSocket> open(Vertx vertx, Seat.Place place, String kind) {
    if (waiting.size() >= MOST_WAITING) {
      return Future.failedFuture(MOST_WAITING + " connections to executors are being made");
    }
    byte[] bits = new byte[32];
    random.nextBytes(bits);
    String name = Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    Opening opening = new Opening(name, place.lease(), place.fence(), kind);
    Wanted wanted = new Wanted(opening, Promise.promise());
    waiting.put(name, wanted);
    try {
      if (!say(place.node(), LeaseProtocol.json().writeValueAsString(opening))) {
        waiting.remove(name);
        return Future.failedFuture("the computer " + place.nodeName() + " cannot be reached now");
      }
    } catch (JsonProcessingException e) { // a record of strings
      throw new IllegalStateException(e);
    }
    long timer =
        vertx.setTimer(
            PATIENCE_MILLIS,
            t -> {
              waiting.remove(name);
              boolean _ =
                  wanted.answer.tryFail("the computer " + place.nodeName() + " does not answer");
            });
    return wanted.answer.future().onComplete(done -> vertx.cancelTimer(timer));
  }
}
