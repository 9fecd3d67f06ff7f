package org.gridappliance.portal.desktops;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.gridappliance.vnc.PumpStats;
import org.gridappliance.vnc.Viewer;
import org.gridappliance.vnc.VncProxy;
import org.gridappliance.vnc.terminal.TerminalFrames;
import org.gridappliance.vnc.ticket.Grant;
import org.gridappliance.vnc.ticket.TicketStore;

/**
 * The WebSockets {@code /vnc} and {@code /terminal}. The site's gate has compared Origin with Host
 * before they are asked; a ticket says who it is. Thread-safe.
 */
public final class Relays {
  private final TicketStore vncTickets = new TicketStore(InstantSource.system());
  private final TicketStore terminalTickets = new TicketStore(InstantSource.system());
  private final VncProxy vnc;
  private final VncProxy terminal;

  public Relays(Vertx vertx) {
    vnc = new VncProxy(vertx, vncTickets, origin -> true);
    terminal =
        new VncProxy(
            vertx, terminalTickets, origin -> true, grant -> new TerminalFrames(grant.viewOnly()));
  }

  public void mount(Router router) {
    router.get("/vnc").handler(routing -> vnc.handle(routing.request()));
    router.get("/terminal").handler(routing -> terminal.handle(routing.request()));
  }

  /** {@return a ticket for one connection} */
  String ticket(AgentDesktop desktop, String user, boolean viewOnly, String share) {
    Grant grant =
        new Grant(
            user,
            desktop.id(),
            viewOnly,
            SocketAddress.domainSocketAddress(desktop.socket()),
            share);
    return (desktop.isTerminal() ? terminalTickets : vncTickets).issue(grant);
  }

  /** Adds what the relays have done to the metrics. */
  public void bindTo(MeterRegistry registry) {
    Map<String, PumpStats> all = Map.of("vnc", vnc.stats(), "terminal", terminal.stats());
    all.forEach(
        (kind, stats) -> {
          Tags tags = Tags.of("kind", kind);
          Gauge.builder("relay.connections", stats, PumpStats::open).tags(tags).register(registry);
          count("relay.bytes", stats, PumpStats::bytesDown, tags.and("way", "down"), registry);
          count("relay.bytes", stats, PumpStats::bytesUp, tags.and("way", "up"), registry);
          count("relay.refused", stats, PumpStats::refused, tags, registry);
        });
  }

  private static void count(
      String name,
      PumpStats stats,
      ToDoubleFunction<PumpStats> figure,
      Tags tags,
      MeterRegistry registry) {
    FunctionCounter.builder(name, stats, figure).tags(tags).register(registry);
  }

  /** {@return who looks at what now} */
  List<Viewer> viewers() {
    return Stream.concat(vnc.viewers().stream(), terminal.viewers().stream()).toList();
  }

  void cut(Predicate<Viewer> which, String reason) {
    vnc.cut(which, reason);
    terminal.cut(which, reason);
  }
}
