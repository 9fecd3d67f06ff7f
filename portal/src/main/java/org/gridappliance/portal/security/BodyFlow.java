package org.gridappliance.portal.security;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Keeps a request's body from flowing away while a handler waits for something else. A handler that
 * waits calls {@link #hold} before and {@link #goOn} after; the one that reads the body calls
 * {@link #claim} and lets it flow itself. All on the request's event loop.
 */
public final class BodyFlow {
  private static final String CLAIMED = "body.claimed";

  private BodyFlow() {}

  /** Stops the body until {@link #goOn}. */
  public static void hold(RoutingContext routing) {
    routing.put(CLAIMED, true);
    if (!routing.request().isEnded()) {
      routing.request().pause();
    }
  }

  /** Runs the next handlers; a body that none of them claimed flows away. */
  public static void goOn(RoutingContext routing) {
    routing.remove(CLAIMED);
    routing.next();
    letFlow(routing);
  }

  /** Fails the request; its body flows away. */
  public static void fail(RoutingContext routing, Throwable failure) {
    routing.remove(CLAIMED);
    routing.fail(failure);
    letFlow(routing);
  }

  /** Takes the body over: paused, to be fetched or resumed once handlers are set. */
  public static HttpServerRequest claim(RoutingContext routing) {
    hold(routing);
    return routing.request();
  }

  private static void letFlow(RoutingContext routing) {
    if (routing.get(CLAIMED) == null && !routing.request().isEnded()) {
      routing.request().resume();
    }
  }
}
