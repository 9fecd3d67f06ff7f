package org.gridappliance.ipop.node;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.gridappliance.ipop.wire.Address;
import org.gridappliance.ipop.wire.Contact;

/**
 * The ping test of thesis §5.1.2: three echoes to every node of the ring each twelve hours, the
 * first at a time drawn at random so that nodes do not all begin at once. Runs under the node's
 * lock.
 *
 * <p>The nodes are found by walking around the ring: whoever stands at an address names its
 * neighbours, and the third of them is asked next. Where there seem to be more than {@link #MOST}
 * the test takes that many at random places instead, so its cost is bounded. One question or echo
 * leaves at each tick.
 */
final class PingTest {

  /** Nodes tested at most in one run. */
  static final int MOST = 200;

  static final int PINGS = 3;

  private static final long EVERY_MILLIS = 12 * 3_600_000L;
  private static final long ANSWER_MILLIS = 4_000;

  /** A lookup that found nobody new so often in a row ends the search. */
  private static final int MAX_SILENT = 8;

  /** One node's echoes in the run. */
  private static final class Target {
    private final Address address;
    private int answered;
    private long bestMillis = Long.MAX_VALUE;

    private Target(Address address) {
      this.address = address;
    }
  }

  private final Node node;
  private final RandomGenerator random;
  private final TreeMap<Address, Target> targets = new TreeMap<>();
  private final Deque<Target> toPing = new ArrayDeque<>();
  private final long[] pairs = new long[PINGS + 1];
  private long dueMillis = -1;
  private boolean searching;
  private boolean sampled;
  private int lookups;
  private int silent;
  private Address at;
  private long askedMillis;
  private boolean answered;
  private long lastEchoMillis;
  private boolean pinging;
  private PingReport last = new PingReport(0, false, List.of(0L, 0L, 0L, 0L), 0, false, List.of());

  PingTest(Node node, RandomGenerator random) {
    this.node = node;
    this.random = random;
    at = node.address();
  }

  /** Begins a run now, if none is under way. */
  void begin() {
    if (!searching && !pinging) {
      dueMillis = node.now();
    }
  }

  /** {@return what has been found out so far} */
  PingReport report() {
    return new PingReport(
        last.runs(),
        searching || pinging,
        last.pairsByLost(),
        last.finishedSeconds(),
        last.sampled(),
        last.rows());
  }

  void tick() {
    long now = node.now();
    if (dueMillis < 0) {
      dueMillis = now + random.nextLong(EVERY_MILLIS);
    }
    if (searching) {
      search(now);
    } else if (pinging) {
      ping(now);
    } else if (now >= dueMillis) {
      dueMillis = now + EVERY_MILLIS;
      start();
    }
  }

  private void start() {
    targets.clear();
    sampled = node.estimatedNodes() > MOST;
    searching = true;
    lookups = 0;
    silent = 0;
    List<Address> first = node.neighbours(true);
    if (!sampled) {
      first.forEach(this::add);
    }
    if (first.isEmpty()) {
      silent = MAX_SILENT;
    } else {
      at = first.getLast();
    }
    answered = true;
  }

  private void search(long now) {
    if (!answered) {
      if (now - askedMillis < ANSWER_MILLIS) {
        return;
      }
      silent++; // lost on the way: asked again
    }
    boolean enough = targets.size() >= MOST || lookups >= 2 * MOST;
    if (enough || silent >= MAX_SILENT) {
      searching = false;
      toPing.clear();
      for (int i = 0; i < PINGS; i++) {
        toPing.addAll(targets.values());
      }
      pinging = true;
      return;
    }
    if (sampled) {
      at = new Address(random.nextLong(), random.nextLong(), random.nextInt());
    }
    lookups++;
    answered = false;
    askedMillis = now;
    Address asked = at;
    node.lookups().find(asked, null, (contacts, by) -> told(asked, contacts));
  }

  /** Whoever stands at an address has named its neighbours, itself first. */
  private void told(Address asked, List<Contact> contacts) {
    if (answered || !asked.equals(at) || contacts.isEmpty()) {
      return;
    }
    answered = true;
    if (sampled) {
      silent = add(contacts.getFirst().address()) ? 0 : silent + 1;
      return;
    }
    silent = 0;
    List<Address> onwards = new ArrayList<>();
    contacts.forEach(c -> onwards.add(c.address()));
    onwards.removeIf(a -> a.equals(asked));
    onwards.sort((a, b) -> a.minus(asked).compareTo(b.minus(asked)));
    for (Address next : onwards.subList(0, Math.min(Ring.NEAR, onwards.size()))) {
      boolean round = next.minus(node.address()).compareTo(at.minus(node.address())) <= 0;
      if (round || next.equals(node.address())) {
        silent = MAX_SILENT; // once around
        return;
      }
      add(next);
      at = next;
    }
    if (onwards.isEmpty()) {
      silent = MAX_SILENT;
    }
  }

  private boolean add(Address address) {
    return !address.equals(node.address())
        && targets.putIfAbsent(address, new Target(address)) == null;
  }

  private void ping(long now) {
    Target target = toPing.poll();
    if (target != null) {
      lastEchoMillis = now;
      node.lookups()
          .echo(
              target.address,
              hops -> {
                if (hops != null) {
                  target.answered++;
                  target.bestMillis = Math.min(target.bestMillis, node.now() - now);
                }
              });
    } else if (now - lastEchoMillis > ANSWER_MILLIS) {
      finish();
    }
  }

  private void finish() {
    pinging = false;
    List<PingReport.Row> rows = new ArrayList<>();
    for (Target target : targets.values()) {
      int lost = PINGS - target.answered;
      pairs[lost]++;
      rows.add(
          new PingReport.Row(target.address, lost, target.answered == 0 ? -1 : target.bestMillis));
    }
    last =
        new PingReport(
            last.runs() + 1,
            false,
            Arrays.stream(pairs).boxed().toList(),
            node.wallMicros() / 1_000_000,
            sampled,
            rows);
    targets.clear();
  }
}
