package org.gridappliance.portal.live;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells the announcement on every event stream, once when a stream opens and again when an
 * administrator changes it; and on those of CA administrators how many certificate requests wait.
 * Thread-safe. Holds open streams only, of which job-api allows a bounded number.
 */
public final class Announcements {
  private final Set<HttpServerResponse> streams = ConcurrentHashMap.newKeySet();
  private final Set<HttpServerResponse> deciders = ConcurrentHashMap.newKeySet();

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

  /** Joins the stream of somebody who decides certificate requests. */
  public void joinDeciders(HttpServerResponse stream, int waiting) {
    deciders.removeIf(Announcements::gone);
    deciders.add(stream);
    tell(stream, waiting, null);
  }

  /**
   * Tells who decides how many certificate requests wait.
   *
   * @param asks the address that a new one asks for
   */
  public void publishWaiting(int waiting, @Nullable String asks) {
    deciders.removeIf(Announcements::gone);
    deciders.forEach(stream -> tell(stream, waiting, asks));
  }

  private static void tell(HttpServerResponse stream, @Nullable String text) {
    write(stream, "announcement", new JsonObject().put("text", text));
  }

  private static void tell(HttpServerResponse stream, int waiting, @Nullable String asks) {
    write(stream, "certificates", new JsonObject().put("waiting", waiting).put("asks", asks));
  }

  private static void write(HttpServerResponse stream, String event, JsonObject data) {
    if (!gone(stream) && !stream.writeQueueFull()) {
      stream.write("event: " + event + "\ndata: " + data.encode() + "\n\n");
    }
  }

  private static boolean gone(HttpServerResponse stream) {
    return stream.closed() || stream.ended();
  }
}
