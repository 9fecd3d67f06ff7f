package org.gridappliance.portal.shares;

import io.vertx.core.http.Cookie;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.people.Secrets;

/**
 * Browsers that opened a link, in memory: a restart has the page open it again. The cookie goes to
 * that link's own paths alone. Holds at most {@value #MOST}; the oldest is dropped. Thread-safe.
 */
public final class LinkSessions {
  private static final Duration LIFE = Duration.ofHours(12);
  private static final int MOST = 10_000;

  private final Clock clock;
  private final Map<String, Instant> sessions = new LinkedHashMap<>(); // guarded by this

  public LinkSessions(Clock clock) {
    this.clock = clock;
  }

  /** {@return the Set-Cookie header of a new session with a link} */
  synchronized String begin(long link, boolean tls) {
    String secret = Secrets.random();
    sessions.put(key(link, secret), clock.instant().plus(LIFE));
    var oldest = sessions.keySet().iterator();
    while (sessions.size() > MOST) {
      oldest.next();
      oldest.remove();
    }
    return "link="
        + secret
        + "; Path=/api/v1/links/"
        + link
        + "; Max-Age="
        + LIFE.toSeconds()
        + "; HttpOnly; SameSite=Strict"
        + (tls ? "; Secure" : "");
  }

  /**
   * {@return the number of the link in a route's path, which this browser opened}
   *
   * @throws Problem 403 when it has not
   */
  public long require(RoutingContext routing) {
    String number = String.valueOf(routing.pathParam("link"));
    Cookie cookie = routing.request().getCookie("link");
    if (!number.matches("[0-9]{1,18}") || cookie == null || !holds(number, cookie.getValue())) {
      throw Problem.forbidden("open the link again: this browser has not opened it lately");
    }
    return Long.parseLong(number);
  }

  private synchronized boolean holds(String number, String secret) {
    Instant end = sessions.get(key(Long.parseLong(number), secret));
    return end != null && end.isAfter(clock.instant());
  }

  private static String key(long link, String secret) {
    return link + " " + java.util.HexFormat.of().formatHex(Secrets.hash(secret));
  }
}
