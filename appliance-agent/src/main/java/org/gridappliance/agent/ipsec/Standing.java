package org.gridappliance.agent.ipsec;

import java.security.PublicKey;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.gridappliance.ca.Fingerprint;

/** How this machine stands with the secure pool, as verbs tell it. Safe for all threads. */
final class Standing {
  private static final System.Logger LOG = System.getLogger(Ipsec.class.getName());

  /** What this machine is. */
  enum State {
    NONE,
    ASKING,
    DENIED,
    MEMBER,
    REVOKED
  }

  private final ReentrantLock lock = new ReentrantLock();
  private State state = State.NONE;
  private String why = "";
  private String fingerprint = "";
  private String words = "";
  private String authority = "";
  private String address = "";
  private Instant until = Instant.EPOCH;
  private Map<String, Boolean> peers = Map.of();

  State state() {
    lock.lock();
    try {
      return state;
    } finally {
      lock.unlock();
    }
  }

  /** {@return the virtual address that is asked for or certified; empty for none} */
  String address() {
    lock.lock();
    try {
      return address;
    } finally {
      lock.unlock();
    }
  }

  void say(State now, String reason) {
    change(
        () -> {
          if (state != now || !why.equals(reason)) {
            LOG.log(System.Logger.Level.INFO, "ipsec {0}: {1}", now, reason);
          }
          state = now;
          why = reason;
        });
  }

  /** The key that a person compares. */
  void key(PublicKey key) {
    byte[] encoded = key.getEncoded();
    change(
        () -> {
          fingerprint = Fingerprint.hex(encoded);
          words = Fingerprint.words(encoded);
        });
  }

  void asks(String ofAuthority, String forAddress) {
    change(
        () -> {
          authority = ofAuthority;
          address = forAddress;
        });
  }

  void certified(String forAddress, Instant end) {
    change(
        () -> {
          address = forAddress;
          until = end;
        });
  }

  /**
   * @param seen every other member, and whether ESP stands with it
   */
  void peers(Map<String, Boolean> seen) {
    Map<String, Boolean> now = Map.copyOf(seen);
    change(() -> peers = now);
  }

  void left() {
    change(
        () -> {
          peers = Map.of();
          address = "";
          until = Instant.EPOCH;
        });
    say(State.NONE, "");
  }

  Map<String, Object> shown() {
    lock.lock();
    try {
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("state", state.name().toLowerCase(Locale.ROOT));
      all.put("why", why);
      all.put("authority", authority);
      all.put("address", address);
      all.put("fingerprint", fingerprint);
      all.put("words", words);
      all.put("until", until.equals(Instant.EPOCH) ? "" : until.toString());
      all.put("peers", peers);
      return all;
    } finally {
      lock.unlock();
    }
  }

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
    } finally {
      lock.unlock();
    }
  }
}
