package org.gridappliance.portal.people;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.gridappliance.jobs.http.Problem;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Bearer tokens of programs: {@code ga_} and 256 random bits, of which only the hash is kept. */
final class Tokens {
  private static final String PREFIX = "ga_";
  private static final long TOUCH_MILLIS = Duration.ofMinutes(1).toMillis();
  private static final int MOST_PER_ACCOUNT = 200;

  private final Jdbi jdbi;
  private final Clock clock;
  private final Verified verified;

  Tokens(Jdbi jdbi, Clock clock, Verified verified) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.verified = verified;
  }

  /** A token as the contract's Token; its secret was shown once. */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Token(
      long id,
      String name,
      Set<Scope> scopes,
      Instant createdAt,
      Instant expiresAt,
      @Nullable Instant lastUsedAt) {}

  /** A token just made, with its secret. */
  record Made(long id, String token, Instant expiresAt) {}

  Made make(Handle handle, long account, String name, Set<Scope> scopes, int days) {
    long now = clock.millis();
    handle.execute("delete from portal.token where account = ? and expires_at < ?", account, now);
    int count =
        handle
            .createQuery("select count(*) from portal.token where account = :account")
            .bind("account", account)
            .mapTo(Integer.class)
            .one();
    if (count >= MOST_PER_ACCOUNT) {
      throw Problem.conflict(
          "you have " + count + " tokens, the most an account may have; revoke one first");
    }
    String secret = PREFIX + Secrets.random();
    long expires = now + Duration.ofDays(days).toMillis();
    long id =
        handle
            .createUpdate(
                "insert into portal.token (hash, account, name, scopes, created_at, expires_at)"
                    + " values (:hash, :account, :name, :scopes, :now, :expires)")
            .bind("hash", Secrets.hash(secret))
            .bind("account", account)
            .bind("name", name)
            .bind("scopes", scopes.stream().map(Scope::word).collect(Collectors.joining(" ")))
            .bind("now", now)
            .bind("expires", expires)
            .executeAndReturnGeneratedKeys("id")
            .mapTo(Long.class)
            .one();
    return new Made(id, secret, Instant.ofEpochMilli(expires));
  }

  List<Token> of(long account) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "select * from portal.token where account = :account and expires_at > :now order"
                        + " by id desc")
                .bind("account", account)
                .bind("now", clock.millis())
                .map(
                    (row, context) -> {
                      long used = row.getLong("used_at");
                      boolean never = row.wasNull();
                      return new Token(
                          row.getLong("id"),
                          row.getString("name"),
                          Scope.list(row.getString("scopes")),
                          Instant.ofEpochMilli(row.getLong("created_at")),
                          Instant.ofEpochMilli(row.getLong("expires_at")),
                          never ? null : Instant.ofEpochMilli(used));
                    })
                .list());
  }

  /** {@return false when the account has no token of this id} */
  boolean revoke(Handle handle, long account, long id) {
    verified.forget(handle);
    return handle.execute("delete from portal.token where id = ? and account = ?", id, account)
        == 1;
  }

  private record Row(long id, long usedAt, Principal principal) {}

  /** {@return whose token this is, if it lives} */
  Optional<Principal> find(String secret) {
    if (!secret.startsWith(PREFIX) || secret.length() > 100) {
      return Optional.empty();
    }
    byte[] hash = Secrets.hash(secret);
    return verified.find(hash, () -> lookUp(hash));
  }

  private Optional<Principal> lookUp(byte[] hash) {
    long now = clock.millis();
    Optional<Row> found =
        jdbi.withHandle(
            handle ->
                handle
                    .createQuery(
                        "select a.id, a.name, t.id as token, t.scopes, t.used_at, (select"
                            + " listagg(r.role, ' ') from portal.account_role r where r.account ="
                            + " a.id) as roles from portal.token t join portal.account a on a.id ="
                            + " t.account where t.hash = :hash and t.expires_at > :now and a.status"
                            + " = 'active'")
                    .bind("hash", hash)
                    .bind("now", now)
                    .map(
                        (row, context) ->
                            new Row(
                                row.getLong("token"),
                                row.getLong("used_at"),
                                new Principal(
                                    row.getLong("id"),
                                    row.getString("name"),
                                    Role.list(row.getString("roles")),
                                    Scope.list(row.getString("scopes")),
                                    Optional.empty())))
                    .findOne());
    if (found.isPresent() && now - found.get().usedAt() > TOUCH_MILLIS) {
      long id = found.get().id();
      jdbi.useHandle(h -> h.execute("update portal.token set used_at = ? where id = ?", now, id));
    }
    return found.map(Row::principal);
  }
}
