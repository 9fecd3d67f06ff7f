package org.gridappliance.portal.ca;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;
import org.gridappliance.ca.CaException;
import org.gridappliance.ca.Fingerprint;
import org.gridappliance.ca.profile.Network;
import org.gridappliance.ca.request.CheckedRequest;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.audit.AuditLog;
import org.gridappliance.portal.ca.CertificateStore.Approval;
import org.gridappliance.portal.ca.CertificateStore.Asked;
import org.gridappliance.portal.ca.CertificateStore.Made;
import org.gridappliance.portal.people.Throttle;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Requests from when they come in ({@link #ask}) until they are signed: approved by a rule at once,
 * or kept waiting until persons approve ({@link #approve}; as many as the settings say) or one
 * denies ({@link #deny}). Blocks; thread-safe.
 */
public final class RequestQueue {
  private static final int MOST_WAITING = 200;
  private static final int MOST_OF_ONE = 10;
  private static final int CHECKS_AT_ONCE = 4;
  private static final int WRONG_TOKENS = 10;
  private static final Duration WRONG_WINDOW = Duration.ofMinutes(15);

  private final PoolCa ca;
  private final CertificateStore store;
  private final Rules rules;
  private final Jdbi jdbi;
  private final Clock clock;
  private final AuditLog audit;
  private final int approvals;
  private final Throttle wrongTokens;
  private final Semaphore checks = new Semaphore(CHECKS_AT_ONCE);
  private volatile BiConsumer<Integer, Optional<String>> told = (waiting, name) -> {};

  RequestQueue(PoolCa ca, Jdbi jdbi, Clock clock, AuditLog audit, int approvals) {
    this.ca = ca;
    this.store = ca.store();
    this.rules = new Rules(jdbi, clock, audit, approvals);
    this.jdbi = jdbi;
    this.clock = clock;
    this.audit = audit;
    this.approvals = approvals;
    this.wrongTokens = new Throttle(clock, WRONG_TOKENS, WRONG_WINDOW);
  }

  Rules rules() {
    return rules;
  }

  /** {@return persons who must approve} */
  int approvals() {
    return approvals;
  }

  /** {@return requests that wait for a person} */
  public int waiting() {
    return store.waiting(Optional.empty());
  }

  /**
   * Has somebody told how many wait whenever that changes, and the address that a new one asks for.
   */
  public void whenChanged(BiConsumer<Integer, Optional<String>> listener) {
    told = listener;
  }

  private void tell(Optional<String> asks) {
    told.accept(waiting(), asks);
  }

  /**
   * Who asks.
   *
   * @param overOverlay whether the question came in over the overlay, whose cryptokey routing makes
   *     the address the sender's own
   * @param token a join token; empty for none
   */
  record Asker(String address, boolean overOverlay, String token) {}

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
    if (!ca.isMade()) {
      throw new Problem(
          503, "No authority", "this pool has no certificate authority yet; ask its administrator");
    }
    CheckedRequest request = check(der);
    String name = nodeOf(request);
    boolean proven = proven(name, from);
    String token = from.token().isEmpty() ? request.secret() : from.token();
    Optional<Outcome> byRule = byRule(request, name, remote, proven, token);
    if (byRule.isPresent()) {
      return byRule.get();
    }
    if (waiting() >= MOST_WAITING) {
      throw new Problem(
          503, "Queue full", "as many requests as may wait do wait already; ask again later");
    }
    if (store.waiting(Optional.of(remote)) >= MOST_OF_ONE) {
      throw new Problem(
          429, "Too many", MOST_OF_ONE + " requests from " + remote + " wait already");
    }
    jdbi.useTransaction(
        h -> {
          store.keep(h, request, name, remote, proven);
          audit.append(h, AuditLog.NOBODY, "certificate.asked", name, request.strength(), remote);
        });
    tell(Optional.of(name));
    return new Outcome.Waits();
  }

  /**
   * Approves by a rule, if one does. A rule never takes an address from another living key: that
   * waits for a person.
   *
   * @throws Problem 403 when there is a join token and its rule does not approve
   */
  private Optional<Outcome> byRule(
      CheckedRequest request, String name, String remote, boolean proven, String token)
      throws CaException {
    if (token.isEmpty() && !proven) {
      return Optional.empty();
    }
    Optional<String> why;
    try {
      why =
          jdbi.inTransaction(
              h -> {
                Optional<Rules.Rule> rule =
                    token.isEmpty()
                        ? rules.byAddress(h, name)
                        : Optional.of(rules.byToken(h, token, name));
                if (rule.isEmpty() || takes(request, name)) {
                  return Optional.<String>empty();
                }
                return Optional.of(approveBy(h, rule.get(), request, name, remote, proven));
              });
    } catch (RuntimeException e) {
      Optional<Asked> meanwhile = store.byDigest(request.digest()); // sent twice at once
      if (meanwhile.isPresent()) {
        return Optional.of(after(meanwhile.get()));
      }
      if (e instanceof Problem refused && refused.status() != 429) {
        wrongTokens.count(List.of(remote)); // so that nobody fills the audit log
        audit.append(AuditLog.NOBODY, "certificate.refused", name, e.getMessage(), remote);
      }
      throw e;
    }
    if (why.isEmpty()) {
      return Optional.empty();
    }
    Asked approved = store.byDigest(request.digest()).orElseThrow();
    return Optional.of(after(signApproved(approved)));
  }

  /** Whether the address has a living certificate of another key. */
  private boolean takes(CheckedRequest request, String name) {
    String key = Fingerprint.hex(request.key());
    return store.ofName(name).stream()
        .anyMatch(made -> made.lives(clock.instant()) && !made.fingerprint().equals(key));
  }

  private String approveBy(
      Handle h,
      Rules.Rule rule,
      CheckedRequest request,
      String name,
      String remote,
      boolean proven) {
    store.keep(h, request, name, remote, proven);
    long id =
        h.createQuery("select id from portal.certificate_request where digest = :digest")
            .bind("digest", request.digest())
            .mapTo(Long.class)
            .one();
    String why = rules.use(h, rule, request.digest(), name);
    store.decide(h, id, "approved", why, rule.actor());
    audit.append(h, rule.actor(), "certificate.approved", name, why, remote);
    return why;
  }

  /**
   * Signs what was approved while the key was locked, or before a crash. What cannot be signed for
   * another reason waits for a person again.
   */
  void signApproved() {
    for (Asked asked : store.requests(true, MOST_WAITING)) {
      if (asked.state().equals("approved")) {
        signApproved(asked);
      }
    }
  }

  /** {@return the request as it is then} */
  private Asked signApproved(Asked asked) {
    int days = rules.days(asked.digest()).orElse(PoolCa.DAYS);
    String note = asked.note() == null ? "" : asked.note();
    try {
      String by = String.valueOf(asked.decidedBy());
      ca.issue(asked.digest(), asked.csr(), asked.name(), List.of(), by, note, days);
    } catch (CaException e) {
      if (e.kind() != CaException.Kind.LOCKED) { // locked: it is signed once the key is unlocked
        store.waitAgain(asked.id());
        audit.append(
            AuditLog.NOBODY, "certificate.unsigned", asked.name(), e.getMessage(), asked.remote());
        tell(Optional.of(asked.name()));
      }
    }
    return store.byId(asked.id()).orElse(asked);
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
    if (!Network.of(PoolCa.NETWORK).contains(Network.of(name))) {
      throw CaException.invalid(name + " is no address of the pool's network " + PoolCa.NETWORK);
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
    ca.follow();
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
    return ca.issue(id, der, name, List.of(), "renewal", "same key, same address", PoolCa.DAYS);
  }

  /** What an approval did. */
  sealed interface Approved {
    /** Signed. */
    record Signed(Made certificate) implements Approved {}

    /** Further persons must approve. */
    record Further(List<Approval> approvals) implements Approved {}
  }

  /**
   * Approves a request that waits, which signs its certificate once enough persons have.
   *
   * @param replace serials of other keys' certificates for the address, revoked by this
   */
  Approved approve(long id, String note, List<String> replace, int days, String by, String remote)
      throws CaException {
    ca.follow();
    Asked asked = waiting(id);
    List<Approval> all =
        jdbi.inTransaction(
            h -> {
              CertificateStore.lock(h, id); // of two at once the second sees the first
              List<Approval> before = CertificateStore.approvals(h, id);
              boolean again = before.stream().anyMatch(one -> one.by().equals(by));
              if (again && before.size() < approvals) {
                throw Problem.conflict(
                    "you have approved it already; "
                        + (approvals - before.size())
                        + " more CA administrators must");
              }
              store.approve(h, id, note, by);
              List<Approval> now = CertificateStore.approvals(h, id);
              if (now.size() >= approvals && !store.decide(h, id, "approved", note, by)) {
                throw Problem.conflict("request " + id + " was decided meanwhile");
              }
              audit.append(h, by, "certificate.approved", asked.name(), note, remote);
              return now;
            });
    if (all.size() < approvals) {
      return new Approved.Further(all);
    }
    try {
      String people = String.join(", ", all.stream().map(Approval::by).toList());
      String why = approvals == 1 ? note : "approved by " + people + ": " + note;
      return new Approved.Signed(
          ca.issue(asked.digest(), asked.csr(), asked.name(), replace, by, why, days));
    } catch (CaException e) {
      store.waitAgain(asked.id());
      throw e;
    } finally {
      tell(Optional.empty());
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
    ca.version().changed();
    tell(Optional.empty());
  }

  private Asked waiting(long id) {
    Asked asked = store.byId(id).orElseThrow(() -> Problem.notFound("request " + id));
    if (!asked.state().equals("waiting")) {
      throw Problem.conflict("request " + id + " is " + asked.state() + " already");
    }
    return asked;
  }
}
