package org.gridappliance.portal.ca;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Clock;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.gridappliance.ca.CaException;
import org.gridappliance.ca.signer.SignerProcess;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.audit.AuditLog;
import org.gridappliance.portal.ca.CertificateStore.Made;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The pool's authority. A request comes into the {@link RequestQueue}, waits, is approved or denied
 * there, and is signed by the signer's process ({@link #issue}), whose log this portal follows
 * ({@link #follow}) and never trusts to have become shorter or another. Blocks; thread-safe.
 */
public final class PoolCa implements AutoCloseable {
  static final String NETWORK = "10.128.0.0/9";
  static final int DAYS = 30;

  private static final long LIST_MILLIS = 2_000;

  private final CertificateStore store;
  private final RequestQueue queue;
  private final SignerProcess signer;
  private final AuditLog audit;
  private final Clock clock;
  private final PoolVersion version = new PoolVersion();
  private final ReentrantLock following = new ReentrantLock();
  private byte @Nullable [] list; // guarded by following, as is when it was fetched
  private long listMillis;

  /**
   * @param signer not started before there is an authority or one is made
   * @param approvals persons who must approve a request
   */
  @SuppressWarnings("this-escape") // the queue asks only once somebody asks it
  public PoolCa(Jdbi jdbi, Clock clock, AuditLog audit, SignerProcess signer, int approvals) {
    this.store = new CertificateStore(jdbi, clock);
    this.queue = new RequestQueue(this, jdbi, clock, audit, approvals);
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

  /** {@return requests that wait, and how they are decided} */
  public RequestQueue queue() {
    return queue;
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
    queue.signApproved();
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

  /** Has a certificate signed. */
  Made issue(
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

  /** {@return the signer's answer to an OCSP request, in DER} */
  byte[] ocsp(byte[] request) throws CaException {
    try {
      String base64 = Base64.getEncoder().encodeToString(request);
      return signer.ask("ocsp", Map.of("request", base64)).binaryValue();
    } catch (IOException e) {
      throw new CaException(CaException.Kind.BROKEN, "the signer's OCSP answer is no base64");
    }
  }

  @Override
  public void close() {
    signer.close();
  }
}
