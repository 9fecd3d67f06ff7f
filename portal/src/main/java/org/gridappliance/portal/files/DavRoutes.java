package org.gridappliance.portal.files;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.people.People;
import org.gridappliance.portal.people.Principal;
import org.gridappliance.portal.people.Scope;
import org.gridappliance.webdav.DavException;
import org.gridappliance.webdav.Home;
import org.gridappliance.webdav.Shared;
import org.gridappliance.webdav.WebDavHandler;

/**
 * {@code /dav/}: the caller's own home over WebDAV. Who it is, Basic with a personal token alone
 * tells: a cookie opens nothing here, so a page of another site can do nothing. The portal serves
 * plain HTTP on loopback only, so the token never crosses a network in the clear.
 */
public final class DavRoutes implements AutoCloseable {
  private static final Set<HttpMethod> READS =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.PROPFIND);

  private static final String PERSON = "dav.person";

  private final People people;
  private final Homes homes;
  private final WebDavHandler handler;

  /** Tells what others share with a person. */
  @FunctionalInterface
  public interface Received {
    List<Shared> of(Principal person) throws IOException;
  }

  public DavRoutes(People people, Homes homes, Received received, WebDavHandler.Meter meter) {
    this.people = people;
    this.homes = homes;
    this.handler =
        new WebDavHandler(
            new WebDavHandler.Options("/dav", false),
            homes.storage(),
            this::home,
            (routing, own) -> received.of(Objects.requireNonNull(routing.<Principal>get(PERSON))),
            meter);
  }

  /** Adds the routes. */
  public void mount(Router router) {
    router.route("/dav").handler(handler);
    router.route("/dav/*").handler(handler);
  }

  private Home home(RoutingContext routing) throws IOException {
    HttpServerRequest request = routing.request();
    Principal person = principal(request);
    routing.put(PERSON, person);
    boolean reads = READS.contains(request.method());
    if (!person.scopes().contains(Scope.FILES)
        && !(reads && person.scopes().contains(Scope.FILES_READ))) {
      throw new DavException(
          403, "this token lacks the scope files" + (reads ? " or files:read" : ""));
    }
    return homes.of(person.name());
  }

  /** The same words for a wrong name, a wrong token, and none: nobody learns who has an account. */
  private Principal principal(HttpServerRequest request) throws DavException {
    try {
      Optional<String[]> pair = basic(request.getHeader("Authorization"));
      if (pair.isPresent()) {
        return people.byNameAndToken(
            pair.get()[0], pair.get()[1], request.remoteAddress().hostAddress());
      }
    } catch (Problem e) {
      if (e.status() != 401) {
        throw new DavException(e.status(), String.valueOf(e.getMessage()));
      }
    }
    request
        .response()
        .putHeader("WWW-Authenticate", "Basic realm=\"Grid Appliance\", charset=\"UTF-8\"");
    throw new DavException(
        401,
        "log in with your account's name and, as password, a token made on your profile page with"
            + " the scope files");
  }

  private static Optional<String[]> basic(@org.jspecify.annotations.Nullable String header) {
    if (header == null
        || header.length() > 1200
        || !header.toLowerCase(Locale.ROOT).startsWith("basic ")) {
      return Optional.empty();
    }
    try {
      String pair =
          new String(
              Base64.getDecoder().decode(header.substring(6).strip()), StandardCharsets.UTF_8);
      int colon = pair.indexOf(':');
      return colon < 0
          ? Optional.empty()
          : Optional.of(new String[] {pair.substring(0, colon), pair.substring(colon + 1)});
    } catch (IllegalArgumentException e) { // not base64
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    handler.close();
  }
}
