package org.gridappliance.jobs.condor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.gridappliance.jobs.pool.LocalPool;
import org.gridappliance.jobs.pool.Machines;
import org.gridappliance.jobs.pool.Standing;

/**
 * The machines of HTCondor's pool, asked for every {@value #EVERY_SECONDS} s: how much they can
 * carry, and what the pages show of them. Safe for all threads.
 */
final class Fleet {
  private static final int EVERY_SECONDS = 5;
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(EVERY_SECONDS);

  /** Heard of so much longer ago than another, a machine carries nothing. */
  private static final long GONE_SECONDS = 90;

  private final CondorDoor door;
  private final LocalPool pool;
  private volatile List<Machine> machines = List.of();
  private volatile List<Machine> submitting = List.of();
  private volatile int slots;

  // guarded by this
  private Map<String, Standing> standings = Map.of();
  private long measuredAt;

  Fleet(CondorDoor door, LocalPool pool) {
    this.door = door;
    this.pool = pool;
  }

  /** {@return the machines as they last told} */
  List<Machine> machines() {
    return machines;
  }

  /** {@return cores of all that take work} */
  int slots() {
    return slots;
  }

  /** {@return why none takes work, with the remedy; empty when some do} */
  String reason() {
    if (slots > 0) {
      return "";
    }
    return machines.isEmpty()
        ? "no worker has joined HTCondor's pool; make a token with ./appliance pool token worker"
        : "all machines of HTCondor are drained or banned; open one on the Pool page";
  }

  /** Takes up what admins wish of machines. */
  synchronized void standings(Map<String, Standing> now) {
    if (!standings.equals(now)) {
      standings = now;
      measuredAt = 0;
    }
  }

  /**
   * Drains, bans or opens a machine of the pool.
   *
   * @throws org.gridappliance.jobs.http.Problem 409 where that cannot be done
   */
  void stand(String name, Standing standing) {
    door.stand(name, standing);
    synchronized (this) {
      Map<String, Standing> now = new HashMap<>(standings);
      if (standing == Standing.OPEN) {
        now.remove(name);
      } else {
        now.put(name, standing);
      }
      standings = now;
      measuredAt = 0;
      machines =
          machines.stream()
              .map(one -> one.name().equals(name) ? one.standing(standing) : one)
              .toList();
      tell();
    }
  }

  /** Asks HTCondor when it is time, and tells the queue. */
  void measure(CondorWork work) throws IOException, InterruptedException {
    Map<String, Standing> wished;
    synchronized (this) {
      if (measuredAt != 0 && System.nanoTime() - measuredAt < EVERY_NANOS && slots > 0) {
        return;
      }
      wished = standings;
    }
    List<Machine> all =
        Machine.of(work.tools().slots()).stream()
            .map(one -> one.standing(wished.getOrDefault(one.name(), one.standing())))
            .toList();
    String own = Happening.machine(work.access().schedd());
    List<Machine> submit =
        Machine.submitting(work.tools().schedds()).stream()
            .filter(one -> !one.name().equals(own))
            .filter(one -> all.stream().noneMatch(known -> known.name().equals(one.name())))
            .toList();
    long newest = all.stream().mapToLong(Machine::heardAt).max().orElse(0);
    List<Machine> open =
        all.stream().filter(one -> one.isOpen() && newest - one.heardAt() <= GONE_SECONDS).toList();
    int cpus = open.stream().mapToInt(Machine::cpus).sum();
    synchronized (this) {
      machines = all;
      submitting = submit;
      slots = cpus;
      if (wished.equals(standings)) {
        measuredAt = System.nanoTime();
      }
      tell();
    }
    work.engine.capacity(
        cpus,
        open.stream().mapToInt(Machine::cpus).max().orElse(0),
        open.stream().mapToLong(Machine::memoryBytes).max().orElse(0));
  }

  /** Has the pages show what the machines last told. */
  private void tell() {
    List<Machines.Told> all = new ArrayList<>();
    Map<String, Standing> unheard = new TreeMap<>(standings);
    for (Machine one : machines) {
      unheard.remove(one.name());
      all.add(told(one, one.standing(), one.why()));
    }
    for (Machine one : submitting) {
      Standing wished = unheard.remove(one.name());
      all.add(told(one, wished == null ? Standing.OPEN : wished, "jobs are only submitted here"));
    }
    // what is wished of a machine holds though its advertisement has ended
    unheard.forEach(
        (name, standing) ->
            all.add(new Machines.Told(name, null, "Away", 0, 0, 0, 0, "", standing, "", 0)));
    pool.machines().tell(all);
  }

  private static Machines.Told told(Machine one, Standing standing, String note) {
    return new Machines.Told(
        one.name(),
        one.address(),
        one.state(),
        one.cpus(),
        one.freeCpus(),
        one.memoryBytes(),
        one.load(),
        one.version(),
        standing,
        note,
        one.heardAt() * 1000);
  }
}
