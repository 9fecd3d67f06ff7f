package org.gridappliance.jobs.condor;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.gridappliance.jobs.condor.CondorDoor.OtherPool;
import org.jspecify.annotations.Nullable;

/**
 * Other pools, whose collectors are asked for their machines every {@value #EVERY_SECONDS} s and
 * for nothing else; nothing is ever written to them. At most {@value #MOST_POOLS} pools and {@value
 * #MOST_MACHINES} machines of each. A machine is known by its pool and its name: equal names in two
 * pools are two machines. Safe for all threads.
 */
public final class Watch implements AutoCloseable {
  static final int MOST_POOLS = 16;
  static final int MOST_MACHINES = 10_000;
  private static final int EVERY_SECONDS = 15;
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(EVERY_SECONDS);

  /**
   * What a pool last told.
   *
   * @param machines the last known, all Away while it does not answer
   * @param reason why it does not answer; empty while it does
   * @param at when it last answered, milliseconds since 1970; 0 when it never did
   */
  public record Seen(OtherPool pool, List<Machine> machines, String reason, long at) {}

  private static final class Asked {
    Seen seen;
    boolean underWay;
    long next;

    Asked(Seen seen, long now) {
      this.seen = seen;
      this.next = now;
    }
  }

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  // guarded by this
  private final Map<String, Asked> pools = new LinkedHashMap<>();

  /**
   * Takes up which pools are to be looked at, and has those asked that are due. Returns at once.
   *
   * @param access null while HTCondor's programs cannot be run
   * @param why that is so
   */
  synchronized void look(List<OtherPool> wished, CondorDoor.@Nullable Access access, String why) {
    List<OtherPool> some = wished.subList(0, Math.min(wished.size(), MOST_POOLS));
    if (access == null) {
      pools.values().forEach(one -> one.seen = away(one.seen, why));
      return; // the wishes are not told either then
    }
    pools.keySet().retainAll(some.stream().map(OtherPool::address).toList());
    long now = System.nanoTime();
    for (OtherPool pool : some) {
      Asked one =
          pools.computeIfAbsent(
              pool.address(),
              address -> new Asked(new Seen(pool, List.of(), "it was not asked yet", 0), now));
      if (!pool.equals(one.seen.pool())) { // said anew, maybe with another token
        one.seen = new Seen(pool, one.seen.machines(), one.seen.reason(), one.seen.at());
        one.next = now;
      }
      if (!one.underWay && now - one.next >= 0) {
        one.underWay = true;
        try {
          threads.execute(() -> ask(one, pool, access));
        } catch (RejectedExecutionException e) { // it closes
          one.underWay = false;
        }
      }
    }
  }

  private void ask(Asked one, OtherPool pool, CondorDoor.Access access) {
    List<Machine> machines = null;
    String reason = "";
    try {
      List<Machine> all = Machine.of(new CondorTools(access).slots(pool.address()));
      machines = all.subList(0, Math.min(all.size(), MOST_MACHINES));
    } catch (IOException e) {
      reason = words(pool, String.valueOf(e.getMessage()), System.currentTimeMillis() / 1000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      reason = "the portal stops";
    }
    synchronized (this) {
      one.underWay = false;
      boolean same = pool.equals(one.seen.pool()); // else it was said anew meanwhile
      one.next = System.nanoTime() + (same ? EVERY_NANOS : 0);
      one.seen =
          machines == null
              ? away(one.seen, reason)
              : new Seen(one.seen.pool(), machines, "", System.currentTimeMillis());
    }
  }

  private static Seen away(Seen last, String reason) {
    return new Seen(
        last.pool(), last.machines().stream().map(Machine::away).toList(), reason, last.at());
  }

  /**
   * {@return what HTCondor says of a pool that does not answer, in plain words}
   *
   * @param now seconds since 1970
   */
  static String words(OtherPool pool, String said, long now) {
    String address = pool.address();
    if (said.contains("Failed to connect") || said.contains("timed out")) {
      return "nobody answers at " + address + ": its manager is off, or the way there is closed";
    }
    if (said.contains("DENIED") || said.contains("AUTHENTICATE")) {
      if (pool.expires() != 0 && pool.expires() <= now) {
        return "the token for it ended at "
            + Instant.ofEpochSecond(pool.expires())
            + ": add it again with a new one, of the kind watch, which its manager makes";
      }
      return "it does not let itself be read: add it again with a token of its manager that may"
          + " read, or have it allow READ to all";
    }
    return said;
  }

  /** {@return what a pool last told; empty when it is not looked at} */
  public Optional<Seen> pool(String address) {
    return pools().stream().filter(one -> one.pool().address().equals(address)).findFirst();
  }

  /** {@return all that are looked at} */
  public synchronized List<Seen> pools() {
    List<Seen> all = new ArrayList<>();
    pools.values().forEach(one -> all.add(one.seen));
    return all;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
