package org.gridappliance.jobs.pool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.pool.NodeSnapshot.Kind;
import org.gridappliance.jobs.pool.NodeSnapshot.Running;
import org.jspecify.annotations.Nullable;

/**
 * The machines of another scheduler: shown beside the executors with a number, a place and a
 * history of their own, and never given a lease by us. Safe for all threads; what changes the
 * database blocks.
 */
public final class Machines {
  /** What {@code node.token_hash} of a row begins with that stands for such a machine. */
  public static final String KEY = "machine:";

  /** More are not shown. */
  static final int MOST = 10_000;

  /**
   * What a machine last told.
   *
   * @param address where it is met on the network; null where nobody tells
   * @param state Ready, Busy, or Paused while its owner wants it
   * @param cpus 0 where it runs no jobs
   * @param standing what an admin of that scheduler wishes of it
   * @param note why it is paused, or what else it does; empty for nothing
   * @param heardAt milliseconds since 1970; 0 when its scheduler does not know it now
   */
  public record Told(
      String name,
      @Nullable String address,
      String state,
      int cpus,
      int freeCpus,
      long memoryBytes,
      double load,
      String version,
      Standing standing,
      String note,
      long heardAt) {}

  private final PoolState state;
  private final Nodes nodes;

  // guarded by the pool's lock
  private final Map<String, Nodes.NodeRow> rows = new HashMap<>();
  private final Map<Long, @Nullable Place> places = new HashMap<>();
  private Map<String, Told> told = new LinkedHashMap<>();

  Machines(PoolState state, Nodes nodes) {
    this.state = state;
    this.nodes = nodes;
  }

  /** Takes up a row of the database. */
  void know(Nodes.NodeRow row) {
    state.lock.lock();
    try {
      rows.put(row.name(), row);
      places.put(row.id(), row.place());
    } finally {
      state.lock.unlock();
    }
  }

  /** Takes up what all machines told last. Called by one thread. */
  public void tell(List<Told> all) {
    List<Told> some = all.size() > MOST ? all.subList(0, MOST) : all;
    List<Told> unknown;
    state.lock.lock();
    try {
      long oldest = state.clock.millis() - Node.AWAY_MILLIS;
      unknown = // one that was removed may be told of for a while after its end
          some.stream()
              .filter(
                  one ->
                      !rows.containsKey(one.name())
                          && (one.heardAt() >= oldest || one.standing() == Standing.BANNED))
              .toList();
    } finally {
      state.lock.unlock();
    }
    Map<String, Nodes.NodeRow> made = unknown.isEmpty() ? Map.of() : nodes.machines(unknown);
    Map<String, Told> now = new LinkedHashMap<>();
    some.forEach(one -> now.put(one.name(), one));
    state.lock.lock();
    try {
      for (Told one : unknown) {
        Nodes.NodeRow row = made.get(one.name());
        if (row != null) {
          rows.put(row.name(), row);
          places.put(row.id(), row.place());
        }
      }
      if (!now.equals(told)) {
        told = now;
        state.changes.note(0, ChangeLog.Kind.POOL, 0);
      }
    } finally {
      state.lock.unlock();
    }
  }

  /** {@return how many there are; the lock is held} */
  int count() {
    return rows.size();
  }

  /**
   * {@return cores that jobs have, whoever gave them to the scheduler, as the machines told that
   * take work; the lock is held}
   */
  int busyCpus(long now) {
    return told.values().stream()
        .filter(one -> one.standing() == Standing.OPEN)
        .filter(one -> now - one.heardAt() <= Node.AWAY_MILLIS)
        .mapToInt(one -> one.cpus() - one.freeCpus())
        .sum();
  }

  /** {@return how they stand; the lock is held} */
  List<NodeSnapshot> snapshots(long now) {
    Map<String, List<Running>> running = new HashMap<>();
    for (Held held : rows.isEmpty() ? List.<Held>of() : state.held.values()) {
      String machine = held.machine;
      if (machine != null && held.started) {
        running
            .computeIfAbsent(machine, m -> new ArrayList<>())
            .add(new Running(held.lease.job(), held.lease.index(), held.job.record.owner()));
      }
    }
    List<NodeSnapshot> all = new ArrayList<>();
    for (Nodes.NodeRow row : rows.values()) {
      all.add(snapshot(row, now, running.getOrDefault(row.name(), List.of())));
    }
    return all;
  }

  private NodeSnapshot snapshot(Nodes.NodeRow row, long now, List<Running> running) {
    Told last = told.get(row.name());
    boolean known = last != null && last.heardAt() > 0;
    boolean away = last == null || now - last.heardAt() > Node.AWAY_MILLIS;
    Standing standing = last == null ? Standing.OPEN : last.standing();
    String word = last == null ? "Away" : last.state();
    String said = note(last);
    String reason = word.equals("Paused") && said == null ? "its owner uses it" : said;
    FastFailures failures = state.machineFailures.get(row.name());
    if (failures != null && failures.isPaused(now)) {
      word = "Paused";
      reason = failures.words(now);
    }
    if (standing == Standing.BANNED) {
      word = "Banned";
      reason =
          known
              ? "a pool admin took it out of use; it gets no work"
              : "a pool admin took it out of use; HTCondor does not know it now, and would give it"
                  + " no work";
    } else if (last == null || away) {
      word = "Away";
      reason =
          last == null || !known
              ? "HTCondor does not know it now"
              : "not heard of for " + (now - last.heardAt()) / 1000 + " s";
    } else if (standing == Standing.DRAINING) {
      word = "Draining";
      reason =
          last.freeCpus() == last.cpus()
              ? "drained: nothing runs here, and it gets no more work"
              : "ends what it runs, and gets no more work";
    }
    return new NodeSnapshot(
        row.id(),
        Kind.MACHINE,
        row.name(),
        word,
        reason,
        last == null || !known ? row.cpus() : last.cpus(),
        last == null || away ? 0 : last.freeCpus(),
        last == null || !known ? row.memoryBytes() : last.memoryBytes(),
        last == null || !known ? null : "HTCondor " + last.version(),
        last == null ? 0 : last.heardAt(),
        row.enrolledAt(),
        standing,
        places.get(row.id()),
        last == null ? null : last.address(),
        last == null || away ? null : last.load(),
        running);
  }

  private static @Nullable String note(@Nullable Told last) {
    return last == null || last.note().isEmpty() ? null : last.note();
  }

  /** {@return the name of a machine; empty when there is no such} */
  Optional<String> name(long id) {
    state.lock.lock();
    try {
      return rows.values().stream()
          .filter(row -> row.id() == id)
          .map(Nodes.NodeRow::name)
          .findFirst();
    } finally {
      state.lock.unlock();
    }
  }

  /** Puts a machine on the map, or takes it off. */
  void place(long id, @Nullable Place place) {
    nodes.place(id, place);
    state.lock.lock();
    try {
      places.put(id, place);
      state.changes.note(0, ChangeLog.Kind.POOL, 0);
    } finally {
      state.lock.unlock();
    }
  }

  /**
   * Forgets a machine that its scheduler does not know any more.
   *
   * @throws Problem 409 while it does, and while it is banned: nobody would see that any more
   */
  void remove(long id, String name) {
    state.lock.lock();
    try {
      Told last = told.get(name);
      if (last != null && state.clock.millis() - last.heardAt() <= Node.AWAY_MILLIS) {
        throw Problem.conflict(
            name + " is in HTCondor's pool; ban it, or end HTCondor there and remove it then");
      }
      if (last != null && last.standing() == Standing.BANNED) {
        throw Problem.conflict(name + " is banned; open it, then remove it");
      }
    } finally {
      state.lock.unlock();
    }
    nodes.remove(id);
    state.lock.lock();
    try {
      rows.remove(name);
      places.remove(id);
      state.machineFailures.remove(name);
      state.changes.note(0, ChangeLog.Kind.POOL, 0);
    } finally {
      state.lock.unlock();
    }
  }
}
