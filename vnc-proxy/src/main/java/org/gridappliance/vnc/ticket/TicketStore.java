package org.gridappliance.vnc.ticket;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tickets that were issued and not used yet. A ticket is 256 random bits, good once and for {@link
 * #LIFETIME}; only its hash is kept, in memory, so a restart voids all. Thread-safe.
 */
public final class TicketStore {
  public static final Duration LIFETIME = Duration.ofSeconds(30);

  /** When as many as this wait, a new one is refused rather than an old one taken away. */
  static final int CAPACITY = 10_000;

  private record Entry(Grant grant, Instant expires) {}

  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  // in order of issue, which is the order of expiry
  private final Map<String, Entry> waiting = new LinkedHashMap<>();

  public TicketStore(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * {@return a new ticket, 43 characters of URL-safe Base64}
   *
   * @throws IllegalStateException when {@value #CAPACITY} tickets wait
   */
  public synchronized String issue(Grant grant) {
    Instant now = clock.instant();
    waiting.values().removeIf(entry -> !entry.expires.isAfter(now));
    if (waiting.size() >= CAPACITY) {
      throw new IllegalStateException(
          CAPACITY + " tickets wait to be used; try again in " + LIFETIME.toSeconds() + " s");
    }
    byte[] bits = new byte[32];
    random.nextBytes(bits);
    String ticket = Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    waiting.put(hash(ticket), new Entry(grant, now.plus(LIFETIME)));
    return ticket;
  }

  /** {@return what the ticket opens, once; empty for an unknown, used or expired one} */
  public synchronized Optional<Grant> redeem(String ticket) {
    Entry entry = waiting.remove(hash(ticket));
    return entry == null || !entry.expires.isAfter(clock.instant())
        ? Optional.empty()
        : Optional.of(entry.grant);
  }

  private static String hash(String ticket) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(ticket.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
