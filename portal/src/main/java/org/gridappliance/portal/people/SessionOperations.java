package org.gridappliance.portal.people;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.portal.audit.AuditLog;

/** Login, logout, the first administrator's setup, and registration. */
final class SessionOperations {
  static final String COOKIE = "session";

  private final People people;

  SessionOperations(People people) {
    this.people = people;
  }

  Map<String, PersonOperation> all() {
    return Map.of(
        "getSession", this::get,
        "login", this::login,
        "logout", this::logout,
        "setup", this::setup,
        "register", this::register);
  }

  private Response get(PersonOperation.Exchange exchange) {
    return Response.ok(session(exchange.principal()));
  }

  private Response login(PersonOperation.Exchange exchange) {
    String address = exchange.request().remoteAddress();
    Principal person =
        people.byPassword(exchange.required("name"), exchange.required("password"), address);
    return begin(exchange, person, "login", 200);
  }

  private Response logout(PersonOperation.Exchange exchange) {
    Principal person = exchange.require();
    if (person.session().isPresent()) {
      people
          .accounts()
          .jdbi()
          .useTransaction(
              handle -> {
                people.sessions().end(handle, person.session().get());
                people
                    .audit()
                    .append(
                        handle,
                        person.name(),
                        "logout",
                        null,
                        null,
                        exchange.request().remoteAddress());
              });
    }
    return new Response(204, null, Map.of("Set-Cookie", cookie("", 0, exchange.tls())));
  }

  private Response setup(PersonOperation.Exchange exchange) {
    try {
      Account made =
          people
              .setup()
              .redeem(
                  exchange.required("secret"),
                  exchange.required("name"),
                  exchange.required("password"),
                  exchange.text("fullName").orElse(null),
                  exchange.request().remoteAddress());
      return begin(exchange, principal(made), "login", 201);
    } catch (IOException e) {
      throw new UncheckedIOException("the setup link was not removed", e);
    }
  }

  private Response register(PersonOperation.Exchange exchange) {
    String registration = people.live().get().registration();
    if (registration.equals("closed")) {
      throw Problem.forbidden("registration is closed here; ask an administrator for an account");
    }
    if (!people.hasAdministrator()) {
      throw Problem.forbidden("this appliance has no administrator yet; open its setup link first");
    }
    String address = exchange.request().remoteAddress();
    people.throttle().count(List.of("registration " + address));
    boolean open = registration.equals("open");
    Account made =
        people.make(
            new Accounts.NewAccount(
                exchange.required("name"),
                people.passwords().hash(exchange.required("password")),
                exchange.text("fullName").orElse(null),
                exchange.text("email").orElse(null),
                exchange.text("reason").orElse(null),
                open ? Account.Status.ACTIVE : Account.Status.WAITING,
                People.scientist()),
            AuditLog.NOBODY,
            open ? "user.registered" : "user.asked",
            address);
    return open
        ? begin(exchange, principal(made), "login", 201)
        : new Response(202, null, Map.of());
  }

  /** Begins a session and answers with it; a session the browser had before ends. */
  private Response begin(
      PersonOperation.Exchange exchange, Principal person, String action, int status) {
    String cookie =
        people
            .accounts()
            .jdbi()
            .inTransaction(
                handle -> {
                  exchange
                      .principal()
                      .flatMap(Principal::session)
                      .ifPresent(old -> people.sessions().end(handle, old));
                  people.accounts().loggedIn(handle, person.account());
                  people
                      .audit()
                      .append(
                          handle,
                          person.name(),
                          action,
                          null,
                          null,
                          exchange.request().remoteAddress());
                  return people.sessions().begin(handle, person.account());
                });
    Principal logged =
        new Principal(
            person.account(), person.name(), person.roles(), person.scopes(), Optional.of(cookie));
    return new Response(
        status,
        session(Optional.of(logged)),
        Map.of("Set-Cookie", cookie(cookie, people.sessions().life().toSeconds(), exchange.tls())));
  }

  private Map<String, Object> session(Optional<Principal> principal) {
    LiveSettings.Values settings = people.live().get();
    Map<String, Object> body = new HashMap<>();
    body.put("user", principal.flatMap(p -> people.accounts().find(p.name())).orElse(null));
    body.put("csrf", principal.flatMap(Principal::csrf).orElse(""));
    body.put(
        "portal",
        Map.of(
            "name", settings.name(),
            "version", people.version(),
            "registration", settings.registration(),
            "setupNeeded", !people.hasAdministrator()));
    return body;
  }

  private static Principal principal(Account account) {
    return new Principal(
        account.id(),
        account.name(),
        Set.copyOf(account.roles()),
        Principal.EVERYTHING,
        Optional.empty());
  }

  private static String cookie(String value, long seconds, boolean tls) {
    return COOKIE
        + "="
        + value
        + "; Path=/; HttpOnly; SameSite=Strict; Max-Age="
        + seconds
        + (tls ? "; Secure" : "");
  }
}
