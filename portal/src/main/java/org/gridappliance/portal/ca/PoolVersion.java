package org.gridappliance.portal.ca;

import io.vertx.core.Context;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells machines at once that a certificate was issued, revoked or refused: {@code GET
 * /pool-version?after=WORD} is answered with the present word when it is another one than WORD,
 * else when it becomes another one, else after 25 s. The word is another one after each start.
 *
 * <p>Held on the event loop, so a machine that waits costs its connection alone; at most {@value
 * #MOST} wait, {@value #MOST_OF_ONE} of one address; others get 503 and go on by their rounds. Safe
 * for all threads.
 */
final class PoolVersion {
  private static final int MOST = 10_000;
  private static final int MOST_OF_ONE = 256; // a lab behind one address
  private static final long LONGEST_MILLIS = 25_000;

  private final String start = UUID.randomUUID().toString().substring(0, 8);
  private final AtomicLong changes = new AtomicLong();
  private final Map<RoutingContext, Waiting> waiting = new ConcurrentHashMap<>();
  private final Map<String, Integer> ofOne = new ConcurrentHashMap<>();

  private record Waiting(Context context, long timer, String address) {}

  /** Answers all that wait. */
  void changed() {
    changes.incrementAndGet();
    waiting.forEach((routing, held) -> held.context().runOnContext(v -> answer(routing)));
  }

  private String word() {
    return start + "-" + changes.get();
  }

  /** On the event loop. */
  void answerWhenChanged(RoutingContext routing) {
    if (!word().equals(routing.request().getParam("after"))) {
      respond(routing);
      return;
    }
    String address = routing.request().remoteAddress().hostAddress();
    if (waiting.size() >= MOST || ofOne.getOrDefault(address, 0) >= MOST_OF_ONE) {
      routing.response().setStatusCode(503).putHeader("Retry-After", "3").end();
      return;
    }
    ofOne.merge(address, 1, Integer::sum);
    String known = word();
    long timer = routing.vertx().setTimer(LONGEST_MILLIS, t -> answer(routing));
    waiting.put(routing, new Waiting(routing.vertx().getOrCreateContext(), timer, address));
    routing.response().closeHandler(v -> forget(routing));
    if (!known.equals(word())) { // it changed before this one waited
      answer(routing);
    }
  }

  private boolean forget(RoutingContext routing) {
    Waiting held = waiting.remove(routing);
    if (held == null) {
      return false;
    }
    routing.vertx().cancelTimer(held.timer());
    ofOne.computeIfPresent(held.address(), (address, n) -> n > 1 ? n - 1 : null);
    return true;
  }

  private void answer(RoutingContext routing) {
    if (forget(routing)) {
      respond(routing);
    }
  }

  private void respond(RoutingContext routing) {
    if (!routing.response().closed()) {
      routing
          .response()
          .putHeader("Content-Type", "text/plain; charset=utf-8")
          .putHeader("Cache-Control", "no-store")
          .end(word() + "\n");
    }
  }
}
