package org.gridappliance.portal.people;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.jobs.http.Problem;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The table of accounts. Every method takes the handle of the transaction it belongs to. */
final class Accounts {
  private static final String SELECT =
      "select a.*, (select listagg(r.role, ' ') from portal.account_role r where r.account = a.id)"
          + " as roles, (select listagg(g.name, ' ') within group (order by g.name) from"
          + " portal.people_group g join portal.people_group_member m on m.people_group = g.id where"
          + " m.account = a.id) as groups from portal.account a";

  private final Jdbi jdbi;
  private final Clock clock;
  private final Verified verified;

  Accounts(Jdbi jdbi, Clock clock, Verified verified) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.verified = verified;
  }

  Jdbi jdbi() {
    return jdbi;
  }

  List<Account> all() {
    return jdbi.withHandle(
        h -> h.createQuery(SELECT + " order by a.name").map((row, c) -> read(row)).list());
  }

  Optional<Account> find(String name) {
    return jdbi.withHandle(h -> find(h, name));
  }

  Optional<Account> find(Handle handle, String name) {
    return handle
        .createQuery(SELECT + " where a.name = :name")
        .bind("name", name)
        .map((row, c) -> read(row))
        .findOne();
  }

  /** {@return the encoded hash of an account's password} */
  Optional<String> password(String name) {
    return jdbi.withHandle(
        h ->
            h.createQuery("select password from portal.account where name = :name")
                .bind("name", name)
                .mapTo(String.class)
                .findOne());
  }

  /**
   * Adds an account.
   *
   * @throws Problem 409 when the name is or was somebody's
   */
  Account add(Handle handle, NewAccount account) {
    boolean taken =
        handle
            .createQuery(
                "select exists (select 1 from portal.account where name = :name) or exists (select 1"
                    + " from portal.retired_name where name = :name)")
            .bind("name", account.name())
            .mapTo(Boolean.class)
            .one();
    if (taken) {
      throw nameTaken(account.name());
    }
    long id =
        handle
            .createUpdate(
                "insert into portal.account (name, full_name, email, reason, status, password,"
                    + " created_at) values (:name, :fullName, :email, :reason, :status, :password,"
                    + " :at)")
            .bind("name", account.name())
            .bind("fullName", account.fullName())
            .bind("email", account.email())
            .bind("reason", account.reason())
            .bind("status", account.status().word())
            .bind("password", account.password())
            .bind("at", clock.millis())
            .executeAndReturnGeneratedKeys("id")
            .mapTo(Long.class)
            .one();
    setRoles(handle, id, account.roles());
    return find(handle, account.name()).orElseThrow();
  }

  static Problem nameTaken(String name) {
    return Problem.conflict("the name " + name + " is taken; choose another");
  }

  void setRoles(Handle handle, long account, Set<Role> roles) {
    verified.forget(handle);
    handle.execute("delete from portal.account_role where account = ?", account);
    for (Role role : roles) {
      handle.execute(
          "insert into portal.account_role (account, role) values (?, ?)", account, role.word());
    }
  }

  void setPassword(Handle handle, long account, String encoded) {
    handle.execute("update portal.account set password = ? where id = ?", encoded, account);
  }

  void setStatus(Handle handle, long account, Account.Status status) {
    verified.forget(handle);
    handle.execute("update portal.account set status = ? where id = ?", status.word(), account);
  }

  void setFullName(Handle handle, long account, @Nullable String fullName) {
    handle.execute("update portal.account set full_name = ? where id = ?", fullName, account);
  }

  void setEmail(Handle handle, long account, @Nullable String email) {
    handle.execute("update portal.account set email = ? where id = ?", email, account);
  }

  /** {@code language} is one that the contract knows: it is mailed to the person. */
  void setLanguage(Handle handle, long account, String language) {
    handle.execute("update portal.account set language = ? where id = ?", language, account);
  }

  void loggedIn(Handle handle, long account) {
    handle.execute(
        "update portal.account set last_login_at = ? where id = ?", clock.millis(), account);
  }

  /** Removes an account; a name that was in use is kept so that nobody inherits its jobs. */
  void remove(Handle handle, Account account) {
    verified.forget(handle);
    if (account.status() != Account.Status.WAITING) {
      handle.execute("insert into portal.retired_name (name) values (?)", account.name());
    }
    handle.execute("delete from portal.account where id = ?", account.id());
  }

  /** {@return how many can log in and administer} */
  int administrators(Handle handle) {
    return handle
        .createQuery(
            "select count(*) from portal.account a join portal.account_role r on r.account = a.id"
                + " where r.role = 'administrator' and a.status = 'active'")
        .mapTo(Integer.class)
        .one();
  }

  private static Account read(ResultSet row) throws SQLException {
    String groups = row.getString("groups");
    long lastLogin = row.getLong("last_login_at");
    boolean never = row.wasNull();
    return new Account(
        row.getLong("id"),
        row.getString("name"),
        row.getString("full_name"),
        row.getString("email"),
        Account.Status.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
        Role.list(row.getString("roles")),
        groups == null ? List.of() : List.of(groups.split(" ", -1)),
        row.getString("reason"),
        Instant.ofEpochMilli(row.getLong("created_at")),
        never ? null : Instant.ofEpochMilli(lastLogin));
  }

  /** What a new account begins with; {@code password} is the encoded hash. */
  record NewAccount(
      String name,
      String password,
      @Nullable String fullName,
      @Nullable String email,
      @Nullable String reason,
      Account.Status status,
      Set<Role> roles) {}
}
