package org.gridappliance.portal.live;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells the announcement on every event stream: once when a stream opens, and again when an
 * administrator changes it. Thread-safe. Holds open streams only, of which job-api allows a bounded
 * number.
 */
public final class Announcements {
  private final Set<HttpServerResponse> streams = ConcurrentHashMap.newKeySet();

  /** Joins a stream whose head was written. */
  public void join(HttpServerResponse stream, @Nullable String text) {
    streams.removeIf(Announcements::gone);
    streams.add(stream);
    tell(stream, text);
  }

  /** Tells all streams. */
  public void publish(@Nullable String text) {
    streams.removeIf(Announcements::gone);
    streams.forEach(stream -> tell(stream, text));
  }

  private static void tell(HttpServerResponse stream, @Nullable String text) {
    if (!gone(stream) && !stream.writeQueueFull()) {
      String data = new JsonObject().put("text", text).encode();
      stream.write("event: announcement\ndata: " + data + "\n\n");
    }
  }

  private static boolean gone(HttpServerResponse stream) {
    return stream.closed() || stream.ended();
  }
}
