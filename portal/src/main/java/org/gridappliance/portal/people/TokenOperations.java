package org.gridappliance.portal.people;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Response;

/** The caller's own tokens. */
final class TokenOperations {
  private static final int DAYS = 90;

  private final People people;

  TokenOperations(People people) {
    this.people = people;
  }

  Map<String, PersonOperation> all() {
    return Map.of(
        "listTokens",
        exchange -> Response.ok(Map.of("tokens", people.tokens().of(exchange.require().account()))),
        "createToken",
        this::create,
        "revokeToken",
        this::revoke);
  }

  private Response create(PersonOperation.Exchange exchange) {
    Principal person = exchange.require();
    Set<Scope> scopes = EnumSet.noneOf(Scope.class);
    exchange.request().body().get("scopes").forEach(s -> scopes.add(Scope.of(s.asText())));
    if (!person.scopes().containsAll(scopes)) {
      throw Problem.forbidden("a token cannot make one that may do more than itself");
    }
    int days = exchange.request().body().path("days").asInt(DAYS);
    String name = exchange.required("name");
    Tokens.Made made =
        people
            .accounts()
            .jdbi()
            .inTransaction(
                handle -> {
                  Tokens.Made token =
                      people.tokens().make(handle, person.account(), name, scopes, days);
                  people
                      .audit()
                      .append(
                          handle,
                          person.name(),
                          "token.created",
                          name,
                          String.join(" ", scopes.stream().map(Scope::word).toList()),
                          exchange.request().remoteAddress());
                  return token;
                });
    return Response.created("/api/v1/tokens/" + made.id(), made);
  }

  private Response revoke(PersonOperation.Exchange exchange) {
    Principal person = exchange.require();
    long id = exchange.request().pathLong("token");
    people
        .accounts()
        .jdbi()
        .useTransaction(
            handle -> {
              if (!people.tokens().revoke(handle, person.account(), id)) {
                throw Problem.notFound("the token " + id);
              }
              people
                  .audit()
                  .append(
                      handle,
                      person.name(),
                      "token.revoked",
                      Long.toString(id),
                      null,
                      exchange.request().remoteAddress());
            });
    return Response.noContent();
  }
}
