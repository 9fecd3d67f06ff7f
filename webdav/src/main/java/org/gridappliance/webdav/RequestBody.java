package org.gridappliance.webdav;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A request's body as a sequence of buffers. The network is asked for the next buffer only when one
 * was taken, so at most {@link #AHEAD} lie in memory; waiting for a slow client holds a virtual
 * thread and nothing else. Made on the event loop with the request paused; read by one thread.
 */
public final class RequestBody {
  private static final int AHEAD = 8;

  private sealed interface Part {}

  private record Bytes(Buffer buffer) implements Part {}

  private record End() implements Part {}

  private record Broken(String why) implements Part {}

  private final HttpServerRequest request;
  private final Context context;
  // bounded by what is asked for: AHEAD buffers, one end, one failure
  private final BlockingQueue<Part> parts = new LinkedBlockingQueue<>();
  private volatile boolean isOver;
  private volatile boolean isDiscarding;

  /** Begins to read a paused request. Call on its event loop. */
  public RequestBody(HttpServerRequest request, Context context) {
    this.request = request;
    this.context = context;
    request.handler(
        buffer -> {
          if (!isDiscarding) {
            parts.add(new Bytes(buffer));
          }
        });
    request.endHandler(
        end -> {
          isOver = true;
          parts.add(new End());
        });
    request.exceptionHandler(e -> parts.add(new Broken(String.valueOf(e.getMessage()))));
    request.fetch(AHEAD);
  }

  /** {@return the next bytes; empty at the end} */
  public Optional<Buffer> next() throws IOException {
    try {
      return switch (parts.take()) {
        case Bytes bytes -> {
          context.runOnContext(v -> request.fetch(1));
          yield Optional.of(bytes.buffer());
        }
        case End end -> {
          parts.add(end);
          yield Optional.empty();
        }
        case Broken broken -> throw new IOException("the client went away: " + broken.why());
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the server stops", e);
    }
  }

  /**
   * {@return the whole body}
   *
   * @throws DavException 413 when it has more than {@code limit} bytes
   */
  byte[] all(int limit) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Optional<Buffer> part = next(); part.isPresent(); part = next()) {
      if (bytes.size() + part.get().length() > limit) {
        throw new DavException(413, "the request's XML has more than " + limit + " bytes");
      }
      bytes.write(part.get().getBytes());
    }
    return bytes.toByteArray();
  }

  /** Lets what the client still sends pass unseen, so that it can read the answer. */
  public void discardRest() {
    isDiscarding = true;
    context.runOnContext(
        v -> {
          if (!isOver) {
            request.resume();
          }
        });
  }
}
