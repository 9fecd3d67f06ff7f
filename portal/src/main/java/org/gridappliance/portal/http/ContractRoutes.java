package org.gridappliance.portal.http;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Mounts the operations as soon as the contract is read, holds early requests back until then, and
 * serves the contract itself.
 */
public final class ContractRoutes {
  private final Router api;
  private final CompletableFuture<Contract> mounted;

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
              return loaded;
            });
  }

  /** Adds the routes below {@code /api/v1} to the portal's router. */
  public void mount(Router router) {
    router.get("/api/v1/openapi.yaml").handler(this::send);
    router.route("/api/v1/*").handler(routing -> whenMounted(routing, contract -> routing.next()));
    router.route("/api/v1/*").subRouter(api);
  }

  /** Waits until the operations are mounted. */
  public void join() {
    mounted.join();
  }

  private void send(RoutingContext routing) {
    whenMounted(
        routing,
        contract ->
            routing
                .response()
                .putHeader("Content-Type", "application/yaml; charset=utf-8")
                .end(contract.yaml()));
  }

  private void whenMounted(RoutingContext routing, Consumer<Contract> then) {
    if (mounted.isDone()) {
      then.accept(mounted.join());
      return;
    }
    routing.request().pause();
    var context = routing.vertx().getOrCreateContext();
    var _ =
        mounted.whenComplete(
            (contract, error) ->
                context.runOnContext(
                    v -> {
                      routing.request().resume();
                      if (error == null) {
                        then.accept(contract);
                      } else {
                        routing.fail(error);
                      }
                    }));
  }
}
