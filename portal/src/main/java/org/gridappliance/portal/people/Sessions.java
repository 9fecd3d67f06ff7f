package org.gridappliance.portal.people;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Logged-in browsers. Only the hash of a cookie is kept. A session ends when it was not used for
 * the idle time, at the end of its life, at logout, and when its account's password changes.
 */
final class Sessions {
  private static final long TOUCH_MILLIS = Duration.ofMinutes(5).toMillis();
  private static final int MOST_PER_ACCOUNT = 50;

  private final Jdbi jdbi;
  private final Clock clock;
  private final Duration idle;
  private final Duration life;

  Sessions(Jdbi jdbi, Clock clock, Duration idle, Duration life) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.idle = idle;
    this.life = life;
  }

  /** Begins a session; {@return the cookie's value} */
  String begin(Handle handle, long account) {
    long now = clock.millis();
    handle.execute(
        "delete from portal.session where used_at < ? or created_at < ?",
        now - idle.toMillis(),
        now - life.toMillis());
    handle.execute(
        "delete from portal.session where account = ? and hash not in (select hash from"
            + " portal.session where account = ? order by used_at desc limit ?)",
        account,
        account,
        MOST_PER_ACCOUNT - 1);
    String cookie = Secrets.random();
    handle.execute(
        "insert into portal.session (hash, account, created_at, used_at) values (?, ?, ?, ?)",
        Secrets.hash(cookie),
        account,
        now,
        now);
    return cookie;
  }

  private record Row(Principal principal, long createdAt, long usedAt) {}

  /** {@return who holds this cookie, if its session still lives} */
  Optional<Principal> find(String cookie) {
    byte[] hash = Secrets.hash(cookie);
    long now = clock.millis();
    Optional<Row> found =
        jdbi.withHandle(
            handle ->
                handle
                    .createQuery(
                        "select a.id, a.name, s.created_at, s.used_at, (select listagg(r.role, ' ')"
                            + " from portal.account_role r where r.account = a.id) as roles from"
                            + " portal.session s join portal.account a on a.id = s.account where"
                            + " s.hash = :hash and a.status = 'active'")
                    .bind("hash", hash)
                    .map(
                        (row, context) ->
                            new Row(
                                new Principal(
                                    row.getLong("id"),
                                    row.getString("name"),
                                    Role.list(row.getString("roles")),
                                    Principal.EVERYTHING,
                                    Optional.of(cookie)),
                                row.getLong("created_at"),
                                row.getLong("used_at")))
                    .findOne());
    if (found.isEmpty()
        || now - found.get().usedAt() > idle.toMillis()
        || now - found.get().createdAt() > life.toMillis()) {
      return Optional.empty();
    }
    if (now - found.get().usedAt() > TOUCH_MILLIS) {
      jdbi.useHandle(
          h -> h.execute("update portal.session set used_at = ? where hash = ?", now, hash));
    }
    return found.map(Row::principal);
  }

  void end(Handle handle, String cookie) {
    handle.execute("delete from portal.session where hash = ?", Secrets.hash(cookie));
  }

  /** Ends all sessions of an account except one. */
  void endOthers(Handle handle, long account, Optional<String> except) {
    handle.execute(
        "delete from portal.session where account = ? and hash <> ?",
        account,
        except.map(Secrets::hash).orElse(new byte[32]));
  }

  Duration life() {
    return life;
  }
}
