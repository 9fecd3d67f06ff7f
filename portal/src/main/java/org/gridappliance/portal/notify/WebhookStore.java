package org.gridappliance.portal.notify;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.gridappliance.jobs.http.Problem;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Webhooks and what they are told, in the database. Blocks; safe for all threads. */
final class WebhookStore {
  static final int MOST_OF_ACCOUNT = 10;

  /** The most that wait for one webhook; the oldest give way. */
  static final int MOST_WAITING = 1000;

  /** How many secrets of before sign beside the present one; the oldest give way. */
  static final int MOST_OLD_SECRETS = 3;

  /** How many that are over are kept for the list. */
  static final int KEPT = 50;

  private static final int MOST_PROBLEM = 300;

  private final Jdbi jdbi;

  WebhookStore(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  long add(Handle handle, long account, String url, String secret, String kinds, long now) {
    int count =
        handle
            .createQuery("select count(*) from portal.webhook where account = ?")
            .bind(0, account)
            .mapTo(Integer.class)
            .one();
    if (count >= MOST_OF_ACCOUNT) {
      throw Problem.conflict(
          "you have " + count + " webhooks, the most an account may have; delete one first");
    }
    return handle
        .createUpdate(
            "insert into portal.webhook (account, url, secret, kinds, created_at) values (?, ?, ?,"
                + " ?, ?)")
        .bind(0, account)
        .bind(1, url)
        .bind(2, secret)
        .bind(3, kinds)
        .bind(4, now)
        .executeAndReturnGeneratedKeys("id")
        .mapTo(Long.class)
        .one();
  }

  private static final String WEBHOOK =
      "select w.*, (select count(*) from portal.webhook_delivery d where d.webhook = w.id and"
          + " d.next_at is not null) as waiting, (select max(o.until) from"
          + " portal.webhook_old_secret o where o.webhook = w.id) as old_until from portal.webhook w"
          + " where w.account = ?";

  List<Webhook> of(long account) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(WEBHOOK + " order by w.id desc")
                .bind(0, account)
                .map((row, context) -> webhook(row))
                .list());
  }

  Optional<Webhook> find(long account, long id) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(WEBHOOK + " and w.id = ?")
                .bind(0, account)
                .bind(1, id)
                .map((row, context) -> webhook(row))
                .findOne());
  }

  private static Webhook webhook(ResultSet row) throws SQLException {
    return new Webhook(
        row.getLong("id"),
        row.getString("url"),
        List.of(row.getString("kinds").split(" ", -1)),
        Instant.ofEpochMilli(row.getLong("created_at")),
        instant(row, "off_at"),
        row.getString("off_why"),
        row.getInt("waiting"),
        instant(row, "old_until"));
  }

  /**
   * Gives a webhook another secret; the one of before signs beside it.
   *
   * @param until when that ends
   */
  void changeSecret(Handle handle, long id, String secret, long until) {
    handle.execute(
        "insert into portal.webhook_old_secret select id, secret, ? from portal.webhook where id ="
            + " ?",
        until,
        id);
    handle.execute("update portal.webhook set secret = ? where id = ?", secret, id);
    handle.execute(
        "delete from portal.webhook_old_secret where webhook = ? and until <= (select until from"
            + " portal.webhook_old_secret where webhook = ? order by until desc offset ? rows fetch"
            + " next 1 row only)",
        id,
        id,
        MOST_OLD_SECRETS);
  }

  /** Forgets the secrets of before whose time is over. */
  void forgetOldSecrets(long now) {
    jdbi.useHandle(
        handle -> handle.execute("delete from portal.webhook_old_secret where until <= ?", now));
  }

  boolean remove(Handle handle, long account, long id) {
    return handle.execute("delete from portal.webhook where account = ? and id = ?", account, id)
        == 1;
  }

  /** Switches a webhook on; what it missed is not made up for. */
  void switchOn(Handle handle, long id) {
    handle.execute(
        "update portal.webhook set off_at = null, off_why = null, failures = 0, rests_until = 0"
            + " where id = ?",
        id);
  }

  /**
   * Switches a webhook off; what waits for it is given up.
   *
   * @param why null when its owner does
   */
  void switchOff(Handle handle, long id, @Nullable String why, long now) {
    handle.execute(
        "update portal.webhook set off_at = ?, off_why = ? where id = ?", now, cut(why), id);
    handle.execute(
        "update portal.webhook_delivery set next_at = null, problem = coalesce(problem, 'the webhook"
            + " was switched off') where webhook = ? and next_at is not null",
        id);
  }

  /** Which webhooks are told of an end of this kind of this person's. */
  List<Long> told(Handle handle, String owner, String kind) {
    return handle
        .createQuery(
            "select w.id from portal.webhook w join portal.account a on a.id = w.account where"
                + " a.name = ? and a.status = 'active' and w.off_at is null and ' ' || w.kinds ||"
                + " ' ' like ?")
        .bind(0, owner)
        .bind(1, "% " + kind + " %")
        .mapTo(Long.class)
        .list();
  }

  /**
   * Lays down what a webhook is to be told.
   *
   * @param next when first; null when the caller sends it himself
   */
  long lay(
      Handle handle,
      long webhook,
      String event,
      String type,
      String body,
      long now,
      @Nullable Long next) {
    long id =
        handle
            .createUpdate(
                "insert into portal.webhook_delivery (webhook, event, type, body, created_at,"
                    + " next_at) values (?, ?, ?, ?, ?, ?)")
            .bind(0, webhook)
            .bind(1, event)
            .bind(2, type)
            .bind(3, body)
            .bind(4, now)
            .bind(5, next)
            .executeAndReturnGeneratedKeys("id")
            .mapTo(Long.class)
            .one();
    if (next != null) {
      giveWay(handle, webhook);
    }
    return id;
  }

  private static void giveWay(Handle handle, long webhook) {
    int waiting =
        handle
            .createQuery(
                "select count(*) from portal.webhook_delivery where webhook = ? and next_at is not"
                    + " null")
            .bind(0, webhook)
            .mapTo(Integer.class)
            .one();
    if (waiting > MOST_WAITING) {
      handle.execute(
          "update portal.webhook_delivery set next_at = null, problem = ? where id in (select id"
              + " from portal.webhook_delivery where webhook = ? and next_at is not null order by"
              + " id limit ?)",
          "gave way: " + MOST_WAITING + " newer ones waited",
          webhook,
          waiting - MOST_WAITING);
    }
  }

  private static final String DUE =
      " from portal.webhook_delivery d join portal.webhook w on w.id = d.webhook join"
          + " portal.account a on a.id = w.account where d.next_at is not null and w.off_at is null"
          + " and a.status = 'active'";

  private static final String COLUMNS =
      "select d.id, d.webhook, w.account, a.name, w.url, w.secret || coalesce((select ' ' ||"
          + " listagg(o.secret, ' ') within group (order by o.until desc) from"
          + " portal.webhook_old_secret o where o.webhook = w.id and o.until > :now), ''), d.event,"
          + " d.body, d.attempts, w.failures, d.created_at from portal.webhook_delivery d join"
          + " portal.webhook w on w.id = d.webhook join portal.account a on a.id = w.account where"
          + " d.id ";

  /**
   * {@return what may be sent now: of each webhook the oldest, the longest waiting webhooks first}
   */
  List<Webhook.Due> due(long now, int most, Collection<Long> busy) {
    return jdbi.withHandle(
        handle -> {
          List<Long> ids =
              handle
                  .createQuery(
                      "select min(d.id)"
                          + DUE
                          + " and d.next_at <= :now and w.rests_until <= :now and w.id not in"
                          + " (<busy>) group by d.webhook order by min(d.next_at) limit :most")
                  .bind("now", now)
                  .bind("most", most)
                  .bindList("busy", busy.isEmpty() ? List.of(-1L) : List.copyOf(busy))
                  .mapTo(Long.class)
                  .list();
          return ids.isEmpty()
              ? List.of()
              : handle
                  .createQuery(COLUMNS + "in (<ids>) order by d.next_at")
                  .bind("now", now)
                  .bindList("ids", ids)
                  .map((row, context) -> dueOf(row))
                  .list();
        });
  }

  Webhook.Due one(Handle handle, long delivery, long now) {
    return handle
        .createQuery(COLUMNS + "= :delivery")
        .bind("now", now)
        .bind("delivery", delivery)
        .map((row, context) -> dueOf(row))
        .one();
  }

  private static Webhook.Due dueOf(ResultSet row) throws SQLException {
    return new Webhook.Due(
        row.getLong(1),
        row.getLong(2),
        row.getLong(3),
        row.getString(4),
        row.getString(5),
        List.of(row.getString(6).split(" ", -1)),
        row.getString(7),
        row.getString(8),
        row.getInt(9),
        row.getInt(10),
        row.getLong(11));
  }

  /** {@return when something is due next, of webhooks that are not busy} */
  OptionalLong nextDue(Collection<Long> busy) {
    Optional<Long> next =
        jdbi.withHandle(
            handle ->
                handle
                    .createQuery(
                        "select min(greatest(d.next_at, w.rests_until))"
                            + DUE
                            + " and w.id not in (<busy>)")
                    .bindList("busy", busy.isEmpty() ? List.of(-1L) : List.copyOf(busy))
                    .mapTo(Long.class)
                    .findFirst());
    return next.isPresent() ? OptionalLong.of(next.get()) : OptionalLong.empty();
  }

  /** Notes how a try went; {@return false when the webhook was deleted meanwhile}. */
  boolean tried(
      Handle handle,
      long delivery,
      WebhookClient.Outcome outcome,
      long at,
      int tookMillis,
      @Nullable Long next) {
    return handle.execute(
            "update portal.webhook_delivery set attempts = attempts + 1, tried_at = ?, took_millis"
                + " = ?, status = ?, problem = ?, next_at = ? where id = ?",
            at,
            tookMillis,
            outcome.status(),
            cut(outcome.problem()),
            next,
            delivery)
        == 1;
  }

  /** Notes how many tries in a row failed, and when the next may be made. */
  void rest(Handle handle, long webhook, int failures, long until) {
    handle.execute(
        "update portal.webhook set failures = ?, rests_until = ? where id = ?",
        failures,
        until,
        webhook);
  }

  /** Forgets what is over but for the last {@value #KEPT}. */
  void trim(Handle handle, long webhook) {
    handle.execute(
        "delete from portal.webhook_delivery where webhook = ? and next_at is null and id <= (select"
            + " id from portal.webhook_delivery where webhook = ? and next_at is null order by id"
            + " desc offset ? rows fetch next 1 row only)",
        webhook,
        webhook,
        KEPT);
  }

  List<Webhook.Delivery> deliveries(long webhook) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "select * from portal.webhook_delivery where webhook = ? order by id desc limit"
                        + " ?")
                .bind(0, webhook)
                .bind(1, KEPT)
                .map((row, context) -> delivery(row))
                .list());
  }

  Optional<Webhook.Delivery> delivery(long id) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("select * from portal.webhook_delivery where id = ?")
                .bind(0, id)
                .map((row, context) -> delivery(row))
                .findOne());
  }

  private static Webhook.Delivery delivery(ResultSet row) throws SQLException {
    return new Webhook.Delivery(
        row.getLong("id"),
        row.getString("event"),
        row.getString("type"),
        Instant.ofEpochMilli(row.getLong("created_at")),
        row.getInt("attempts"),
        instant(row, "tried_at"),
        row.getObject("took_millis", Integer.class),
        row.getObject("status", Integer.class),
        row.getString("problem"),
        instant(row, "next_at"));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? null : Instant.ofEpochMilli(millis);
  }

  private static @Nullable String cut(@Nullable String text) {
    return text == null || text.length() <= MOST_PROBLEM
        ? text
        : text.substring(0, MOST_PROBLEM - 1) + "…";
  }
}
