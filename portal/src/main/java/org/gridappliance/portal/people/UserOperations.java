package org.gridappliance.portal.people;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Response;
import org.jdbi.v3.core.Handle;

/** Accounts: a person's own, and everybody's for an administrator. */
final class UserOperations {
  private final People people;

  UserOperations(People people) {
    this.people = people;
  }

  Map<String, PersonOperation> all() {
    return Map.of(
        "listUsers", this::list,
        "createUser", this::create,
        "getUser", exchange -> Response.ok(visible(exchange)),
        "updateUser", this::update,
        "deleteUser", this::delete,
        "changePassword", this::changePassword);
  }

  private Response list(PersonOperation.Exchange exchange) {
    exchange.requireAdministrator();
    return Response.ok(Map.of("users", people.accounts().all()));
  }

  private Response create(PersonOperation.Exchange exchange) {
    Principal admin = exchange.requireAdministrator();
    Account made =
        people.make(
            new Accounts.NewAccount(
                exchange.required("name"),
                people.passwords().hash(exchange.required("password")),
                exchange.text("fullName").orElse(null),
                exchange.text("email").orElse(null),
                null,
                Account.Status.ACTIVE,
                roles(exchange).orElseGet(People::scientist)),
            admin.name(),
            "user.created",
            exchange.request().remoteAddress());
    return Response.created("/api/v1/users/" + made.name(), made);
  }

  private Response update(PersonOperation.Exchange exchange) {
    Principal person = exchange.require();
    Account account = visible(exchange);
    Optional<Set<Role>> roles = roles(exchange);
    Optional<Account.Status> status =
        exchange.text("status").map(s -> Account.Status.valueOf(s.toUpperCase(Locale.ROOT)));
    if ((roles.isPresent() || status.isPresent()) && !person.administrator()) {
      throw Problem.forbidden("only an administrator changes roles or status");
    }
    people.administrators().lock();
    try {
      people
          .accounts()
          .jdbi()
          .useTransaction(
              handle -> {
                Accounts accounts = people.accounts();
                JsonNode body = exchange.request().body();
                if (body.has("fullName")) {
                  accounts.setFullName(
                      handle, account.id(), exchange.text("fullName").orElse(null));
                }
                if (body.has("email")) {
                  accounts.setEmail(handle, account.id(), exchange.text("email").orElse(null));
                }
                exchange
                    .text("language")
                    .ifPresent(l -> accounts.setLanguage(handle, account.id(), l));
                roles.ifPresent(r -> accounts.setRoles(handle, account.id(), r));
                status.ifPresent(s -> accounts.setStatus(handle, account.id(), s));
                requireAdministrator(handle);
                String changed =
                    String.join(", ", (Iterable<String>) body::fieldNames)
                        + roles.map(r -> "; roles " + words(r)).orElse("")
                        + status.map(s -> "; " + s.word()).orElse("");
                audit(handle, exchange, person, "user.changed", account.name(), changed);
              });
    } finally {
      people.administrators().unlock();
    }
    return Response.ok(people.accounts().find(account.name()).orElseThrow(() -> gone(account)));
  }

  private Response delete(PersonOperation.Exchange exchange) {
    Principal admin = exchange.requireAdministrator();
    Account account = visible(exchange);
    people.administrators().lock();
    try {
      people
          .accounts()
          .jdbi()
          .useTransaction(
              handle -> {
                people.accounts().remove(handle, account);
                requireAdministrator(handle);
                boolean denied = account.status() == Account.Status.WAITING;
                audit(
                    handle,
                    exchange,
                    admin,
                    denied ? "user.denied" : "user.removed",
                    account.name(),
                    "");
              });
    } finally {
      people.administrators().unlock();
    }
    return Response.noContent();
  }

  private Response changePassword(PersonOperation.Exchange exchange) {
    Principal person = exchange.require();
    Account account = visible(exchange);
    boolean own = account.id() == person.account();
    if (own) {
      String present =
          exchange
              .text("present")
              .orElseThrow(
                  () ->
                      Problem.invalid(
                          "the present password is missing",
                          List.of(
                              new Problem.FieldError(
                                  "present", "want your present password beside the new one"))));
      try {
        Principal _ =
            people.byPassword(account.name(), present, exchange.request().remoteAddress());
      } catch (Problem wrong) {
        throw wrong.status() == 401 ? Problem.forbidden("the present password is wrong") : wrong;
      }
    }
    String encoded = people.passwords().hash(exchange.required("password"));
    people
        .accounts()
        .jdbi()
        .useTransaction(
            handle -> {
              people.accounts().setPassword(handle, account.id(), encoded);
              people
                  .sessions()
                  .endOthers(handle, account.id(), own ? person.session() : Optional.empty());
              audit(handle, exchange, person, "password.changed", account.name(), "");
            });
    return Response.noContent();
  }

  /**
   * {@return the account of the path, if the caller may see it; else 404 as if it were not there}
   */
  private Account visible(PersonOperation.Exchange exchange) {
    Principal person = exchange.require();
    String name = exchange.request().path("user");
    if (!person.administrator() && !person.name().equals(name)) {
      throw Problem.notFound("the account " + name);
    }
    return people.accounts().find(name).orElseThrow(() -> Problem.notFound("the account " + name));
  }

  /** Rolls the transaction back when it would leave nobody to administer. */
  private void requireAdministrator(Handle handle) {
    if (people.accounts().administrators(handle) == 0) {
      throw Problem.conflict(
          "this is the last administrator; give somebody else the role administrator first");
    }
  }

  private void audit(
      Handle handle,
      PersonOperation.Exchange exchange,
      Principal actor,
      String action,
      String subject,
      String detail) {
    people
        .audit()
        .append(
            handle,
            actor.name(),
            action,
            subject,
            detail.isEmpty() ? null : detail,
            exchange.request().remoteAddress());
  }

  private static Problem gone(Account account) {
    return Problem.notFound("the account " + account.name());
  }

  private static Optional<Set<Role>> roles(PersonOperation.Exchange exchange) {
    JsonNode roles = exchange.request().body().get("roles");
    if (roles == null) {
      return Optional.empty();
    }
    Set<Role> set = EnumSet.noneOf(Role.class);
    roles.forEach(role -> set.add(Role.of(role.asText())));
    return Optional.of(set);
  }

  private static String words(Set<Role> roles) {
    return String.join(" ", roles.stream().map(Role::word).toList());
  }
}
