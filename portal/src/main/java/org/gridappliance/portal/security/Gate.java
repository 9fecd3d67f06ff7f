package org.gridappliance.portal.security;

import io.vertx.core.Context;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.people.People;
import org.gridappliance.portal.people.Principal;
import org.gridappliance.portal.people.Scope;
import org.jspecify.annotations.Nullable;

/**
 * What every request passes, in this order: Host (421), Origin (403), who it is (401), what the
 * token may do (403), the CSRF header of a session (403). Handlers run on the event loop; the
 * people are asked on a virtual thread while the request is paused.
 */
public final class Gate {
  private static final String PRINCIPAL = "principal";
  private static final String API = "/api/v1";
  private static final Set<HttpMethod> SAFE =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  private final People people;
  private final HostNames names;
  private final Executor virtualThreads;
  private final boolean tls;

  public Gate(People people, HostNames names, Executor virtualThreads, boolean tls) {
    this.people = people;
    this.names = names;
    this.virtualThreads = virtualThreads;
    this.tls = tls;
  }

  /** Host and Origin: for every route. */
  public void checkSite(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    Headers.basic(routing.response(), tls);
    String host = host(request);
    if (!names.allow(host)) {
      throw new Problem(
          421,
          "Unknown host",
          "this portal is not called "
              + host
              + "; add the name to `names` in appliance.yaml, or use http://localhost");
    }
    boolean upgrade = request.headers().contains("Upgrade");
    if (upgrade || !SAFE.contains(request.method())) {
      String origin = request.getHeader("Origin");
      String site = request.getHeader("Sec-Fetch-Site");
      boolean foreign =
          origin == null
              ? "cross-site".equals(site) || "same-site".equals(site)
              : !HostNames.sameOrigin(origin, String.valueOf(host), tls);
      if (foreign) {
        throw Problem.forbidden("a page of another site sent this request; it was refused");
      }
    }
    routing.next();
  }

  /** Who it is: for every route below {@code /api/v1} but the executors'. */
  public void identify(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    String authorization = request.getHeader("Authorization");
    Cookie cookie = request.getCookie("session");
    String whole = routing.normalizedPath();
    String path = whole.startsWith(API + "/") ? whole.substring(API.length()) : whole;
    if ((authorization == null && cookie == null) || path.startsWith("/executors/")) {
      routing.next();
      return;
    }
    BodyFlow.hold(routing);
    Context context = routing.vertx().getOrCreateContext();
    virtualThreads.execute(
        () -> {
          Optional<Principal> principal;
          try {
            principal = authenticate(request, path, authorization, cookie);
          } catch (RuntimeException e) { // a Problem, or a database that fails: the failure handler
            context.runOnContext(v -> BodyFlow.fail(routing, e));
            return;
          }
          context.runOnContext(
              v -> {
                principal.ifPresent(p -> routing.put(PRINCIPAL, p));
                BodyFlow.goOn(routing);
              });
        });
  }

  /** {@return whom a request comes from, once it was identified} */
  public static Optional<Principal> principal(RoutingContext routing) {
    return Optional.ofNullable(routing.get(PRINCIPAL));
  }

  private Optional<Principal> authenticate(
      HttpServerRequest request,
      String path,
      @Nullable String authorization,
      @Nullable Cookie cookie) {
    if (authorization != null) {
      return Optional.of(byHeader(request, path, authorization));
    }
    Optional<Principal> principal =
        cookie == null ? Optional.empty() : people.bySession(cookie.getValue());
    if (principal.isPresent() && !SAFE.contains(request.method())) {
      String csrf = request.getHeader("X-CSRF-Token");
      if (!enters(request.method(), path) && (csrf == null || !principal.get().csrfIs(csrf))) {
        throw Problem.forbidden(
            "the header X-CSRF-Token is missing or not this session's; GET /api/v1/session tells"
                + " it");
      }
    }
    return principal;
  }

  /** Login, setup and registration prove themselves by what they send, also from an old session. */
  private static boolean enters(HttpMethod method, String path) {
    return method.equals(HttpMethod.POST)
        && (path.equals("/session") || path.equals("/setup") || path.equals("/registrations"));
  }

  private Principal byHeader(HttpServerRequest request, String path, String authorization) {
    int space = authorization.indexOf(' ');
    String scheme = (space < 0 ? authorization : authorization.substring(0, space));
    String value = space < 0 ? "" : authorization.substring(space + 1).strip();
    return switch (scheme.toLowerCase(Locale.ROOT)) {
      case "bearer" -> {
        Principal principal =
            people
                .byToken(value)
                .orElseThrow(
                    () ->
                        new Problem(
                            401,
                            "Not logged in",
                            "this token is unknown, expired or revoked; make a new one"));
        Set<Scope> needed = Rights.needed(request.method(), path);
        if (Collections.disjoint(needed, principal.scopes())) {
          throw Problem.forbidden(
              "this token lacks the scope "
                  + String.join(" or ", needed.stream().map(Scope::word).toList()));
        }
        yield principal;
      }
      case "basic" -> {
        if (!request.method().equals(HttpMethod.POST) || !path.equals("/tokens")) {
          throw new Problem(
              401,
              "Not logged in",
              "Basic is accepted by POST /api/v1/tokens alone; send Authorization: Bearer <token>");
        }
        yield basic(value, request.remoteAddress().hostAddress());
      }
      default -> throw new Problem(401, "Not logged in", "send Authorization: Bearer <token>");
    };
  }

  private Principal basic(String value, String address) {
    String pair;
    try {
      pair = new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new Problem(401, "Not logged in", "want Basic with base64 of name:password");
    }
    int colon = pair.indexOf(':');
    if (colon < 0 || pair.length() > 1200) {
      throw new Problem(401, "Not logged in", "want Basic with base64 of name:password");
    }
    return people.byPassword(pair.substring(0, colon), pair.substring(colon + 1), address);
  }

  private static @Nullable String host(HttpServerRequest request) {
    List<String> hosts = request.headers().getAll("Host");
    if (hosts.isEmpty() && request.authority() != null) {
      return request.authority().toString(); // HTTP/2 sends :authority instead
    }
    return hosts.size() == 1 ? hosts.getFirst() : null;
  }
}
