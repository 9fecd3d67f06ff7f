package org.gridappliance.portal.people;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/**
 * Whose a token was when it was looked up in the last {@link #FRESH}, so that a program that sends
 * hundreds of requests a second does not ask the database each time. Whatever takes a right away
 * calls {@link #forget}, and from its commit on everybody is looked up anew: an answer that was
 * read before the commit counts for nothing, also when it arrives here after it. Thread-safe.
 */
final class Verified {
  private static final Duration FRESH = Duration.ofSeconds(5);
  private static final int MOST = 1_000;

  private record Entry(Principal principal, long generation, long untilMillis) {}

  private final InstantSource clock;
  private final AtomicLong generation = new AtomicLong();
  private final ConcurrentMap<ByteBuffer, Entry> byHash = new ConcurrentHashMap<>();

  Verified(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * {@return whose token it is}
   *
   * @param hash of the token
   * @param lookUp asks the database
   */
  Optional<Principal> find(byte[] hash, Supplier<Optional<Principal>> lookUp) {
    ByteBuffer key = ByteBuffer.wrap(hash);
    long began = generation.get();
    Entry known = byHash.get(key);
    long now = clock.millis();
    if (known != null && known.generation() == began && now < known.untilMillis()) {
      return Optional.of(known.principal());
    }
    Optional<Principal> found = lookUp.get();
    if (byHash.size() >= MOST) {
      byHash.clear();
    }
    found.ifPresent(p -> byHash.put(key, new Entry(p, began, now + FRESH.toMillis())));
    return found;
  }

  /** Has everybody looked up anew once this transaction was committed. */
  void forget(Handle handle) {
    handle.afterCommit(generation::incrementAndGet);
  }
}
