package org.gridappliance.portal.audit;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Who did what, appended and never changed. Written in the transaction of the deed where the deed
 * is a row of this database. Never holds a secret.
 */
public final class AuditLog {
  /** The actor when nobody was logged in. */
  public static final String NOBODY = "-";

  private final Jdbi jdbi;
  private final Clock clock;

  public AuditLog(Jdbi jdbi, Clock clock) {
    this.jdbi = jdbi;
    this.clock = clock;
  }

  /** One line of the log, as the contract's AuditEntry. */
  public record Entry(
      long id,
      Instant at,
      String actor,
      String action,
      @Nullable String subject,
      @Nullable String detail,
      @Nullable String address) {}

  /** Appends in a transaction of its own. */
  public void append(
      String actor,
      String action,
      @Nullable String subject,
      @Nullable String detail,
      @Nullable String address) {
    jdbi.useHandle(handle -> append(handle, actor, action, subject, detail, address));
  }

  /** Appends in the caller's transaction. */
  public void append(
      Handle handle,
      String actor,
      String action,
      @Nullable String subject,
      @Nullable String detail,
      @Nullable String address) {
    handle
        .createUpdate(
            "insert into portal.audit (at, actor, action, subject, detail, address) values (:at,"
                + " :actor, :action, :subject, :detail, :address)")
        .bind("at", clock.millis())
        .bind("actor", cut(actor, 64))
        .bind("action", cut(action, 64))
        .bind("subject", subject == null ? null : cut(subject, 255))
        .bind("detail", detail == null ? null : cut(detail, 1000))
        .bind("address", address == null ? null : cut(address, 64))
        .execute();
  }

  /**
   * {@return a page of entries, newest first}
   *
   * @param concerning only what this person did or was done to; all when empty
   * @param before the id of the last entry of the page before
   * @param limit 1..501
   */
  List<Entry> page(
      Optional<String> concerning,
      Optional<String> actor,
      Optional<String> action,
      long before,
      int limit) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "select id, at, actor, action, subject, detail, address from portal.audit where"
                        + " id < :before and (:concerning is null or actor = :concerning or subject"
                        + " = :concerning) and (:actor is null or actor = :actor) and (:action is"
                        + " null or action = :action) order by id desc limit :limit")
                .bind("before", before)
                .bind("concerning", concerning.orElse(null))
                .bind("actor", actor.orElse(null))
                .bind("action", action.orElse(null))
                .bind("limit", limit)
                .map(
                    (row, context) ->
                        new Entry(
                            row.getLong("id"),
                            Instant.ofEpochMilli(row.getLong("at")),
                            row.getString("actor"),
                            row.getString("action"),
                            row.getString("subject"),
                            row.getString("detail"),
                            row.getString("address")))
                .list());
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length - 1) + "…";
  }
}
