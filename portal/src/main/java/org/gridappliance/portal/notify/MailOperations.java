package org.gridappliance.portal.notify;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.mail.internet.AddressException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.portal.audit.AuditLog;
import org.gridappliance.portal.people.PersonOperation;
import org.gridappliance.portal.people.Principal;
import org.gridappliance.portal.people.Secrets;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * A person's address and choice. Nothing is sent to an address but a code of 8 figures until the
 * code was entered; {@value #MOST_TRIES} wrong ones end it, and so do {@link #VALID}. At most one
 * code a minute, {@value #MOST_CODES} a day: nobody can have a stranger's box filled.
 */
final class MailOperations {
  static final Duration VALID = Duration.ofMinutes(30);
  static final int MOST_TRIES = 5;
  static final int MOST_CODES = 5;
  private static final Duration BETWEEN = Duration.ofMinutes(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Jdbi jdbi;
  private final MailStore store;
  private final Optional<MailServer> server;
  private final Duration every;
  private final Supplier<String> settingsPage;
  private final AuditLog audit;
  private final Clock clock;

  /**
   * @param server empty where the settings name none
   */
  MailOperations(
      Jdbi jdbi,
      MailStore store,
      Optional<MailServer> server,
      Duration every,
      Supplier<String> settingsPage,
      AuditLog audit,
      Clock clock) {
    this.jdbi = jdbi;
    this.store = store;
    this.server = server;
    this.every = every;
    this.settingsPage = settingsPage;
    this.audit = audit;
    this.clock = clock;
  }

  Map<String, PersonOperation> all() {
    return Map.of(
        "getMail", exchange -> Response.ok(state(exchange.require().account())),
        "putMail", this::put,
        "sendMailCode", this::again,
        "confirmMail", this::confirm,
        "deleteMail", this::delete);
  }

  /** As the contract's Mail. */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record State(
      boolean available,
      long minutes,
      @Nullable String address,
      MailStore.Choice choice,
      boolean confirmed,
      @Nullable String problem) {}

  private State state(long account) {
    Optional<MailStore.Address> known = store.find(account).filter(a -> !a.address().isEmpty());
    return new State(
        server.isPresent(),
        every.toMinutes(),
        known.map(MailStore.Address::address).orElse(null),
        known.map(MailStore.Address::choice).orElse(MailStore.Choice.NONE),
        known.map(MailStore.Address::confirmed).orElse(false),
        known.map(MailStore.Address::problem).orElse(null));
  }

  private MailServer server() {
    return server.orElseThrow(
        () ->
            Problem.conflict(
                "this portal sends no mail; an administrator names a mail server by the setting"
                    + " mail.host"));
  }

  private Response put(PersonOperation.Exchange exchange) {
    MailServer mails = server();
    Principal person = exchange.require();
    MailStore.Choice choice = MailStore.Choice.of(exchange.required("choice"));
    String address = check(exchange.required("address").strip());
    Optional<MailStore.Address> before = store.find(person.account());
    if (before.isPresent() && before.get().address().equals(address)) {
      jdbi.useTransaction(handle -> store.choose(handle, person.account(), choice));
    } else {
      before.ifPresent(this::requireCode);
      String code = newCode();
      jdbi.useTransaction(
          handle -> {
            store.enter(handle, person.account(), address, choice);
            takeDown(handle, person.account(), address, code);
            audit.append(
                handle,
                person.name(),
                "mail.entered",
                address,
                null,
                exchange.request().remoteAddress());
          });
      send(mails, person, address, code);
    }
    return Response.ok(state(person.account()));
  }

  private static String check(String address) {
    try {
      return MailServer.address(address);
    } catch (AddressException e) {
      String why = address + ": " + e.getMessage();
      throw Problem.invalid(
          "mail cannot go there: " + MailServer.line(why),
          List.of(new Problem.FieldError("address", MailServer.line(why))));
    }
  }

  private Response again(PersonOperation.Exchange exchange) {
    MailServer mails = server();
    Principal person = exchange.require();
    Optional<MailStore.Address> known = store.find(person.account());
    if (known.isEmpty() || known.get().address().isEmpty() || known.get().confirmed()) {
      throw Problem.conflict("there is no address that waits to be confirmed");
    }
    requireCode(known.get());
    String address = known.get().address();
    String code = newCode();
    jdbi.useTransaction(handle -> takeDown(handle, person.account(), address, code));
    send(mails, person, address, code);
    return Response.ok(state(person.account()));
  }

  /** Refuses one code too many. */
  private void requireCode(MailStore.Address known) {
    long since = clock.millis() - known.codeAt();
    if (since < BETWEEN.toMillis()) {
      throw justSent();
    }
    if (known.codes() >= MOST_CODES && since < DAY.toMillis()) {
      throw new Problem(
          429,
          "Too many codes",
          known.codes() + " codes were sent; wait a day, or use the last one");
    }
  }

  private static Problem justSent() {
    return new Problem(429, "Too many codes", "a code was sent just now; wait a minute");
  }

  private static String newCode() {
    return String.format(Locale.ROOT, "%08d", RANDOM.nextInt(100_000_000));
  }

  /** Before it is sent; refuses, too, what another request did since {@link #requireCode}. */
  private void takeDown(Handle handle, long account, String address, String code) {
    long now = clock.millis();
    if (!store.code(
        handle,
        account,
        address,
        Secrets.hash(code),
        now,
        now - BETWEEN.toMillis(),
        now - DAY.toMillis(),
        MOST_CODES)) {
      throw justSent();
    }
  }

  private void send(MailServer mails, Principal person, String address, String code) {
    MailWords in = jdbi.withHandle(handle -> store.words(handle, person.account()));
    String page = settingsPage.get();
    try {
      mails.send(address, in.codeSubject(), in.code(code, page, person.name()), page);
    } catch (MailServer.Unsent e) {
      String why = String.valueOf(e.getMessage());
      jdbi.useTransaction(handle -> store.refused(handle, person.account(), address, why));
      throw new Problem(
          502,
          "Mail not sent",
          e.isRefused()
              ? "the mail server does not take mail for " + address + ": " + why
              : "the mail server took no mail: " + why + "; an administrator can mend it",
          List.of(new Problem.FieldError("address", why)));
    }
  }

  private Response confirm(PersonOperation.Exchange exchange) {
    Principal person = exchange.require();
    MailStore.Address known =
        store
            .find(person.account())
            .filter(a -> a.code() != null)
            .orElseThrow(() -> Problem.conflict("no code was sent; have one sent first"));
    boolean counted =
        jdbi.inTransaction(handle -> store.count(handle, person.account(), MOST_TRIES));
    if (!counted || clock.millis() - known.codeAt() > VALID.toMillis()) {
      throw Problem.conflict("that code is no longer valid; have another one sent");
    }
    String code = exchange.required("code").strip();
    byte[] hash = Secrets.hash(code);
    if (known.code() == null || !MessageDigest.isEqual(hash, known.code().array())) {
      String why = "that is not the code of the mail to " + known.address();
      throw Problem.invalid(why, List.of(new Problem.FieldError("code", why)));
    }
    jdbi.useTransaction(
        handle -> {
          if (!store.confirm(handle, known, hash, clock.millis())) {
            throw Problem.conflict("the address was changed meanwhile; have a code sent");
          }
          audit.append(
              handle,
              person.name(),
              "mail.confirmed",
              known.address(),
              null,
              exchange.request().remoteAddress());
        });
    return Response.ok(state(person.account()));
  }

  private Response delete(PersonOperation.Exchange exchange) {
    jdbi.useTransaction(handle -> store.remove(handle, exchange.require().account()));
    return Response.noContent();
  }
}
