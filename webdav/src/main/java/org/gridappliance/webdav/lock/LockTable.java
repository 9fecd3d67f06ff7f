package org.gridappliance.webdav.lock;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.gridappliance.webdav.commit.Commits;
import org.gridappliance.webdav.commit.Commits.Pending;

/**
 * All locks of all homes: held in memory, and written to the schema {@code webdav} before a caller
 * is told of a change, so that they outlive the program; a change holds for others at once. A lock
 * names its home; those of one home never meet those of another. Safe for all threads: one mutex
 * per home.
 *
 * <p>Rules: RFC 4918 §6.1 (deep locks cover what lies beneath, also later), §6.2 (exclusive goes
 * with none, shared with shared), §6.4 (a lock's creator alone uses it), §7.4 (a lock on a folder
 * protects the list of its entries).
 */
public final class LockTable {
  /** The most locks of one home. */
  public static final int MAX_PER_HOME = 20_000;

  /** The longest timeout granted; refreshing is free. */
  public static final long MAX_SECONDS = 86_400;

  private static final class Home {
    final ReentrantLock mutex = new ReentrantLock();
    final HomeLocks locks = new HomeLocks();
    boolean isLoaded;
  }

  private final LockStore store;
  private final InstantSource clock;
  private final ForeignLocks foreign;
  private final ConcurrentMap<String, Home> homes = new ConcurrentHashMap<>();

  /** Reads a home's locks when it is first asked for. */
  public LockTable(Commits commits, InstantSource clock, ForeignLocks foreign) {
    this.store = new LockStore(commits);
    this.clock = clock;
    this.foreign = foreign;
  }

  /** Reads the locks of every home, so that other file servers hear of them after a restart. */
  public void openAll() {
    store.homes().forEach(home -> with(home, HomeLocks::size));
  }

  /** {@return what other file servers hold} */
  public ForeignLocks foreign() {
    return foreign;
  }

  /**
   * Makes a lock.
   *
   * @param wanted its {@code token}, {@code seconds} and {@code expires} are set here; {@code
   *     seconds} is cut to 1..{@link #MAX_SECONDS}
   * @throws LockedException when another forbids it
   */
  public Lock lock(String home, Lock wanted) throws LockedException, TooManyLocksException {
    Granted granted = grant(home, wanted);
    granted.written().await();
    return granted.lock();
  }

  /**
   * A lock that holds and is not on disk yet.
   *
   * @param written to be awaited before anybody is told of the lock
   */
  public record Granted(Lock lock, Pending<Boolean> written) {}

  /** As {@link #lock}, without waiting for the disk. */
  public Granted grant(String home, Lock wanted) throws LockedException, TooManyLocksException {
    Outcome outcome =
        with(
            home,
            h -> {
              Instant now = clock.instant();
              List<Lock> others = h.covering(wanted.path(), now);
              if (wanted.isDeep()) {
                others.addAll(h.beneath(wanted.path(), now));
              }
              if (!wanted.isExclusive()) {
                others.removeIf(other -> !other.isExclusive());
              }
              if (!others.isEmpty()) {
                return new Refused(others);
              }
              if (h.size() >= MAX_PER_HOME) {
                forgetOver(h, now);
              }
              if (h.size() >= MAX_PER_HOME) {
                return new Full();
              }
              long seconds = Math.clamp(wanted.seconds(), 1, MAX_SECONDS);
              Lock made =
                  new Lock(
                      wanted.path(),
                      "urn:uuid:" + UUID.randomUUID(),
                      wanted.isExclusive(),
                      wanted.isDeep(),
                      wanted.ownerXml(),
                      wanted.principal(),
                      seconds,
                      now.plusSeconds(seconds));
              if (!foreign.hold(home, made)) {
                return new Refused(List.of(made));
              }
              h.put(made);
              return new Made(new Granted(made, store.insert(home, made)));
            });
    return switch (outcome) {
      case Made made -> made.granted();
      case Refused refused -> throw new LockedException(refused.by(), true);
      case Full full -> throw new TooManyLocksException(MAX_PER_HOME);
    };
  }

  private sealed interface Outcome {}

  private record Made(Granted granted) implements Outcome {}

  private record Refused(List<Lock> by) implements Outcome {}

  private record Full() implements Outcome {}

  /** {@return the lock with its time begun anew; empty when it is none of this person's here} */
  public Optional<Lock> refresh(
      String home, String key, String token, String principal, long seconds) {
    Optional<Granted> refreshed =
        with(
            home,
            h -> {
              Instant now = clock.instant();
              Lock lock = h.get(token, now);
              if (lock == null || !lock.covers(key) || !lock.principal().equals(principal)) {
                return Optional.<Granted>empty();
              }
              long granted = Math.clamp(seconds, 1, MAX_SECONDS);
              Lock longer = lock.until(granted, now.plusSeconds(granted));
              h.put(longer);
              foreign.hold(home, longer);
              return Optional.of(new Granted(longer, store.update(longer)));
            });
    refreshed.ifPresent(granted -> granted.written().await());
    return refreshed.map(Granted::lock);
  }

  /** {@return whether there was such a lock on this resource, of this person; it is gone now} */
  public boolean unlock(String home, String key, String token, String principal) {
    Optional<Pending<Boolean>> gone =
        with(
            home,
            h -> {
              Lock lock = h.get(token, clock.instant());
              if (lock == null || !lock.covers(key) || !lock.principal().equals(principal)) {
                return Optional.<Pending<Boolean>>empty();
              }
              h.remove(token);
              foreign.release(token);
              return Optional.of(store.delete(List.of(token)));
            });
    gone.ifPresent(Pending::await);
    return gone.isPresent();
  }

  /** {@return the locks that protect a resource, by its key} */
  public List<Lock> covering(String home, String key) {
    return with(home, h -> h.covering(key, clock.instant()));
  }

  /** {@return whether the lock of this token protects the resource} */
  public boolean isLockedBy(String home, String key, String token) {
    return with(
        home,
        h -> {
          Lock lock = h.get(token, clock.instant());
          return lock != null && lock.covers(key);
        });
  }

  /**
   * Passes when a change of one resource is allowed by the tokens sent: of every exclusive lock on
   * it the token; of shared ones, one token.
   *
   * @param wholeTree also of every resource beneath
   * @throws LockedException with the locks whose tokens were wanted
   */
  public void require(
      String home, String key, boolean wholeTree, Set<String> tokens, String principal)
      throws LockedException {
    List<Lock> missing =
        with(
            home,
            h -> {
              Instant now = clock.instant();
              List<Lock> bad = new ArrayList<>(unheld(h.covering(key, now), tokens, principal));
              if (wholeTree) {
                h.beneath(key, now).stream()
                    .map(Lock::path)
                    .distinct()
                    .forEach(root -> bad.addAll(unheld(h.covering(root, now), tokens, principal)));
              }
              return bad;
            });
    if (!missing.isEmpty()) {
      throw new LockedException(missing, false);
    }
  }

  /** {@return those locks on one resource that forbid a change by the holder of these tokens} */
  private static List<Lock> unheld(List<Lock> locks, Set<String> tokens, String principal) {
    boolean holdsOne =
        locks.stream().anyMatch(l -> tokens.contains(l.token()) && l.principal().equals(principal));
    return holdsOne ? List.of() : locks;
  }

  /**
   * Forgets the locks on a resource that is no more, and on what lay beneath.
   *
   * @param keepRoot keep those on the resource itself: something else has its address now
   */
  public void dropTree(String home, String key, boolean keepRoot) {
    Optional<Pending<Boolean>> dropped =
        with(
            home,
            h -> {
              Instant now = clock.instant();
              List<Lock> gone = h.beneath(key, now);
              if (!keepRoot) {
                h.covering(key, now).stream().filter(l -> l.path().equals(key)).forEach(gone::add);
              }
              return remove(h, gone.stream().map(Lock::token).toList());
            });
    dropped.ifPresent(Pending::await);
  }

  /** {@return the keys that have locks, for a check against the tree} */
  public Collection<String> roots(String home) {
    return with(
        home,
        h ->
            h.beneath("/", clock.instant()).stream()
                .map(Lock::path)
                .collect(java.util.stream.Collectors.toCollection(java.util.TreeSet::new)));
  }

  private void forgetOver(HomeLocks locks, Instant now) {
    remove(locks, locks.over(now)).ifPresent(Pending::await);
  }

  private Optional<Pending<Boolean>> remove(HomeLocks locks, List<String> tokens) {
    tokens.forEach(locks::remove);
    tokens.forEach(foreign::release);
    return tokens.isEmpty() ? Optional.empty() : Optional.of(store.delete(tokens));
  }

  private <T> T with(String home, Function<HomeLocks, T> work) {
    Home h = homes.computeIfAbsent(home, k -> new Home());
    h.mutex.lock();
    try {
      if (!h.isLoaded) {
        store.load(home).forEach(h.locks::put);
        h.isLoaded = true;
        forgetOver(h.locks, clock.instant());
        h.locks.all().forEach(lock -> foreign.hold(home, lock));
      }
      return work.apply(h.locks);
    } finally {
      h.mutex.unlock();
    }
  }
}
