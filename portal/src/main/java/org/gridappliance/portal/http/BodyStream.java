package org.gridappliance.portal.http;

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
public final class BodyStream {
  private static final int AHEAD = 16;
  private static final int WAIT_SECONDS = 60;

  private sealed interface Part {
    record Bytes(Buffer buffer) implements Part {}

    record End() implements Part {}

    record Broken(String why) implements Part {}
  }

  private final HttpServerRequest request;
  private final Context context;
  private final BlockingQueue<Part> parts = new ArrayBlockingQueue<>(AHEAD + 4);

  /** Begins to read a paused request. Call on its event loop. */
  public BodyStream(HttpServerRequest request, Context context) {
    this.request = request;
    this.context = context;
    request.handler(buffer -> offer(new Part.Bytes(buffer)));
    request.endHandler(v -> offer(new Part.End()));
    request.exceptionHandler(e -> offer(new Part.Broken("the sender is gone")));
    request.fetch(AHEAD);
  }

  private void offer(Part part) {
    boolean _ = parts.offer(part); // cannot be full: AHEAD buffers, an end, a failure, a break
  }

  /**
   * {@return the next bytes, or null at the end}
   *
   * @throws IOException when the sender is gone or sends nothing for {@value #WAIT_SECONDS} s
   */
  public @Nullable Buffer next() throws IOException {
    try {
      return switch (parts.poll(WAIT_SECONDS, TimeUnit.SECONDS)) {
        case null -> throw new IOException("nothing came for " + WAIT_SECONDS + " s");
        case Part.Bytes bytes -> {
          context.runOnContext(v -> request.fetch(1));
          yield bytes.buffer();
        }
        case Part.End end -> null;
        case Part.Broken broken -> throw new IOException(broken.why());
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the portal is stopping", e);
    }
  }

  /** Has the reader fail at its next read, from any thread. */
  public void breakOff(String why) {
    offer(new Part.Broken(why));
  }

  /** Takes no more; what still comes flows away. */
  public void stop() {
    context.runOnContext(
        v -> {
          if (!request.isEnded()) {
            request.handler(b -> {}).resume();
          }
        });
  }
}
