package org.gridappliance.agent.ipsec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CRLException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * IPsec with every other member: charon, the revocation list it believes, and whom it knows. Used
 * by the thread of {@link Ipsec}.
 */
final class Tunnels implements AutoCloseable {
  private static final long INITIATE_MILLIS = 4_000;
  private static final int MOST_PEERS = 256;

  private final IpsecFolder folder;

  /** Peers, and when they were last tried. */
  private final Map<String, Instant> known = new TreeMap<>();

  private @Nullable Charon charon;
  private @Nullable X509CRL list;
  private boolean grew;

  Tunnels(IpsecFolder folder) {
    this.folder = folder;
  }

  /** Takes a revocation list. One that revokes more has all that stands made anew under it. */
  void take(X509CRL fresh) throws IOException, CRLException {
    X509CRL before = list;
    folder.write("crl.der", fresh.getEncoded());
    Charon running = charon;
    if (running != null && running.isAlive()) {
      running.load(fresh.getEncoded());
    }
    list = fresh;
    grew |= before != null && size(fresh) > size(before);
  }

  private static int size(X509CRL list) {
    Set<?> revoked = list.getRevokedCertificates();
    return revoked == null ? 0 : revoked.size();
  }

  boolean isRevoked(X509Certificate certificate) {
    X509CRL present = list;
    return present != null && present.isRevoked(certificate);
  }

  /** {@return whom it knew last} */
  List<String> known() {
    return List.copyOf(known.keySet());
  }

  /**
   * Has IPsec stand with every member: charon is started if it does not run, who is no member is
   * cut, with whom nothing stands it is begun.
   *
   * @return every other member, and whether ESP stands with it
   */
  Map<String, Boolean> drive(String here, List<String> members)
      throws IOException, InterruptedException {
    Charon running = charon;
    if (running == null || !running.isAlive()) {
      close();
      running = Charon.start(folder, here);
      charon = running;
    }
    meet(running, here, members);
    if (grew) {
      for (String peer : running.established(false)) {
        running.cut(peer);
      }
      grew = false;
    }
    begin(running, here);
    Set<String> standing = running.established(true);
    Map<String, Boolean> seen = new TreeMap<>();
    known.keySet().forEach(peer -> seen.put(peer, standing.contains(peer)));
    return seen;
  }

  private void meet(Charon running, String here, List<String> members) throws IOException {
    Set<String> present = new HashSet<>(members);
    for (String gone : known()) {
      if (!present.contains(gone)) {
        running.remove(gone);
        known.remove(gone);
      }
    }
    for (String member : members) {
      if (!member.equals(here) && !known.containsKey(member) && known.size() < MOST_PEERS) {
        running.add(member);
        known.put(member, Instant.EPOCH);
      }
    }
  }

  /** Begins with all at once, and waits for them at most {@link #INITIATE_MILLIS}. */
  private void begin(Charon running, String here) throws IOException {
    Set<String> standing = running.established(true);
    Instant now = Instant.now();
    try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Map.Entry<String, Instant> peer : known.entrySet()) {
        // the lower address begins; the other only when that one has had its time
        boolean first = compare(here, peer.getKey()) < 0 || !peer.getValue().equals(Instant.EPOCH);
        if (first && !standing.contains(peer.getKey())) {
          Future<?> _ = each.submit(() -> running.initiate(peer.getKey(), INITIATE_MILLIS));
        }
        peer.setValue(now);
      }
    }
  }

  private static int compare(String a, String b) {
    return Arrays.compareUnsigned(
        a.getBytes(StandardCharsets.US_ASCII), b.getBytes(StandardCharsets.US_ASCII));
  }

  /** Ends charon; the guard stays, so that nothing passes. */
  @Override
  public void close() {
    Charon running = charon;
    if (running != null) {
      running.close();
    }
    charon = null;
    known.clear();
  }

  /** Forgets the list, when another authority is asked. */
  void forget() {
    list = null;
    grew = false;
  }
}
