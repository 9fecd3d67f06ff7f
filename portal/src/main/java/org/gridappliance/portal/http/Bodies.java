package org.gridappliance.portal.http;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.security.BodyFlow;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON bodies, each up to a limit and all together up to {@value #TOTAL_BYTES} bytes; more is
 * refused with 503. A body that does not end within {@value #WAIT_MILLIS} ms is refused. Used on
 * the event loop; the budget is shared by all of them.
 */
final class Bodies {
  private static final long TOTAL_BYTES = 64L << 20;
  private static final long WAIT_MILLIS = 60_000;

  private final Vertx vertx;
  private final AtomicLong held = new AtomicLong();

  Bodies(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * Reads a body and hands over it or what is wrong with it, once. The bytes count against the
   * budget until {@link #done}.
   */
  void read(
      RoutingContext routing, long limit, BiConsumer<@Nullable Buffer, @Nullable Problem> handler) {
    Reading reading = new Reading(limit, handler);
    HttpServerRequest request = routing.request();
    String length = request.getHeader("Content-Length");
    if (length != null && length.length() < 19 && Long.parseLong(length) > limit) {
      reading.fail(tooLarge(limit));
      return;
    }
    BodyFlow.claim(routing);
    long timer =
        vertx.setTimer(
            WAIT_MILLIS,
            t -> reading.fail(new Problem(408, "Too slow", "the body did not arrive within 60 s")));
    request.handler(reading::add);
    request.exceptionHandler(
        e -> {
          vertx.cancelTimer(timer);
          reading.fail(new Problem(400, "Not valid", "the body ended early"));
        });
    request.endHandler(
        v -> {
          vertx.cancelTimer(timer);
          reading.end();
        });
    request.resume();
  }

  /** Gives the bytes of a body back to the budget. */
  void done(int bytes) {
    held.addAndGet(-bytes);
  }

  private static Problem tooLarge(long limit) {
    return new Problem(413, "Too large", "want a body of at most " + limit + " bytes");
  }

  private final class Reading {
    private final long limit;
    private final BiConsumer<@Nullable Buffer, @Nullable Problem> handler;
    private final Buffer bytes = Buffer.buffer();
    private boolean over;

    Reading(long limit, BiConsumer<@Nullable Buffer, @Nullable Problem> handler) {
      this.limit = limit;
      this.handler = handler;
    }

    void add(Buffer part) {
      if (over) {
        return;
      }
      if (bytes.length() + (long) part.length() > limit) {
        fail(tooLarge(limit));
      } else if (held.addAndGet(part.length()) > TOTAL_BYTES) {
        held.addAndGet(-part.length());
        fail(new Problem(503, "Busy", "too many large requests at once; try again"));
      } else {
        bytes.appendBuffer(part);
      }
    }

    void fail(Problem problem) {
      if (!over) {
        over = true;
        done(bytes.length());
        handler.accept(null, problem);
      }
    }

    void end() {
      if (!over) {
        over = true;
        handler.accept(bytes, null);
      }
    }
  }
}
