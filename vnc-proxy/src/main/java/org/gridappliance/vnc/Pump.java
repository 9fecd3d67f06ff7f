package org.gridappliance.vnc;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.gridappliance.vnc.dialect.Dialect;
import org.gridappliance.vnc.dialect.WrongBytes;
import org.gridappliance.vnc.ticket.Grant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: bytes both ways with back-pressure, in bounded memory ({@link #QUEUE} each way
 * and {@link #FRAME} being gathered). A slow side pauses the other. While a viewer is slow, what
 * the desktop sends is gathered into one frame, so that a backlog costs few frames. Runs on the
 * event loop of the connection only.
 */
final class Pump {
  private static final Logger log = LoggerFactory.getLogger(Pump.class);

  /** Bytes that may wait in the write queue of either side before the other is paused. */
  static final int QUEUE = 256 << 10;

  /** The most that is gathered into one WebSocket frame; noVNC takes any size, proxies may not. */
  static final int FRAME = 128 << 10;

  private static final Duration PING = Duration.ofSeconds(30);
  private static final short POLICY_VIOLATION = 1008;
  private static final short GOING_AWAY = 1001;

  private final Vertx vertx;
  private final Context context;
  private final ServerWebSocket viewer;
  private final NetSocket desktop;
  private final Grant grant;
  private final PumpStats stats;
  private final Dialect dialect;
  private final Consumer<Pump> whenClosed;
  private final Instant since = Instant.now();
  private volatile Instant lastInput = since;
  private Buffer gathered = Buffer.buffer();
  private long timer;
  private boolean answered = true;
  private boolean closed;

  Pump(
      Vertx vertx,
      ServerWebSocket viewer,
      NetSocket desktop,
      Grant grant,
      Dialect dialect,
      PumpStats stats,
      Consumer<Pump> whenClosed) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.viewer = viewer;
    this.desktop = desktop;
    this.grant = grant;
    this.stats = stats;
    this.dialect = dialect;
    this.whenClosed = whenClosed;
  }

  void start() {
    stats.open.incrementAndGet();
    viewer.setWriteQueueMaxSize(QUEUE);
    desktop.setWriteQueueMaxSize(QUEUE);

    desktop.handler(this::down);
    viewer.drainHandler(ignored -> drained());
    viewer.handler(this::up);
    desktop.drainHandler(ignored -> viewer.resume());

    viewer.pongHandler(ignored -> answered = true);
    viewer.exceptionHandler(e -> log.debug("viewer failed: {}", e.getMessage()));
    desktop.exceptionHandler(e -> log.debug("desktop failed: {}", e.getMessage()));
    viewer.closeHandler(ignored -> close(GOING_AWAY, "viewer left"));
    desktop.closeHandler(ignored -> close(GOING_AWAY, "the desktop was stopped"));
    timer = vertx.setPeriodic(PING.toMillis(), ignored -> ping());

    desktop.resume();
    viewer.resume();
  }

  private void down(Buffer bytes) {
    try {
      dialect.fromDesktop(bytes);
    } catch (WrongBytes e) {
      refuse(e);
      return;
    }
    stats.down.add(bytes.length());
    if (!viewer.writeQueueFull()) {
      viewer.writeBinaryMessage(bytes);
      return;
    }
    gathered.appendBuffer(bytes);
    if (gathered.length() >= FRAME) {
      desktop.pause();
    }
  }

  private void drained() {
    if (gathered.length() > 0) {
      viewer.writeBinaryMessage(gathered);
      gathered = Buffer.buffer();
    }
    desktop.resume();
  }

  private void up(Buffer bytes) {
    Buffer onward;
    try {
      onward = dialect.fromViewer(bytes);
    } catch (WrongBytes e) {
      refuse(e);
      return;
    }
    if (onward.length() == 0) {
      return;
    }
    stats.up.add(onward.length());
    lastInput = Instant.now();
    desktop.write(onward);
    if (desktop.writeQueueFull()) {
      viewer.pause();
    }
  }

  /** A viewer that let a whole period pass without a pong is gone, whatever TCP believes. */
  private void ping() {
    if (!answered && !viewer.writeQueueFull()) {
      close(GOING_AWAY, "no answer for " + PING.toSeconds() + " s");
      return;
    }
    answered = false;
    viewer.writePing(Buffer.buffer());
  }

  /** Who this is. From any thread. */
  Viewer describe() {
    return new Viewer(
        grant.user(), grant.desktop(), grant.viewOnly(), grant.share(), since, lastInput);
  }

  /** Closes it, with a reason for the page. From any thread. */
  void cut(String reason) {
    context.runOnContext(ignored -> close(POLICY_VIOLATION, reason));
  }

  private void refuse(WrongBytes e) {
    stats.refused.increment();
    log.info("wrong bytes desktop={} user={}: {}", grant.desktop(), grant.user(), e.reason());
    close(POLICY_VIOLATION, e.reason());
  }

  private void close(short code, String reason) {
    if (closed) {
      return;
    }
    closed = true;
    vertx.cancelTimer(timer);
    stats.open.decrementAndGet();
    whenClosed.accept(this);
    if (gathered.length() > 0 && !viewer.isClosed()) {
      viewer.writeBinaryMessage(gathered); // the last picture before the end
    }
    // a close reason holds 123 bytes at most (RFC 6455 §5.5)
    String brief = reason.length() > 120 ? reason.substring(0, 120) : reason;
    viewer.close(code, brief).onFailure(e -> log.debug("close: {}", e.getMessage()));
    desktop.close().onFailure(e -> log.debug("close: {}", e.getMessage()));
    log.info("desktop closed desktop={} user={} reason={}", grant.desktop(), grant.user(), reason);
  }
}
