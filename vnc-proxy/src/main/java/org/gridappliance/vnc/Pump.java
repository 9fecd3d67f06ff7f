package org.gridappliance.vnc;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.impl.VertxHandler;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.gridappliance.vnc.dialect.Dialect;
import org.gridappliance.vnc.dialect.WrongBytes;
import org.gridappliance.vnc.ticket.Grant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: bytes both ways with back-pressure, in bounded memory ({@link #QUEUE} and one
 * read each way). A slow side keeps the other from being read. The bytes themselves go from channel
 * to channel in {@link FromDesktop} and {@link FromViewer}. Runs on the event loop of the
 * connection only.
 */
final class Pump {
  private static final Logger log = LoggerFactory.getLogger(Pump.class);

  /** Bytes that may wait in the write queue of either side before the other is paused. */
  static final int QUEUE = 256 << 10;

  private static final Duration PING = Duration.ofSeconds(30);
  private static final short POLICY_VIOLATION = 1008;
  private static final short GOING_AWAY = 1001;

  private final Vertx vertx;
  private final Context context;
  private final Channel browser;
  private final ServerWebSocket viewer;
  private final NetSocket desktop;
  private final Grant grant;
  private final PumpStats stats;
  private final Dialect dialect;
  private final Consumer<Pump> whenClosed;
  private final Instant since = Instant.now();
  private volatile Instant lastInput = since;
  private long timer;
  private boolean answered = true;
  private boolean closed;

  /**
   * @param browser the channel that {@code viewer} writes to
   */
  Pump(
      Vertx vertx,
      Channel browser,
      ServerWebSocket viewer,
      NetSocket desktop,
      Grant grant,
      Dialect dialect,
      PumpStats stats,
      Consumer<Pump> whenClosed) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.browser = browser;
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

    desktop.handler(this::early);
    join();

    viewer.pongHandler(ignored -> answered = true);
    viewer.exceptionHandler(e -> log.debug("viewer failed: {}", e.getMessage()));
    desktop.exceptionHandler(e -> log.debug("desktop failed: {}", e.getMessage()));
    viewer.closeHandler(ignored -> close(GOING_AWAY, "viewer left"));
    desktop.closeHandler(ignored -> close(GOING_AWAY, "the desktop was stopped"));
    timer = vertx.setPeriodic(PING.toMillis(), ignored -> ping());

    desktop.resume();
    viewer.resume();
  }

  /**
   * Puts the two channels together below Vert.x, which would copy each byte to the heap and back;
   * it goes on to look after opening, closing and pings. Nothing of the viewer's was read yet: he
   * speaks after the upgrade, which this follows in the same turn of the event loop.
   */
  private void join() {
    ChannelHandlerContext near = browser.pipeline().context(VertxHandler.class);
    ChannelHandlerContext far = ((NetSocketInternal) desktop).channelHandlerContext();
    if (!near.executor().equals(far.executor())) {
      throw new IllegalStateException("the two sides of a desktop run on two event loops");
    }
    far.pipeline().addBefore(far.name(), "relay", new FromDesktop(this, near));
    near.pipeline()
        .replace(WebSocket13FrameDecoder.class, "relay", new FromViewer(this, near, far));
  }

  /** Looks at what the desktop sends; it may then go on as it is. */
  void fromDesktop(Buffer bytes) throws WrongBytes {
    dialect.fromDesktop(bytes);
    stats.down.add(bytes.length());
  }

  /** {@return what of the viewer's bytes is to go on} the very same when it is all of them. */
  Buffer fromViewer(Buffer bytes) throws WrongBytes {
    Buffer onward = dialect.fromViewer(bytes);
    if (onward.length() > 0) {
      stats.up.add(onward.length());
      lastInput = Instant.now();
    }
    return onward;
  }

  /** What was read before the channels were joined. */
  private void early(Buffer bytes) {
    try {
      fromDesktop(bytes);
      viewer.writeBinaryMessage(bytes);
    } catch (WrongBytes e) {
      refuse(e);
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

  void refuse(WrongBytes e) {
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
    // a close reason holds 123 bytes at most (RFC 6455 §5.5)
    String brief = reason.length() > 120 ? reason.substring(0, 120) : reason;
    viewer.close(code, brief).onFailure(e -> log.debug("close: {}", e.getMessage()));
    desktop.close().onFailure(e -> log.debug("close: {}", e.getMessage()));
    log.info("desktop closed desktop={} user={} reason={}", grant.desktop(), grant.user(), reason);
  }
}
