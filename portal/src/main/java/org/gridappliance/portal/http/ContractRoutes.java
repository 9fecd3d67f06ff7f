package org.gridappliance.portal.http;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import org.gridappliance.portal.security.BodyFlow;

/**
 * Mounts the operations as soon as the contract is read, holds early requests back until then, and
 * serves the contract itself.
 */
public final class ContractRoutes {
  private final Router api;
  private final CompletableFuture<Sent> mounted;

  /**
   * @param api the router below {@code /api/v1}, for operations and plain routes
   */
  public ContractRoutes(
      Router api, CompletableFuture<Contract> contract, OperationRoutes operations) {
    this.api = api;
    this.mounted =
        contract.thenApply(
            loaded -> {
              operations.mount(api, loaded);
              return Sent.of(loaded.yaml());
            });
  }

  /** Adds the routes below {@code /api/v1} to the portal's router. */
  public void mount(Router router) {
    router.get("/api/v1/openapi.yaml").handler(this::send);
    router.route("/api/v1/*").handler(this::await);
    router.route("/api/v1/*").subRouter(api);
  }

  /** Waits until the operations are mounted. */
  public void join() {
    mounted.join();
  }

  private void send(RoutingContext routing) {
    var context = routing.vertx().getOrCreateContext();
    var _ =
        mounted.whenComplete(
            (sent, error) ->
                context.runOnContext(
                    v -> {
                      if (error != null) {
                        routing.fail(error);
                        return;
                      }
                      send(routing, sent);
                    }));
  }

  /**
   * With an entity tag: a program keeps its copy until the portal is another (RFC 9110 §13.1.2).
   */
  private static void send(RoutingContext routing, Sent sent) {
    routing.response().putHeader("ETag", sent.tag).putHeader("Cache-Control", "no-cache");
    if (sent.tag.equals(routing.request().getHeader("If-None-Match"))) {
      routing.response().setStatusCode(304).end();
      return;
    }
    routing.response().putHeader("Content-Type", "application/yaml; charset=utf-8").end(sent.yaml);
  }

  /** The contract as it is sent, written once. */
  private record Sent(String yaml, String tag) {
    static Sent of(String yaml) {
      try {
        byte[] hash =
            MessageDigest.getInstance("SHA-256").digest(yaml.getBytes(StandardCharsets.UTF_8));
        return new Sent(yaml, '"' + HexFormat.of().formatHex(hash) + '"');
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java has SHA-256", e);
      }
    }
  }

  private void await(RoutingContext routing) {
    if (mounted.isDone()) {
      mounted.join();
      routing.next();
      return;
    }
    BodyFlow.hold(routing);
    var context = routing.vertx().getOrCreateContext();
    var _ =
        mounted.whenComplete(
            (sent, error) ->
                context.runOnContext(
                    v -> {
                      if (error == null) {
                        BodyFlow.goOn(routing);
                      } else {
                        BodyFlow.fail(routing, error);
                      }
                    }));
  }
}
