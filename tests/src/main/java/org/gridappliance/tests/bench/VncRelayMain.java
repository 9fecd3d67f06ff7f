package org.gridappliance.tests.bench;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import java.time.InstantSource;
import java.util.List;
import org.gridappliance.vnc.VncProxy;
import org.gridappliance.vnc.ticket.Grant;
import org.gridappliance.vnc.ticket.TicketStore;

/**
 * The relay alone, on a server set up as the portal's: {@code VncRelayMain SOCKET PORT}. {@code
 * /ticket} gives a ticket for the desktop at that socket. Runs until it is killed.
 */
public final class VncRelayMain {
  private VncRelayMain() {}

  /** Starts. */
  public static void main(String[] arguments) throws Exception {
    SocketAddress desktop = SocketAddress.domainSocketAddress(arguments[0]);
    Vertx vertx =
        Vertx.vertx(
            new VertxOptions()
                .setPreferNativeTransport(true)
                .setEventLoopPoolSize(Math.max(2, Runtime.getRuntime().availableProcessors())));
    TicketStore tickets = new TicketStore(InstantSource.system());
    VncProxy proxy = new VncProxy(vertx, tickets, origin -> true);
    Router router = Router.router(vertx);
    router
        .get("/ticket")
        .handler(routing -> routing.end(tickets.issue(new Grant("eva", "7", false, desktop))));
    router.get("/vnc").handler(routing -> proxy.handle(routing.request()));
    HttpServerOptions options =
        new HttpServerOptions()
            .setIdleTimeout(90)
            .setWebSocketSubProtocols(List.of(VncProxy.SUBPROTOCOL))
            .setPerMessageWebSocketCompressionSupported(false)
            .setPerFrameWebSocketCompressionSupported(false)
            .setMaxWebSocketFrameSize(1 << 20)
            .setMaxWebSocketMessageSize(4 << 20);
    vertx
        .createHttpServer(options)
        .requestHandler(router)
        .listen(Integer.parseInt(arguments[1]), "127.0.0.1")
        .await();
    System.out.println("listens");
    Thread.currentThread().join();
  }
}
