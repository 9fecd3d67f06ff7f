package org.gridappliance.portal.people;

import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.audit.AuditLog;
import org.gridappliance.portal.settings.Settings;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * The door of this package: who is asking, and the operations about people. Thread-safe; every
 * method may block on the database.
 */
public final class People {
  private final Accounts accounts;
  private final Passwords passwords = new Passwords();
  private final Sessions sessions;
  private final Tokens tokens;
  private final Throttle throttle;
  private final AuditLog audit;
  private final LiveSettings live;
  private final Setup setup;
  private final String version;
  private final Clock clock;

  /** Held while what depends on the number of administrators is read and changed. */
  private final ReentrantLock administrators = new ReentrantLock();

  public People(Jdbi jdbi, Clock clock, Settings settings, AuditLog audit, String version) {
    Verified verified = new Verified(clock);
    this.accounts = new Accounts(jdbi, clock, verified);
    this.sessions = new Sessions(jdbi, clock, settings.sessionIdle(), settings.sessionLife());
    this.tokens = new Tokens(jdbi, clock, verified);
    this.throttle = new Throttle(clock, settings.loginAttempts(), settings.loginWindow());
    this.audit = audit;
    this.live = new LiveSettings(jdbi, settings);
    this.setup = new Setup(this, settings.data().resolve("run"));
    this.version = version;
    this.clock = clock;
  }

  /** {@return the operations about people and settings by operationId} */
  public Map<String, PersonOperation> operations() {
    Map<String, PersonOperation> all = new HashMap<>();
    all.putAll(new SessionOperations(this).all());
    all.putAll(new UserOperations(this).all());
    all.putAll(new GroupOperations(this).all());
    all.putAll(new TokenOperations(this).all());
    all.putAll(new SettingsOperations(this).all());
    return Map.copyOf(all);
  }

  /** {@return who holds this session cookie} */
  public Optional<Principal> bySession(String cookie) {
    return cookie.length() > 100 ? Optional.empty() : sessions.find(cookie);
  }

  /** {@return whether the account is there and neither waits nor is disabled} */
  public boolean isActive(String name) {
    return accounts
        .find(name)
        .map(account -> account.status() == Account.Status.ACTIVE)
        .orElse(false);
  }

  /** {@return the groups that a person is in, their numbers by name} */
  public Map<String, Long> groups(String name) {
    return numbers(
        "select g.name, g.id from portal.people_group g join portal.people_group_member m on"
            + " m.people_group = g.id join portal.account a on a.id = m.account where a.name = ?",
        name);
  }

  /** {@return the groups that a person is in, with members and what they see of one another} */
  public List<Groups.Row> groupsOf(String name) {
    return accounts.jdbi().withHandle(handle -> Groups.of(handle, name));
  }

  /** {@return a group with its members and what they see of one another} */
  public Optional<Groups.Row> group(String name) {
    return accounts.jdbi().withHandle(handle -> Groups.named(handle, name));
  }

  /** {@return all groups, their numbers by name} */
  public Map<String, Long> groups() {
    return numbers("select name, id from portal.people_group");
  }

  private Map<String, Long> numbers(String query, String... values) {
    return accounts
        .jdbi()
        .withHandle(
            handle -> {
              Query asked = handle.createQuery(query);
              for (int i = 0; i < values.length; i++) {
                asked.bind(i, values[i]);
              }
              Map<String, Long> groups = new HashMap<>();
              asked
                  .map((row, context) -> Map.entry(row.getString(1), row.getLong(2)))
                  .forEach(group -> groups.put(group.getKey(), group.getValue()));
              return groups;
            });
  }

  /** {@return whose token this is} */
  public Optional<Principal> byToken(String secret) {
    return tokens.find(secret);
  }

  /**
   * {@return whose token this is, if it is the named person's} A token cannot be guessed, so only
   * wrong ones are counted: many right requests at once are none too many.
   *
   * @throws Problem 401, in the same words for a wrong name and a wrong token; 429 after too many
   */
  public Principal byNameAndToken(String name, String secret, String address) {
    Optional<Principal> found = tokens.find(secret).filter(p -> p.name().equals(name));
    if (found.isEmpty()) {
      throttle.count(List.of("token address " + address));
    }
    return found.orElseThrow(
        () -> new Problem(401, "Not logged in", "name or token is wrong, expired or revoked"));
  }

  /**
   * {@return the person of an account's name and password}
   *
   * @throws Problem 401, in the same words and time whether the name or the password is wrong; 429
   *     after too many wrong ones
   */
  public Principal byPassword(String name, String password, String address) {
    List<String> keys = List.of("account " + name, "address " + address);
    throttle.count(keys);
    Optional<String> encoded = accounts.password(name);
    boolean right =
        encoded.isPresent()
            ? passwords.verify(password, encoded.get())
            : passwords.verifyNobody(password);
    Account account = right ? accounts.find(name).orElse(null) : null;
    if (account == null) {
      audit.append(AuditLog.NOBODY, "login.failed", name, null, address);
      throw new Problem(
          401, "Not logged in", "name or password is wrong; names are written in lower case");
    }
    throttle.giveBack(keys);
    throttle.forget(keys.getFirst());
    if (account.status() != Account.Status.ACTIVE) {
      throw new Problem(
          401,
          "Not logged in",
          account.status() == Account.Status.WAITING
              ? "this account waits for an administrator's approval"
              : "this account is disabled; ask an administrator");
    }
    return new Principal(
        account.id(), account.name(), account.roles(), Principal.EVERYTHING, Optional.empty());
  }

  /** {@return the encoded Argon2id hash of a new password, of an account or of a link} */
  public String hashPassword(String password) {
    return passwords.hash(password);
  }

  /**
   * Compares a password with the hash it was kept as, under the same throttle as logins.
   *
   * @param what it opens, as {@code link 17}; its tries are counted, and those of the address
   * @throws Problem 429 after too many wrong ones
   */
  public boolean isPassword(String password, String encoded, String what, String address) {
    List<String> counted = List.of(what, "address " + address);
    throttle.count(counted);
    boolean right = passwords.verify(password, encoded);
    if (right) {
      throttle.giveBack(counted);
    }
    return right;
  }

  /** {@return whether some active account is an administrator} */
  public boolean hasAdministrator() {
    return accounts.jdbi().withHandle(accounts::administrators) > 0;
  }

  /** {@return the administrator who was there first: the owner of this appliance} */
  public Optional<String> owner() {
    return accounts.all().stream()
        .filter(a -> a.status() == Account.Status.ACTIVE && a.administrator())
        .min(java.util.Comparator.comparing(Account::createdAt))
        .map(Account::name);
  }

  /** {@return the names of all active accounts} */
  public Set<String> activeNames() {
    return accounts.all().stream()
        .filter(a -> a.status() == Account.Status.ACTIVE)
        .map(Account::name)
        .collect(java.util.stream.Collectors.toSet());
  }

  /** What first start needs: the one-time link, or the administrator of the environment. */
  public Setup setup() {
    return setup;
  }

  /** Has somebody told when an administrator changes the announcement; null withdraws it. */
  public void whenAnnounced(Consumer<@Nullable String> listener) {
    live.whenAnnounced(listener);
  }

  /** {@return what pages show everybody, if anything} */
  public @Nullable String announcement() {
    return live.get().announcement();
  }

  /** Makes an account; {@return it}. The caller holds no transaction. */
  Account make(Accounts.NewAccount account, String actor, String action, @Nullable String address) {
    return make(account, actor, action, address, handle -> {});
  }

  /** Makes an account after something else in the same transaction. */
  Account make(
      Accounts.NewAccount account,
      String actor,
      String action,
      @Nullable String address,
      Consumer<Handle> before) {
    administrators.lock();
    try {
      return accounts
          .jdbi()
          .inTransaction(
              handle -> {
                before.accept(handle);
                Account made = accounts.add(handle, account);
                audit.append(handle, actor, action, made.name(), null, address);
                return made;
              });
    } finally {
      administrators.unlock();
    }
  }

  static Set<Role> scientist() {
    return Set.of(Role.SCIENTIST);
  }

  Accounts accounts() {
    return accounts;
  }

  Passwords passwords() {
    return passwords;
  }

  Sessions sessions() {
    return sessions;
  }

  Tokens tokens() {
    return tokens;
  }

  Throttle throttle() {
    return throttle;
  }

  AuditLog audit() {
    return audit;
  }

  LiveSettings live() {
    return live;
  }

  ReentrantLock administrators() {
    return administrators;
  }

  Clock clock() {
    return clock;
  }

  String version() {
    return version;
  }
}
