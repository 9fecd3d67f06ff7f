package org.gridappliance.portal.desktops;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.people.Secrets;
import org.jdbi.v3.core.Jdbi;

/** Links to desktops: a secret of 256 bits, of which the hash is kept. Thread-safe. */
final class Shares {
  private static final int MOST = 20;

  private final Jdbi jdbi;
  private final Clock clock;

  /**
   * A link, without its secret.
   *
   * @param name what its maker calls it, as "Bob, on the plot"
   * @param control may use it, not only watch
   */
  record Share(
      long id,
      String desktop,
      String owner,
      String name,
      boolean control,
      Instant createdAt,
      Instant expiresAt) {}

  /** A new link and its secret, which is told this once. */
  record Made(Share share, String secret) {}

  Shares(Jdbi jdbi, Clock clock) {
    this.jdbi = jdbi;
    this.clock = clock;
  }

  Made make(String desktop, String owner, String name, boolean control, Duration life) {
    Instant now = clock.instant();
    if (of(desktop).size() >= MOST) {
      throw Problem.conflict(MOST + " links to this desktop exist; revoke one first");
    }
    String secret = Secrets.random();
    long id =
        jdbi.withHandle(
            handle ->
                handle
                    .createUpdate(
                        "insert into portal.desktop_share"
                            + " (hash, desktop, owner, name, control, created_at, expires_at)"
                            + " values (?, ?, ?, ?, ?, ?, ?)")
                    .bind(0, hash(secret))
                    .bind(1, desktop)
                    .bind(2, owner)
                    .bind(3, name)
                    .bind(4, control)
                    .bind(5, now.toEpochMilli())
                    .bind(6, now.plus(life).toEpochMilli())
                    .executeAndReturnGeneratedKeys("id")
                    .mapTo(Long.class)
                    .one());
    return new Made(new Share(id, desktop, owner, name, control, now, now.plus(life)), secret);
  }

  /** {@return the links to a desktop that have not expired} */
  List<Share> of(String desktop) {
    return query("desktop = ?", desktop);
  }

  /** {@return the link with this secret, unless it was revoked or has expired} */
  Optional<Share> bySecret(String secret) {
    return query("hash = ?", hash(secret)).stream().findFirst();
  }

  /** {@return whether a link was neither revoked nor has expired} */
  boolean isValid(long id) {
    return !query("id = ?", id).isEmpty();
  }

  /** {@return whether there was such a link} */
  boolean revoke(String desktop, long id) {
    return jdbi.withHandle(
            handle ->
                handle.execute(
                    "delete from portal.desktop_share where desktop = ? and id = ?", desktop, id))
        > 0;
  }

  /** Forgets the links to a desktop that is gone. */
  void forget(String desktop) {
    jdbi.useHandle(
        handle -> handle.execute("delete from portal.desktop_share where desktop = ?", desktop));
  }

  private List<Share> query(String condition, Object value) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "select id, desktop, owner, name, control, created_at, expires_at from"
                        + " portal.desktop_share where expires_at > ? and "
                        + condition
                        + " order by id")
                .bind(0, clock.millis())
                .bind(1, value)
                .map(
                    (row, context) ->
                        new Share(
                            row.getLong(1),
                            row.getString(2),
                            row.getString(3),
                            row.getString(4),
                            row.getBoolean(5),
                            Instant.ofEpochMilli(row.getLong(6)),
                            Instant.ofEpochMilli(row.getLong(7))))
                .list());
  }

  private static byte[] hash(String secret) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
