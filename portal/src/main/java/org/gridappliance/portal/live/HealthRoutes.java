package org.gridappliance.portal.live;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.people.Principal;
import org.gridappliance.portal.security.Gate;

/** {@code /healthz} and {@code /metrics}. */
public final class HealthRoutes implements AutoCloseable {
  private final PrometheusMeterRegistry metrics =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final Supplier<Optional<String>> trouble;
  private final Executor virtualThreads;

  /**
   * @param trouble why the portal cannot serve, in words; empty when all is well. May block.
   */
  public HealthRoutes(Supplier<Optional<String>> trouble, Executor virtualThreads) {
    this.trouble = trouble;
    this.virtualThreads = virtualThreads;
  }

  /** Takes up the JVM's own figures; slow enough to be done after the start. */
  public void bindJvm() {
    new JvmMemoryMetrics().bindTo(metrics);
    new JvmThreadMetrics().bindTo(metrics);
    new ProcessorMetrics().bindTo(metrics);
    new UptimeMetrics().bindTo(metrics);
    collections.bindTo(metrics);
  }

  public PrometheusMeterRegistry metrics() {
    return metrics;
  }

  /** Counts an answer. */
  public void answered(String operation, int status, long nanos) {
    Timer.builder("http.requests")
        .tag("operation", operation)
        .tag("status", Integer.toString(status))
        .register(metrics)
        .record(java.time.Duration.ofNanos(nanos));
  }

  /** 200 when the database answers and the disk has room, else 503 with the reason. */
  public void healthz(RoutingContext routing) {
    var context = routing.vertx().getOrCreateContext();
    virtualThreads.execute(
        () -> {
          Optional<String> reason = trouble.get();
          context.runOnContext(
              v -> {
                JsonObject body =
                    reason
                        .map(r -> new JsonObject().put("status", "trouble").put("reason", r))
                        .orElseGet(() -> new JsonObject().put("status", "ok"));
                routing
                    .response()
                    .setStatusCode(reason.isPresent() ? 503 : 200)
                    .putHeader("Content-Type", "application/json")
                    .putHeader("Cache-Control", "no-store")
                    .end(body.toBuffer());
              });
        });
  }

  /** Prometheus text, for this machine itself or an administrator. */
  public void scrape(RoutingContext routing) {
    boolean administrator =
        Gate.principal(routing).map(Principal::administrator).orElse(Boolean.FALSE);
    if (!administrator && !loopback(routing.request().remoteAddress().hostAddress())) {
      throw Problem.forbidden("metrics are for this machine itself or an administrator's token");
    }
    var context = routing.vertx().getOrCreateContext();
    virtualThreads.execute(
        () -> {
          String text = metrics.scrape();
          context.runOnContext(
              v ->
                  routing
                      .response()
                      .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                      .end(text));
        });
  }

  private static boolean loopback(String address) {
    try {
      return InetAddress.getByName(address).isLoopbackAddress(); // a literal: no look-up
    } catch (UnknownHostException e) {
      return false;
    }
  }

  @Override
  public void close() {
    collections.close();
    metrics.close();
  }
}
