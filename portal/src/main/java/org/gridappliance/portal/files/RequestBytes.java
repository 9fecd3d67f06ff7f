package org.gridappliance.portal.files;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A request's body for one reader on a virtual thread. At most {@value #AHEAD} buffers are taken
 * from the connection ahead of the reader, so a slow disk slows the sender.
 */
final class RequestBytes {
  private static final int AHEAD = 16;
  private static final int WAIT_SECONDS = 60;

  private sealed interface Part {
    record Bytes(Buffer buffer) implements Part {}

    record End() implements Part {}

    record Broken(Throwable cause) implements Part {}
  }

  private final HttpServerRequest request;
  private final Context context;
  private final BlockingQueue<Part> parts = new ArrayBlockingQueue<>(AHEAD + 2);

  /** Begins to read a paused request. Call on its event loop. */
  RequestBytes(HttpServerRequest request, Context context) {
    this.request = request;
    this.context = context;
    request.handler(buffer -> offer(new Part.Bytes(buffer)));
    request.endHandler(v -> offer(new Part.End()));
    request.exceptionHandler(e -> offer(new Part.Broken(e)));
    request.fetch(AHEAD);
  }

  private void offer(Part part) {
    boolean _ = parts.offer(part); // cannot be full: AHEAD buffers, then an end or a failure
  }

  /**
   * {@return the next bytes, or null at the end}
   *
   * @throws IOException when the sender is gone or sends nothing for {@value #WAIT_SECONDS} s
   */
  @Nullable Buffer next() throws IOException {
    try {
      return switch (parts.poll(WAIT_SECONDS, TimeUnit.SECONDS)) {
        case null -> throw new IOException("nothing came for " + WAIT_SECONDS + " s");
        case Part.Bytes bytes -> {
          context.runOnContext(v -> request.fetch(1));
          yield bytes.buffer();
        }
        case Part.End end -> null;
        case Part.Broken broken -> throw new IOException("the sender is gone", broken.cause());
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the portal is stopping", e);
    }
  }

  /** Takes no more; what still comes flows away. */
  void stop() {
    context.runOnContext(
        v -> {
          if (!request.isEnded()) {
            request.handler(b -> {}).resume();
          }
        });
  }
}
