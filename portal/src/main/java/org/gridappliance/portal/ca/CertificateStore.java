package org.gridappliance.portal.ca;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.gridappliance.ca.CaException;
import org.gridappliance.ca.Fingerprint;
import org.gridappliance.ca.request.CheckedRequest;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Requests and certificates in the database. Thread-safe. */
final class CertificateStore {
  /** A request that nobody asks after any more is forgotten, if nobody decided it either. */
  private static final Duration FORGOTTEN = Duration.ofDays(7);

  private static final String REQUEST =
      "select id, digest, csr, name, fingerprint, words, strength, contact, remote, proven,"
          + " asked_at, seen_at, state, note, decided_by, decided_at, serial from"
          + " portal.certificate_request ";
  private static final String CERTIFICATE =
      "select serial, profile, name, fingerprint, der, issued_at, until_at, issued_by, request,"
          + " revoked_at, revoked_by, reason from portal.certificate ";

  private final Jdbi jdbi;
  private final Clock clock;

  CertificateStore(Jdbi jdbi, Clock clock) {
    this.jdbi = jdbi;
    this.clock = clock;
  }

  /** A request, as the contract's CertificateRequest without what is looked up. */
  record Asked(
      long id,
      String digest,
      String csr64,
      String name,
      String fingerprint,
      String words,
      String strength,
      String contact,
      String remote,
      boolean proven,
      Instant askedAt,
      Instant seenAt,
      String state,
      @Nullable String note,
      @Nullable String decidedBy,
      @Nullable Instant decidedAt,
      @Nullable String serial) {
    byte[] csr() {
      return Base64.getDecoder().decode(csr64);
    }
  }

  /** A certificate, as the contract's Certificate. */
  record Made(
      String serial,
      String profile,
      String name,
      String fingerprint,
      String der64,
      Instant issuedAt,
      Instant until,
      String issuedBy,
      String request,
      @Nullable Instant revokedAt,
      @Nullable String revokedBy,
      @Nullable Integer reason) {
    boolean lives(Instant now) {
      return revokedAt == null && until.isAfter(now);
    }

    byte[] der() {
      return Base64.getDecoder().decode(der64);
    }
  }

  private static Asked asked(ResultSet row) throws SQLException {
    long decided = row.getLong("decided_at");
    Instant decidedAt = row.wasNull() ? null : Instant.ofEpochMilli(decided);
    return new Asked(
        row.getLong("id"),
        row.getString("digest"),
        Base64.getEncoder().encodeToString(row.getBytes("csr")),
        row.getString("name"),
        row.getString("fingerprint"),
        row.getString("words"),
        row.getString("strength"),
        row.getString("contact"),
        row.getString("remote"),
        row.getBoolean("proven"),
        Instant.ofEpochMilli(row.getLong("asked_at")),
        Instant.ofEpochMilli(row.getLong("seen_at")),
        row.getString("state"),
        row.getString("note"),
        row.getString("decided_by"),
        decidedAt,
        row.getString("serial"));
  }

  private static Made made(ResultSet row) throws SQLException {
    long revoked = row.getLong("revoked_at");
    Instant revokedAt = row.wasNull() ? null : Instant.ofEpochMilli(revoked);
    int reason = row.getInt("reason");
    Integer why = row.wasNull() ? null : reason;
    return new Made(
        row.getString("serial"),
        row.getString("profile"),
        row.getString("name"),
        row.getString("fingerprint"),
        Base64.getEncoder().encodeToString(row.getBytes("der")),
        Instant.ofEpochMilli(row.getLong("issued_at")),
        Instant.ofEpochMilli(row.getLong("until_at")),
        row.getString("issued_by"),
        row.getString("request"),
        revokedAt,
        row.getString("revoked_by"),
        why);
  }

  Optional<Asked> byDigest(String digest) {
    return jdbi.withHandle(
        h ->
            h.createQuery(REQUEST + "where digest = :digest")
                .bind("digest", digest)
                .map((row, c) -> asked(row))
                .findOne());
  }

  Optional<Asked> byId(long id) {
    return jdbi.withHandle(
        h ->
            h.createQuery(REQUEST + "where id = :id")
                .bind("id", id)
                .map((row, c) -> asked(row))
                .findOne());
  }

  /** {@return those that wait, oldest first; or the newest that were decided} */
  List<Asked> requests(boolean waiting, int limit) {
    String which =
        waiting
            ? "where state in ('waiting', 'approved') order by id limit :limit"
            : "where state in ('issued', 'denied') order by decided_at desc limit :limit";
    return jdbi.withHandle(
        h ->
            h.createQuery(REQUEST + which).bind("limit", limit).map((row, c) -> asked(row)).list());
  }

  int waiting(Optional<String> remote) {
    return jdbi.withHandle(
        h ->
            h.createQuery(
                    "select count(*) from portal.certificate_request where state = 'waiting' and"
                        + " (:remote is null or remote = :remote)")
                .bind("remote", remote.orElse(null))
                .mapTo(Integer.class)
                .one());
  }

  /** Keeps a new request, which waits; the same bytes twice are one. */
  void keep(Handle h, CheckedRequest request, String name, String remote, boolean proven) {
    long now = clock.millis();
    h.createUpdate(
            "delete from portal.certificate_request where state = 'waiting' and seen_at <"
                + " :before")
        .bind("before", now - FORGOTTEN.toMillis())
        .execute();
    h.createUpdate(
            "merge into portal.certificate_request (digest, csr, name, fingerprint, words,"
                + " strength, contact, remote, proven, asked_at, seen_at, state) key (digest)"
                + " values (:digest, :csr, :name, :fingerprint, :words, :strength, :contact,"
                + " :remote, :proven, :now, :now, 'waiting')")
        .bind("digest", request.digest())
        .bind("csr", request.der())
        .bind("name", name)
        .bind("fingerprint", Fingerprint.hex(request.key()))
        .bind("words", Fingerprint.words(request.key()))
        .bind("strength", request.strength())
        .bind("contact", request.contact())
        .bind("remote", remote)
        .bind("proven", proven)
        .bind("now", now)
        .execute();
  }

  void seen(long id) {
    jdbi.useHandle(
        h ->
            h.createUpdate("update portal.certificate_request set seen_at = :now where id = :id")
                .bind("now", clock.millis())
                .bind("id", id)
                .execute());
  }

  /** A person's yes to a request. */
  record Approval(String by, String note, Instant at) {}

  List<Approval> approvals(long request) {
    return jdbi.withHandle(h -> approvals(h, request));
  }

  static List<Approval> approvals(Handle h, long request) {
    return h.createQuery(
            "select approved_by, note, at from portal.certificate_approval where request ="
                + " :request order by at")
        .bind("request", request)
        .map(
            (row, c) ->
                new Approval(
                    row.getString("approved_by"),
                    row.getString("note"),
                    Instant.ofEpochMilli(row.getLong("at"))))
        .list();
  }

  /** Notes a person's yes; his second one for the same request changes nothing. */
  void approve(Handle h, long request, String note, String by) {
    h.createUpdate(
            "merge into portal.certificate_approval (request, approved_by, note, at) key (request,"
                + " approved_by) values (:request, :by, :note, :now)")
        .bind("request", request)
        .bind("by", by)
        .bind("note", note)
        .bind("now", clock.millis())
        .execute();
  }

  /** {@return whether it still waited and is decided now} */
  boolean decide(Handle h, long id, String state, String note, String by) {
    return h.createUpdate(
                "update portal.certificate_request set state = :state, note = :note, decided_by ="
                    + " :by, decided_at = :now where id = :id and state = 'waiting'")
            .bind("state", state)
            .bind("note", note)
            .bind("by", by)
            .bind("now", clock.millis())
            .bind("id", id)
            .execute()
        == 1;
  }

  /** Holds a request until the transaction ends. */
  static void lock(Handle h, long id) {
    h.createQuery("select id from portal.certificate_request where id = :id for update")
        .bind("id", id)
        .mapTo(Long.class)
        .findOne();
  }

  /**
   * Puts a decided one back, as its certificate could not be made. Its approvals are void: what
   * stands in the way was not there when they were given.
   */
  void waitAgain(long id) {
    jdbi.useTransaction(
        h -> {
          h.createUpdate(
                  "update portal.certificate_request set state = 'waiting', note = null,"
                      + " decided_by = null, decided_at = null where id = :id and state ="
                      + " 'approved'")
              .bind("id", id)
              .execute();
          h.createUpdate("delete from portal.certificate_approval where request = :id")
              .bind("id", id)
              .execute();
        });
  }

  private static final String FOUND =
      "where :text = '' or locate(:text, name) > 0 or locate(:text, serial) > 0 or locate(:text,"
          + " lower(issued_by)) > 0 ";

  /**
   * {@return certificates whose name, serial or issuer holds a text, newest first}
   *
   * @param text in lower case; empty for all
   */
  List<Made> certificates(String text, int limit) {
    return jdbi.withHandle(
        h ->
            h.createQuery(CERTIFICATE + FOUND + "order by line desc limit :limit")
                .bind("limit", limit)
                .bind("text", text)
                .map((row, c) -> made(row))
                .list());
  }

  /** {@return how many certificates hold that text} */
  int count(String text) {
    return jdbi.withHandle(
        h ->
            h.createQuery("select count(*) from portal.certificate " + FOUND)
                .bind("text", text)
                .mapTo(Integer.class)
                .one());
  }

  Optional<Made> certificate(String serial) {
    return jdbi.withHandle(
        h ->
            h.createQuery(CERTIFICATE + "where serial = :serial")
                .bind("serial", serial)
                .map((row, c) -> made(row))
                .findOne());
  }

  List<Made> ofName(String name) {
    return jdbi.withHandle(
        h ->
            h.createQuery(CERTIFICATE + "where name = :name order by line desc limit 20")
                .bind("name", name)
                .map((row, c) -> made(row))
                .list());
  }

  /** {@return names of nodes with a living certificate} */
  List<String> livingNodes(int limit) {
    return jdbi.withHandle(
        h ->
            h.createQuery(
                    "select distinct name from portal.certificate where profile = 'node' and"
                        + " revoked_at is null and until_at > :now order by name limit :limit")
                .bind("now", clock.millis())
                .bind("limit", limit)
                .mapTo(String.class)
                .list());
  }

  /** The last line of the signer's log that was seen. */
  record Head(long seq, String hash) {}

  Head head() {
    return jdbi.withHandle(
        h ->
            h.createQuery("select seq, hash from portal.certificate_log where id = 1")
                .map((row, c) -> new Head(row.getLong("seq"), row.getString("hash")))
                .findOne()
                .orElse(new Head(0, "")));
  }

  /** Takes lines of the signer's log over, in one transaction. */
  void learn(JsonNode entries) throws CaException {
    try {
      jdbi.useTransaction(
          h -> {
            for (JsonNode entry : entries) {
              learn(h, entry);
            }
            JsonNode last = entries.get(entries.size() - 1);
            h.createUpdate(
                    "merge into portal.certificate_log (id, seq, hash) values (1, :seq, :hash)")
                .bind("seq", last.path("seq").asLong())
                .bind("hash", last.path("hash").asText())
                .execute();
          });
    } catch (IllegalArgumentException e) {
      throw new CaException(
          CaException.Kind.BROKEN, "a line of the signer's log cannot be read: " + e.getMessage());
    }
  }

  private static void learn(Handle h, JsonNode entry) {
    JsonNode line = entry.path("json");
    long at = Instant.parse(line.path("at").asText()).toEpochMilli();
    String serial = line.path("serial").asText();
    switch (line.path("kind").asText()) {
      case "issue" -> {
        h.createUpdate(
                "merge into portal.certificate (serial, line, profile, name, fingerprint, der,"
                    + " issued_at, until_at, issued_by, request) key (serial) values (:serial,"
                    + " :line, :profile, :name, :fingerprint, :der, :at, :until, :by, :request)")
            .bind("serial", serial)
            .bind("line", entry.path("seq").asLong())
            .bind("profile", line.path("profile").asText())
            .bind("name", line.path("name").asText())
            .bind("fingerprint", line.path("key").asText())
            .bind("der", Base64.getDecoder().decode(line.path("certificate").asText()))
            .bind("at", at)
            .bind("until", Instant.parse(line.path("until").asText()).toEpochMilli())
            .bind("by", line.path("by").asText())
            .bind("request", line.path("request").asText())
            .execute();
        h.createUpdate(
                "update portal.certificate_request set state = 'issued', serial = :serial,"
                    + " csr = x'' where digest = :request") // it may hold a join token
            .bind("serial", serial)
            .bind("request", line.path("request").asText())
            .execute();
      }
      case "revoke" ->
          h.createUpdate(
                  "update portal.certificate set revoked_at = :at, revoked_by = :by, reason ="
                      + " :reason where serial = :serial and revoked_at is null")
              .bind("at", at)
              .bind("by", line.path("by").asText())
              .bind("reason", line.path("reason").asInt())
              .bind("serial", serial)
              .execute();
      default -> {
        // others change nothing here
      }
    }
  }
}
