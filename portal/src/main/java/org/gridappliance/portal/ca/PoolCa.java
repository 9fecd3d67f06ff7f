package org.gridappliance.portal.ca;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Clock;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.gridappliance.ca.CaException;
import org.gridappliance.ca.Fingerprint;
import org.gridappliance.ca.profile.Network;
import org.gridappliance.ca.request.CheckedRequest;
import org.gridappliance.ca.signer.SignerProcess;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.audit.AuditLog;
import org.gridappliance.portal.ca.CertificateStore.Asked;
import org.gridappliance.portal.ca.CertificateStore.Made;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The pool's authority. A request comes in ({@link #ask}), waits, is approved or denied by a person
 * ({@link #approve}, {@link #deny}), is signed by the signer's process, whose log this portal
 * follows ({@link #follow}) and never trusts to have become shorter or another. Blocks;
 * thread-safe.
 */
public final class PoolCa implements AutoCloseable {
  static final String NETWORK = "10.128.0.0/9";
  static final int DAYS = 30;

  private static final int MOST_WAITING = 200;
  private static final int MOST_OF_ONE = 10;
  private static final int CHECKS_AT_ONCE = 4;
  private static final long LIST_MILLIS = 2_000;

  private final CertificateStore store;
  private final SignerProcess signer;
  private final AuditLog audit;
  private final Jdbi jdbi;
  private final Clock clock;
  private final Semaphore checks = new Semaphore(CHECKS_AT_ONCE);
  private final PoolVersion version = new PoolVersion();
  private final ReentrantLock following = new ReentrantLock();
  private byte @Nullable [] list; // guarded by following, as is when it was fetched
  private long listMillis;

  /**
   * @param signer not started before there is an authority or one is made
   */
  public PoolCa(Jdbi jdbi, Clock clock, AuditLog audit, SignerProcess signer) {
    this.store = new CertificateStore(jdbi, clock);
    this.jdbi = jdbi;
    this.clock = clock;
    this.audit = audit;
    this.signer = signer;
  }

  PoolVersion version() {
    return version;
  }

  CertificateStore store() {
    return store;
  }

  boolean isMade() {
    return signer.exists();
  }

  /** Takes up what a crash left: what the signer did is learnt, what was approved is signed. */
  public void takeUp() {
    if (!isMade()) {
      return;
    }
    try {
      follow();
    } catch (CaException e) {
      audit.append(AuditLog.NOBODY, "ca.broken", null, e.getMessage(), null);
    }
  }

  /** {@return what the signer says of itself; {@code made: false} where there is no authority} */
  ObjectNode state() throws CaException {
    if (!isMade()) {
      return com.fasterxml.jackson.databind.node.JsonNodeFactory.instance
          .objectNode()
          .put("made", false);
    }
    follow();
    return signer.ask("state", Map.of()).deepCopy();
  }

  void make(String name, String algorithm, int years, String passphrase, String by, String remote)
      throws CaException {
    Map<String, Object> question = new HashMap<>();
    question.put("name", name);
    question.put("algorithm", algorithm);
    question.put("years", years);
    question.put("network", NETWORK);
    question.put("passphrase", passphrase);
    question.put("by", by);
    signer.ask("make", question);
    audit.append(by, "ca.made", name, algorithm + ", " + years + " years", remote);
    follow();
  }

  void unlock(String passphrase, String by, String remote) throws CaException {
    try {
      signer.ask("unlock", Map.of("passphrase", passphrase, "by", by));
    } finally {
      follow();
    }
    audit.append(by, "ca.unlocked", null, null, remote);
    for (Asked asked : store.requests(true, MOST_WAITING)) {
      if (asked.state().equals("approved")) { // when it was locked, or a crash came between
        String note = asked.note() == null ? "" : asked.note();
        sign(asked, note, List.of(), String.valueOf(asked.decidedBy()), DAYS);
      }
    }
  }

  void lock(String by, String remote) throws CaException {
    signer.ask("lock", Map.of("by", by));
    follow();
    audit.append(by, "ca.locked", null, null, remote);
  }

  /**
   * Learns what the signer has done since.
   *
   * @throws CaException BROKEN when its log does not go on from the line seen last
   */
  void follow() throws CaException {
    following.lock();
    try {
      while (true) {
        CertificateStore.Head head = store.head();
        // the last one seen is asked for again: it must be the same
        JsonNode lines = signer.ask("entries", Map.of("after", Math.max(0, head.seq() - 1)));
        if (head.seq() > 0 && !lines.path(0).path("hash").asText().equals(head.hash())) {
          throw new CaException(
              CaException.Kind.BROKEN,
              "the signer's log is not the one this portal followed up to line "
                  + head.seq()
                  + ": it was altered, or restored from an older backup. Nothing is issued; restore"
                  + " DATA/ca and DATA/db from one backup, or make a new authority");
        }
        if (lines.isEmpty() || lines.path(lines.size() - 1).path("seq").asLong() == head.seq()) {
          return;
        }
        store.learn(lines);
        list = null;
        version.changed();
      }
    } finally {
      following.unlock();
    }
  }

  /**
   * Who asks.
   *
   * @param overOverlay whether the question came in over the overlay, whose cryptokey routing makes
   *     the address the sender's own
   */
  record Asker(String address, boolean overOverlay) {}

  /** What became of a request. */
  sealed interface Outcome {
    /** A person must decide; ask again later. */
    record Waits() implements Outcome {}

    /** Here it is. */
    record Issued(Made certificate) implements Outcome {}

    /** A person said no. */
    record Denied(String note) implements Outcome {}
  }

  /**
   * Asks for a node's certificate, or after one that was asked for.
   *
   * @param from where the question came from
   * @throws CaException INVALID when the request is not sound
   * @throws Problem 403, 429, 503 when it may not wait
   */
  Outcome ask(byte[] der, Asker from) throws CaException {
    String remote = from.address();
    Optional<Asked> known = store.byDigest(Fingerprint.hex(der));
    if (known.isPresent()) {
      return after(known.get());
    }
    if (!isMade()) {
      throw new Problem(
          503, "No authority", "this pool has no certificate authority yet; ask its administrator");
    }
    CheckedRequest request = check(der);
    String name = nodeOf(request);
    boolean proven = proven(name, from);
    if (store.waiting(Optional.empty()) >= MOST_WAITING) {
      throw new Problem(
          503, "Queue full", "as many requests as may wait do wait already; ask again later");
    }
    if (store.waiting(Optional.of(remote)) >= MOST_OF_ONE) {
      throw new Problem(
          429, "Too many", MOST_OF_ONE + " requests from " + remote + " wait already");
    }
    store.keep(request, name, remote, proven);
    audit.append(AuditLog.NOBODY, "certificate.asked", name, request.strength(), remote);
    return new Outcome.Waits();
  }

  private CheckedRequest check(byte[] der) throws CaException {
    if (!checks.tryAcquire()) {
      throw new Problem(503, "Busy", "too many requests are being checked; ask again");
    }
    try {
      return CheckedRequest.parse(der);
    } finally {
      checks.release();
    }
  }

  private static String nodeOf(CheckedRequest request) throws CaException {
    if (request.addresses().size() != 1 || !request.hosts().isEmpty()) {
      throw CaException.invalid(
          "the request's alternative names are "
              + request.addresses()
              + " and "
              + request.hosts()
              + ": want the node's virtual address alone");
    }
    String name = request.addresses().getFirst();
    if (!Network.of(NETWORK).contains(Network.of(name))) {
      throw CaException.invalid(name + " is no address of the pool's network " + NETWORK);
    }
    return name;
  }

  /**
   * {@return whether the overlay vouches for the address} What comes over the overlay comes from
   * whose key holds its source address (docs/overlay.md, cryptokey routing).
   */
  private static boolean proven(String name, Asker from) {
    String remote = from.address();
    if (!from.overOverlay()) {
      return false;
    }
    if (!remote.equals(name)) {
      throw Problem.forbidden(
          "the request is for " + name + " but came from " + remote + ": want one's own address");
    }
    return true;
  }

  private Outcome after(Asked asked) throws CaException {
    return switch (asked.state()) {
      case "denied" -> new Outcome.Denied(asked.note() == null ? "" : asked.note());
      case "issued" -> {
        Made made =
            store
                .certificate(String.valueOf(asked.serial()))
                .orElseThrow(() -> new IllegalStateException("no certificate of " + asked.id()));
        if (made.revokedAt() != null) {
          yield new Outcome.Denied("its certificate was revoked; make a new key and ask anew");
        }
        yield new Outcome.Issued(made);
      }
      default -> {
        store.seen(asked.id());
        yield new Outcome.Waits();
      }
    };
  }

  /**
   * Renews without a person while nothing changed: the same key asks for the same address, and has
   * a living certificate for it. That the request is signed with the key is the proof.
   */
  Made renew(byte[] der, Asker from) throws CaException {
    follow();
    CheckedRequest request = check(der);
    String name = nodeOf(request);
    boolean _ = proven(name, from);
    String key = Fingerprint.hex(request.key());
    Made old =
        store.ofName(name).stream()
            .filter(made -> made.fingerprint().equals(key) && made.lives(clock.instant()))
            .findFirst()
            .orElseThrow(
                () ->
                    Problem.forbidden(
                        "no living certificate for "
                            + name
                            + " has this key: enrol anew, and a person decides"));
    String id = request.digest() + " after " + old.serial();
    return issue(id, der, name, List.of(), "renewal", "same key, same address", DAYS);
  }

  private Made issue(
      String request,
      byte[] der,
      String name,
      List<String> replace,
      String by,
      String why,
      int days)
      throws CaException {
    Map<String, Object> question = new HashMap<>();
    question.put("request", request);
    question.put("csr", Base64.getEncoder().encodeToString(der));
    question.put("profile", "node");
    question.put("name", name);
    question.put("days", days);
    question.put("replace", replace);
    question.put("by", by);
    question.put("why", why);
    JsonNode line = signer.ask("issue", question);
    follow();
    String serial = line.path("json").path("serial").asText();
    return store
        .certificate(serial)
        .orElseThrow(
            () -> new CaException(CaException.Kind.BROKEN, "serial " + serial + " was lost"));
  }

  /**
   * Approves a request that waits, which signs its certificate.
   *
   * @param replace serials of other keys' certificates for the address, revoked by this
   */
  Made approve(long id, String note, List<String> replace, int days, String by, String remote)
      throws CaException {
    follow();
    Asked asked = waiting(id);
    jdbi.useTransaction(
        h -> {
          if (!store.decide(h, id, "approved", note, by)) {
            throw Problem.conflict("request " + id + " was decided meanwhile");
          }
          audit.append(h, by, "certificate.approved", asked.name(), note, remote);
        });
    return sign(asked, note, replace, by, days);
  }

  private Made sign(Asked asked, String note, List<String> replace, String by, int days)
      throws CaException {
    try {
      return issue(asked.digest(), asked.csr(), asked.name(), replace, by, note, days);
    } catch (CaException e) {
      store.waitAgain(asked.id());
      throw e;
    }
  }

  void deny(long id, String note, String by, String remote) {
    Asked asked = waiting(id);
    jdbi.useTransaction(
        h -> {
          if (!store.decide(h, id, "denied", note, by)) {
            throw Problem.conflict("request " + id + " was decided meanwhile");
          }
          audit.append(h, by, "certificate.denied", asked.name(), note, remote);
        });
    version.changed();
  }

  private Asked waiting(long id) {
    Asked asked = store.byId(id).orElseThrow(() -> Problem.notFound("request " + id));
    if (!asked.state().equals("waiting")) {
      throw Problem.conflict("request " + id + " is " + asked.state() + " already");
    }
    return asked;
  }

  Made revoke(String serial, int reason, String by, String remote) throws CaException {
    follow();
    Made made =
        store.certificate(serial).orElseThrow(() -> Problem.notFound("certificate " + serial));
    signer.ask("revoke", Map.of("serial", serial, "reason", reason, "by", by));
    audit.append(by, "certificate.revoked", made.name(), "serial " + serial, remote);
    follow();
    return store.certificate(serial).orElse(made);
  }

  /** {@return the revocation list} */
  byte[] list() throws CaException {
    following.lock();
    try {
      byte[] present = list;
      if (present != null && Math.abs(clock.millis() - listMillis) < LIST_MILLIS) {
        return present;
      }
      byte[] der = signer.ask("list", Map.of()).binaryValue();
      list = der;
      listMillis = clock.millis();
      return der;
    } catch (IOException e) {
      throw new CaException(CaException.Kind.BROKEN, "the signer's list is no base64");
    } finally {
      following.unlock();
    }
  }

  @Override
  public void close() {
    signer.close();
  }
}
