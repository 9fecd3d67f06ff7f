package org.gridappliance.vnc;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.impl.ConnectionBase;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.gridappliance.vnc.dialect.Dialect;
import org.gridappliance.vnc.rfb.Rfb;
import org.gridappliance.vnc.ticket.Grant;
import org.gridappliance.vnc.ticket.TicketStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers WebSocket upgrades: origin → ticket → upstream connection → upgrade → {@link Pump}. Runs
 * on the event loop of the request. The server it is mounted on must offer the subprotocol {@value
 * #SUBPROTOCOL} and no compression.
 *
 * <p>The ticket travels as a second subprotocol, {@code ticket.<ticket>}, because an address ends
 * in logs and histories. Nothing is opened upstream before the ticket is redeemed, and the upgrade
 * is accepted only when upstream is connected, so a page learns of a stopped desktop by status 502.
 */
public final class VncProxy implements Handler<HttpServerRequest> {
  public static final String SUBPROTOCOL = "binary";

  private static final Logger log = LoggerFactory.getLogger(VncProxy.class);
  private static final String TICKET = "ticket.";

  /** Bytes; one system call moves as much when a desktop sends as fast as it can. */
  private static final int LARGEST_READ = 128 << 10;

  private final Vertx vertx;
  private final TicketStore tickets;
  private final Predicate<URI> allowedOrigin;
  private final NetClient client;
  private final Function<Grant, Dialect> dialects;
  private final PumpStats stats = new PumpStats();
  private final Set<Pump> pumps = ConcurrentHashMap.newKeySet();

  /** A relay of remote framebuffers. */
  public VncProxy(Vertx vertx, TicketStore tickets, Predicate<URI> allowedOrigin) {
    this(vertx, tickets, allowedOrigin, grant -> new Rfb(grant.viewOnly()));
  }

  /**
   * A relay of another protocol.
   *
   * @param allowedOrigin whether a page of this origin may connect
   * @param dialects makes the protocol of one connection
   */
  public VncProxy(
      Vertx vertx,
      TicketStore tickets,
      Predicate<URI> allowedOrigin,
      Function<Grant, Dialect> dialects) {
    this.dialects = dialects;
    this.vertx = vertx;
    this.tickets = tickets;
    this.allowedOrigin = allowedOrigin;
    this.client =
        vertx.createNetClient(
            new NetClientOptions().setConnectTimeout(5_000).setReceiveBufferSize(256 << 10));
  }

  /** Counters since the start, for the metrics page. */
  public PumpStats stats() {
    return stats;
  }

  /** {@return who is connected now} From any thread. */
  public List<Viewer> viewers() {
    return pumps.stream().map(Pump::describe).toList();
  }

  /** Cuts some of those who are connected, with a reason for their pages. From any thread. */
  public void cut(Predicate<Viewer> which, String reason) {
    pumps.stream().filter(pump -> which.test(pump.describe())).forEach(pump -> pump.cut(reason));
  }

  @Override
  public void handle(HttpServerRequest request) {
    if (!originAllowed(request)) {
      refuse(request, 403, "this page may not open desktops here");
      return;
    }
    Optional<Grant> redeemed = ticketOf(request).flatMap(tickets::redeem);
    if (redeemed.isEmpty()) {
      refuse(request, 401, "the ticket is unknown, used or older than 30 s; connect again");
      return;
    }
    Grant grant = redeemed.get();
    request.pause();
    client
        .connect(grant.upstream())
        .onFailure(
            e -> {
              log.info("desktop gone desktop={} user={}", grant.desktop(), grant.user());
              refuse(request, 502, "the desktop does not answer; it may have been stopped");
            })
        .onSuccess(upstream -> upgrade(request, grant, upstream));
  }

  private void upgrade(HttpServerRequest request, Grant grant, NetSocket upstream) {
    upstream.pause();
    // before the first read, after which it is not asked for any more
    ((NetSocketInternal) upstream)
        .channelHandlerContext()
        .channel()
        .config()
        .setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator(64, 2048, LARGEST_READ));
    request
        .toWebSocket()
        .onFailure(
            e -> {
              log.debug("upgrade failed desktop={}: {}", grant.desktop(), e.getMessage());
              upstream.close();
            })
        .onSuccess(
            socket -> {
              log.info(
                  "desktop opened desktop={} user={} viewOnly={}",
                  grant.desktop(),
                  grant.user(),
                  grant.viewOnly());
              Pump pump =
                  new Pump(
                      vertx,
                      ((ConnectionBase) request.connection()).channel(),
                      socket,
                      upstream,
                      grant,
                      dialects.apply(grant),
                      stats,
                      pumps::remove);
              pumps.add(pump);
              pump.start();
            });
  }

  private boolean originAllowed(HttpServerRequest request) {
    String origin = request.getHeader("Origin");
    if (origin == null) {
      return false; // every browser sends one with a WebSocket
    }
    try {
      return allowedOrigin.test(URI.create(origin));
    } catch (IllegalArgumentException e) {
      return false; // not an address at all
    }
  }

  private static Optional<String> ticketOf(HttpServerRequest request) {
    String protocols = request.getHeader("Sec-WebSocket-Protocol");
    return protocols == null
        ? Optional.empty()
        : Arrays.stream(protocols.split(","))
            .map(String::strip)
            .filter(protocol -> protocol.startsWith(TICKET))
            .map(protocol -> protocol.substring(TICKET.length()))
            .findFirst();
  }

  private static void refuse(HttpServerRequest request, int status, String reason) {
    request
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "text/plain; charset=utf-8")
        .end(reason);
  }
}
