package org.gridappliance.portal.ca;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.gridappliance.ca.CaException;
import org.gridappliance.ca.profile.Network;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.audit.AuditLog;
import org.gridappliance.portal.people.Secrets;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Rules by which requests are approved without a person, each written by one and bounded: by a
 * network, by an end, by approvals in all and within {@link #DAY}. Who presents a rule's join token
 * is approved or refused by that rule alone; without a token a rule approves who asks over the
 * overlay from the very address. No rule takes an address from a living certificate of another key.
 * Thread-safe.
 */
final class Rules {
  /** What "daily" counts over. */
  static final Duration DAY = Duration.ofHours(24);

  private static final int MOST_RULES = 100;

  private static final String RULE =
      "select r.id, r.name, r.token is not null as has_token, r.network, r.days, r.most, r.daily,"
          + " r.ends_at, r.made_by, r.made_at, r.ended_by, r.ended_at,"
          + " (select count(*) from portal.certificate_rule_use u where u.rule = r.id) as used,"
          + " (select count(*) from portal.certificate_rule_use u where u.rule = r.id and u.at >"
          + " :day) as today,"
          + " (select count(*) from portal.certificate_approval a where a.rule = r.id) as approvals"
          + " from portal.certificate_rule r ";

  private final Jdbi jdbi;
  private final Clock clock;
  private final AuditLog audit;
  private final int approvals;

  /**
   * @param approvals persons who must approve a rule before it approves anything; its maker is one
   */
  Rules(Jdbi jdbi, Clock clock, AuditLog audit, int approvals) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.audit = audit;
    this.approvals = approvals;
  }

  /**
   * What a person wants of a rule.
   *
   * @param network addresses that it may approve, as {@code 10.128.4.0/24}
   * @param days a certificate's life
   * @param most approvals in all
   * @param daily approvals within a day
   * @param until when it ends
   */
  record Wanted(
      String name, boolean token, String network, int days, int most, int daily, Instant until) {}

  /** A rule as it stands. */
  record Rule(
      long id,
      String name,
      boolean token,
      String network,
      int days,
      int most,
      int daily,
      Instant until,
      String madeBy,
      Instant madeAt,
      @Nullable String endedBy,
      @Nullable Instant endedAt,
      int used,
      int today,
      int approvals) {
    private static Rule of(ResultSet row) throws SQLException {
      long ended = row.getLong("ended_at");
      Instant endedAt = row.wasNull() ? null : Instant.ofEpochMilli(ended);
      return new Rule(
          row.getLong("id"),
          row.getString("name"),
          row.getBoolean("has_token"),
          row.getString("network"),
          row.getInt("days"),
          row.getInt("most"),
          row.getInt("daily"),
          Instant.ofEpochMilli(row.getLong("ends_at")),
          row.getString("made_by"),
          Instant.ofEpochMilli(row.getLong("made_at")),
          row.getString("ended_by"),
          endedAt,
          row.getInt("used"),
          row.getInt("today"),
          row.getInt("approvals"));
    }

    /** {@return how the log and the list of certificates call it} */
    String actor() {
      return "rule " + name;
    }
  }

  /** A new rule. */
  record Made(Rule rule, Optional<String> token) {}

  /** Makes a rule. Its token is told this once; only its digest is kept. */
  Made make(Wanted wanted, String by, String remote) throws CaException {
    String name = wanted.name().strip();
    if (!name.matches("[\\p{L}\\p{N}][\\p{L}\\p{N} ._-]{0,39}")) {
      throw CaException.invalid(
          "name '" + name + "': want 1..40 letters, digits, blanks, dots, _ and -");
    }
    Network network = Network.of(wanted.network());
    if (!Network.of(PoolCa.NETWORK).contains(network)) {
      throw CaException.invalid(
          network + " is not within the pool's network " + PoolCa.NETWORK + ": want a part of it");
    }
    if (wanted.daily() > wanted.most()) {
      throw CaException.invalid(
          "daily=" + wanted.daily() + ": want at most the " + wanted.most() + " in all");
    }
    if (!wanted.until().isAfter(clock.instant())) {
      throw CaException.invalid("until=" + wanted.until() + " is over: want a time to come");
    }
    String token = wanted.token() ? Secrets.random() : null;
    Rule rule =
        jdbi.inTransaction(
            h -> {
              long now = clock.millis();
              if (list(h, true).stream().anyMatch(r -> r.name().equals(name))) {
                throw Problem.conflict("there is a rule '" + name + "' already: want another name");
              }
              if (list(h, true).size() >= MOST_RULES) {
                throw Problem.conflict("there are " + MOST_RULES + " rules: end some first");
              }
              long id =
                  h.createUpdate(
                          "insert into portal.certificate_rule (name, token, network, days, most,"
                              + " daily, ends_at, made_by, made_at) values (:name, :token,"
                              + " :network, :days, :most, :daily, :ends, :by, :now)")
                      .bind("name", name)
                      .bind("token", token == null ? null : digest(token))
                      .bind("network", network.toString())
                      .bind("days", wanted.days())
                      .bind("most", wanted.most())
                      .bind("daily", wanted.daily())
                      .bind("ends", wanted.until().toEpochMilli())
                      .bind("by", by)
                      .bind("now", now)
                      .executeAndReturnGeneratedKeys("id")
                      .mapTo(Long.class)
                      .one();
              endorse(h, id, by);
              Rule made = byId(h, id).orElseThrow();
              audit.append(h, by, "certificate.rule.made", made.actor(), words(made), remote);
              return made;
            });
    return new Made(rule, Optional.ofNullable(token));
  }

  private static String words(Rule rule) {
    return "%s, %s, %d in all, %d a day, until %s, %d days"
        .formatted(
            rule.token() ? "join token" : "over the overlay",
            rule.network(),
            rule.most(),
            rule.daily(),
            rule.until(),
            rule.days());
  }

  private void endorse(Handle h, long rule, String by) {
    h.createUpdate(
            "insert into portal.certificate_approval (rule, approved_by, note, at) values (:rule,"
                + " :by, '', :now)")
        .bind("rule", rule)
        .bind("by", by)
        .bind("now", clock.millis())
        .execute();
  }

  /** A further person approves a rule. */
  Rule approve(long id, String by, String remote) {
    return jdbi.inTransaction(
        h -> {
          Rule rule = living(h, id);
          if (approvers(h, id).contains(by)) {
            throw Problem.conflict("you have approved rule '" + rule.name() + "' already");
          }
          endorse(h, id, by);
          audit.append(h, by, "certificate.rule.approved", rule.actor(), words(rule), remote);
          return byId(h, id).orElseThrow();
        });
  }

  /** Ends a rule for good; what it approved stands. */
  void end(long id, String by, String remote) {
    jdbi.useTransaction(
        h -> {
          Rule rule = living(h, id);
          h.createUpdate(
                  "update portal.certificate_rule set ended_by = :by, ended_at = :now where id ="
                      + " :id")
              .bind("by", by)
              .bind("now", clock.millis())
              .bind("id", id)
              .execute();
          audit.append(h, by, "certificate.rule.ended", rule.actor(), null, remote);
        });
  }

  private Rule living(Handle h, long id) {
    Rule rule = byId(h, id).orElseThrow(() -> Problem.notFound("rule " + id));
    if (rule.endedAt() != null) {
      throw Problem.conflict("rule '" + rule.name() + "' was ended already");
    }
    return rule;
  }

  /** {@return rules that were not ended by a person, newest first} */
  List<Rule> list() {
    return jdbi.withHandle(h -> list(h, true));
  }

  private List<Rule> list(Handle h, boolean tokens) {
    return h.createQuery(
            RULE
                + "where r.ended_at is null and (:tokens or r.token is null) order by r.id desc"
                + " limit 200")
        .bind("day", day())
        .bind("tokens", tokens)
        .map((row, c) -> Rule.of(row))
        .list();
  }

  List<String> approvers(long rule) {
    return jdbi.withHandle(h -> approvers(h, rule));
  }

  private static List<String> approvers(Handle h, long rule) {
    return h.createQuery(
            "select approved_by from portal.certificate_approval where rule = :rule order by at")
        .bind("rule", rule)
        .mapTo(String.class)
        .list();
  }

  private Optional<Rule> byId(Handle h, long id) {
    return h.createQuery(RULE + "where r.id = :id")
        .bind("day", day())
        .bind("id", id)
        .map((row, c) -> Rule.of(row))
        .findOne();
  }

  private long day() {
    return clock.millis() - DAY.toMillis();
  }

  /**
   * The rule that a join token names.
   *
   * @throws Problem 403 when there is none, or it approves nobody any more or not this address
   */
  Rule byToken(Handle h, String token, String address) throws CaException {
    Rule rule =
        h.createQuery("select id from portal.certificate_rule where token = :token for update")
            .bind("token", digest(token))
            .mapTo(Long.class)
            .findOne()
            .flatMap(id -> byId(h, id))
            .orElseThrow(
                () ->
                    Problem.forbidden(
                        "the join token is none of this pool's; copy it whole, or ask without one"
                            + " and a person decides"));
    Optional<String> refusal = refusal(rule, address);
    if (refusal.isPresent()) {
      String text = "the join token of rule '" + rule.name() + "' " + refusal.get();
      throw later(rule) ? new Problem(429, "Later", text) : Problem.forbidden(text);
    }
    return rule;
  }

  /** {@return whether a rule that refuses now may approve without anybody changing the question} */
  private boolean later(Rule rule) {
    return rule.endedAt() == null
        && clock.instant().isBefore(rule.until())
        && (rule.approvals() < approvals
            || (rule.used() < rule.most() && rule.today() >= rule.daily()));
  }

  /** {@return a rule that approves an address which the overlay vouches for} */
  Optional<Rule> byAddress(Handle h, String address) throws CaException {
    for (Rule rule : list(h, false).reversed()) {
      if (refusal(rule, address).isEmpty()) {
        h.createQuery("select id from portal.certificate_rule where id = :id for update")
            .bind("id", rule.id())
            .mapTo(Long.class)
            .one();
        Rule locked = byId(h, rule.id()).orElseThrow();
        if (refusal(locked, address).isEmpty()) {
          return Optional.of(locked);
        }
      }
    }
    return Optional.empty();
  }

  private Optional<String> refusal(Rule rule, String address) throws CaException {
    if (rule.endedAt() != null) {
      return Optional.of("was withdrawn by " + rule.endedBy() + "; ask for a new one");
    }
    if (!clock.instant().isBefore(rule.until())) {
      return Optional.of("expired at " + rule.until() + "; ask for a new one");
    }
    if (rule.approvals() < approvals) {
      return Optional.of(
          "has %d of %d approvals; ask again when it has all"
              .formatted(rule.approvals(), approvals));
    }
    if (!Network.of(rule.network()).contains(Network.of(address))) {
      return Optional.of("is for " + rule.network() + ", which " + address + " is not in");
    }
    if (rule.used() >= rule.most()) {
      return Optional.of("is used up, " + rule.used() + " of " + rule.most() + "; ask for another");
    }
    if (rule.today() >= rule.daily()) {
      return Optional.of(
          "has approved the most it may in 24 hours, " + rule.daily() + "; ask again later");
    }
    return Optional.empty();
  }

  /** {@return the life of a certificate for a request that a rule approved} */
  Optional<Integer> days(String digest) {
    return jdbi.withHandle(
        h ->
            h.createQuery(
                    "select r.days from portal.certificate_rule r join portal.certificate_rule_use"
                        + " u on u.rule = r.id where u.digest = :digest")
                .bind("digest", digest)
                .mapTo(Integer.class)
                .findFirst());
  }

  /** Counts one approval. {@return why, for the log} */
  String use(Handle h, Rule rule, String digest, String address) {
    h.createUpdate(
            "insert into portal.certificate_rule_use (rule, digest, name, at) values (:rule,"
                + " :digest, :name, :now)")
        .bind("rule", rule.id())
        .bind("digest", digest)
        .bind("name", address)
        .bind("now", clock.millis())
        .execute();
    return "rule %d '%s' of %s: %s within %s, %d of %d"
        .formatted(
            rule.id(),
            rule.name(),
            rule.madeBy(),
            rule.token() ? "join token" : "over the overlay",
            rule.network(),
            rule.used() + 1,
            rule.most());
  }

  private static String digest(String token) {
    return HexFormat.of().formatHex(Secrets.hash(token));
  }
}
