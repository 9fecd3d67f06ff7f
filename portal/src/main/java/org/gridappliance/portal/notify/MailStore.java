package org.gridappliance.portal.notify;

import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * People's addresses, and what their next digests tell, in the database. A transaction locks the
 * address before its lines, so that none waits for another in a ring. Blocks; thread-safe.
 */
final class MailStore {
  /** Lines of one digest; of what is more only the number is told. */
  static final int MOST_LINES = 100;

  private static final int MOST_LINE = 1000;

  /** Of what a person is told. */
  enum Choice {
    NONE,
    FAILED,
    ALL;

    @JsonValue
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Choice of(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }
  }

  /**
   * A person's address.
   *
   * @param codeAt when its last code was sent, in milliseconds since 1970
   * @param codes how many were sent that day
   */
  record Address(
      long account,
      String address,
      Choice choice,
      boolean confirmed,
      @Nullable ByteBuffer code,
      long codeAt,
      int codes,
      @Nullable String problem) {}

  private final Jdbi jdbi;

  MailStore(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  Optional<Address> find(long account) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("select * from portal.mail_address where account = ?")
                .bind(0, account)
                .map((row, context) -> address(row))
                .findOne());
  }

  private static Address address(ResultSet row) throws SQLException {
    long _ = row.getLong("confirmed_at");
    boolean confirmed = !row.wasNull();
    byte[] code = row.getBytes("code");
    return new Address(
        row.getLong("account"),
        row.getString("address"),
        Choice.of(row.getString("choice")),
        confirmed,
        code == null ? null : ByteBuffer.wrap(code),
        row.getLong("code_at"),
        row.getInt("codes"),
        row.getString("problem"));
  }

  /** Enters another address; nothing is sent there but its code until it is confirmed. */
  void enter(Handle handle, long account, String address, Choice choice) {
    int known =
        handle.execute(
            "update portal.mail_address set address = ?, choice = ?, confirmed_at = null, code ="
                + " null, problem = null, failures = 0, retry_at = 0, more = 0 where account = ?",
            address,
            choice.word(),
            account);
    if (known == 0) {
      handle.execute(
          "insert into portal.mail_address (account, address, choice) values (?, ?, ?)",
          account,
          address,
          choice.word());
    }
    handle.execute("delete from portal.mail_line where account = ?", account);
  }

  void choose(Handle handle, long account, Choice choice) {
    handle.execute(
        "update portal.mail_address set choice = ? where account = ?", choice.word(), account);
    if (choice == Choice.NONE) {
      handle.execute("update portal.mail_address set more = 0 where account = ?", account);
      handle.execute("delete from portal.mail_line where account = ?", account);
    }
  }

  /**
   * Takes a code down, unless there were too many; one statement, so that of two at once only one
   * is.
   *
   * @param before the last code must have been sent by then
   * @param most codes, counted anew once the last was sent by {@code dayBefore}
   * @return whether it may be sent
   */
  boolean code(
      Handle handle,
      long account,
      String address,
      byte[] hash,
      long now,
      long before,
      long dayBefore,
      int most) {
    return handle
            .createUpdate(
                "update portal.mail_address set code = :hash, code_at = :now, codes = case when"
                    + " code_at <= :day then 1 else codes + 1 end, tries = 0, problem = null where"
                    + " account = :account and address = :address and code_at <= :before and"
                    + " (codes < :most or code_at <= :day)")
            .bind("hash", hash)
            .bind("now", now)
            .bind("day", dayBefore)
            .bind("account", account)
            .bind("address", address)
            .bind("before", before)
            .bind("most", most)
            .execute()
        == 1;
  }

  /** Counts a try before it is looked at; {@return false when there were {@code most} already}. */
  boolean count(Handle handle, long account, int most) {
    return handle.execute(
            "update portal.mail_address set tries = tries + 1 where account = ? and tries < ?",
            account,
            most)
        == 1;
  }

  /** Confirms an address by its code; {@return false when either is another by now}. */
  boolean confirm(Handle handle, Address known, byte[] hash, long now) {
    return handle.execute(
            "update portal.mail_address set confirmed_at = ?, code = null, problem = null where"
                + " account = ? and address = ? and code = ?",
            now,
            known.account(),
            known.address(),
            hash)
        == 1;
  }

  void remove(Handle handle, long account) {
    // the row stays without its address: the count of a day's codes must not begin anew
    handle.execute(
        "update portal.mail_address set address = '', choice = 'none', confirmed_at = null, code ="
            + " null, problem = null, more = 0 where account = ?",
        account);
    handle.execute("delete from portal.mail_line where account = ?", account);
  }

  /** {@return in which language a person is mailed to} */
  MailWords words(Handle handle, long account) {
    return MailWords.of(
        handle
            .createQuery("select language from portal.account where id = ?")
            .bind(0, account)
            .mapTo(String.class)
            .one());
  }

  /** Lays a line down for a person's next digest, if he wants to be told of it. */
  void lay(
      Handle handle, String owner, boolean failed, Function<MailWords, String> says, long now) {
    Optional<Long> account =
        handle
            .createQuery(
                "select account from portal.mail_address where account = (select id from"
                    + " portal.account where name = ? and status = 'active') and confirmed_at is"
                    + " not null and (choice = 'all' or (choice = 'failed' and ?)) for update")
            .bind(0, owner)
            .bind(1, failed)
            .mapTo(Long.class)
            .findOne();
    if (account.isEmpty()) {
      return;
    }
    String line = says.apply(words(handle, account.get()));
    int lines =
        handle
            .createQuery("select count(*) from portal.mail_line where account = ?")
            .bind(0, account.get())
            .mapTo(Integer.class)
            .one();
    if (lines >= MOST_LINES) {
      handle.execute(
          "update portal.mail_address set more = more + 1 where account = ?", account.get());
      return;
    }
    handle.execute(
        "insert into portal.mail_line (account, laid_at, line, failed) values (?, ?, ?, ?)",
        account.get(),
        now,
        line.length() <= MOST_LINE ? line : line.substring(0, MOST_LINE),
        failed);
  }

  /**
   * A digest that is due.
   *
   * @param words in the language that the person reads now; a line is in that of its own time
   * @param confirmed the address may be another by now than when it fell due
   * @param last the number of its last line
   * @param failed how many of the lines are of jobs that did not complete
   * @param more how many ends it only counts
   */
  record Due(
      long account,
      MailWords words,
      String address,
      boolean confirmed,
      List<String> lines,
      long last,
      int failed,
      int more,
      int failures) {}

  /**
   * {@return whose digest is to be sent now}
   *
   * @param quietSince lines must be older than this, all or the first
   * @param waitedSince and so much older, whatever came since
   * @param sentBefore and the last digest than this
   */
  List<Long> due(long now, long quietSince, long waitedSince, long sentBefore) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "select m.account from portal.mail_address m join portal.account a on a.id ="
                        + " m.account join portal.mail_line l on l.account = m.account where"
                        + " a.status = 'active' and m.confirmed_at is not null and m.sent_at <="
                        + " :sent and m.retry_at <= :now group by m.account having max(l.laid_at)"
                        + " <= :quiet or min(l.laid_at) <= :waited order by min(l.laid_at) limit"
                        + " 100")
                .bind("now", now)
                .bind("sent", sentBefore)
                .bind("quiet", quietSince)
                .bind("waited", waitedSince)
                .mapTo(Long.class)
                .list());
  }

  Due digest(long account) {
    return jdbi.withHandle(
        handle -> {
          record Line(long id, String text, boolean failed) {}
          List<Line> lines =
              handle
                  .createQuery("select * from portal.mail_line where account = ? order by id")
                  .bind(0, account)
                  .map(
                      (row, context) ->
                          new Line(
                              row.getLong("id"), row.getString("line"), row.getBoolean("failed")))
                  .list();
          return handle
              .createQuery(
                  "select address, more, failures, confirmed_at is not null from"
                      + " portal.mail_address where account = ?")
              .bind(0, account)
              .map(
                  (row, context) ->
                      new Due(
                          account,
                          words(handle, account),
                          row.getString(1),
                          row.getBoolean(4),
                          lines.stream().map(Line::text).toList(),
                          lines.isEmpty() ? 0 : lines.getLast().id(),
                          (int) lines.stream().filter(Line::failed).count(),
                          row.getInt(2),
                          row.getInt(3)))
              .one();
        });
  }

  /** The server has a digest. */
  void sent(Handle handle, Due due, long now) {
    handle.execute(
        "update portal.mail_address set sent_at = ?, failures = 0, retry_at = 0, problem = null,"
            + " more = greatest(0, more - ?) where account = ?",
        now,
        due.more(),
        due.account());
    handle.execute(
        "delete from portal.mail_line where account = ? and id <= ?", due.account(), due.last());
  }

  /** The server took none now. */
  void failed(Handle handle, long account, String problem, int failures, long retry) {
    handle.execute(
        "update portal.mail_address set failures = ?, retry_at = ?, problem = ? where account = ?",
        failures,
        retry,
        cut(problem),
        account);
  }

  /** The server never takes mail for this address: it wants another, or a new confirmation. */
  void refused(Handle handle, long account, String address, String problem) {
    int known =
        handle.execute(
            "update portal.mail_address set confirmed_at = null, code = null, more = 0, problem = ?"
                + " where account = ? and address = ?",
            cut(problem),
            account,
            address);
    if (known == 1) {
      handle.execute("delete from portal.mail_line where account = ?", account);
    }
  }

  private static String cut(String text) {
    return text.length() <= 300 ? text : text.substring(0, 299) + "…";
  }
}
