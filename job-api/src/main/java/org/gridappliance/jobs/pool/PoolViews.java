package org.gridappliance.jobs.pool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.jobs.history.Load;
import org.gridappliance.jobs.history.NodeState;
import org.gridappliance.jobs.history.PoolHistory;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.job.JobState;
import org.gridappliance.jobs.job.SubjobState;
import org.gridappliance.jobs.lease.Limits;
import org.jspecify.annotations.Nullable;

/** How jobs, nodes and the pool stand at this moment. Safe for all threads. */
public final class PoolViews implements PoolHistory.Source {
  private final PoolState state;
  private final Machines machines;
  private final Set<Long> away = new HashSet<>();

  PoolViews(PoolState state, Machines machines) {
    this.state = state;
    this.machines = machines;
  }

  /** {@return a job that has not ended; empty for one that has} */
  public Optional<JobSnapshot> job(long id) {
    state.lock.lock();
    try {
      ActiveJob job = state.jobs.get(id);
      return job == null ? Optional.empty() : Optional.of(snapshot(job));
    } finally {
      state.lock.unlock();
    }
  }

  private JobSnapshot snapshot(ActiveJob job) {
    int slots = 0;
    for (Node node : state.usable(state.clock.millis(), job.pool())) {
      slots += node.cpus / Math.max(1, job.plan.limits().cpus());
    }
    Double left = null;
    if (slots > 0 && (job.record.state() == JobState.RUNNING)) {
      List<Double> told = toldSeconds(job);
      double work = (job.idle + (job.running - told.size()) * 0.5) * job.meanSeconds;
      work += told.stream().mapToDouble(seconds -> seconds).sum();
      double longest = told.stream().mapToDouble(seconds -> seconds).max().orElse(0);
      left = Math.max(work / Math.min(slots, Math.max(1, job.idle + job.running)), longest);
    }
    return new JobSnapshot(
        job.record,
        job.idle + job.waiting,
        job.running - job.waiting,
        job.completed,
        job.failed,
        phase(job),
        left,
        advance(job));
  }

  /** What the running subjobs that say how far they are still take. */
  private List<Double> toldSeconds(ActiveJob job) {
    List<Double> told = new ArrayList<>();
    if (job.plan.app().progress().isPresent()) {
      long now = state.clock.millis();
      job.held.values().forEach(held -> held.secondsLeft(now).ifPresent(told::add));
    }
    return told;
  }

  private static JobSnapshot.@Nullable Advance advance(ActiveJob job) {
    if (job.plan.app().progress().isEmpty()) {
      return null;
    }
    List<JobSnapshot.Advance> told =
        job.held.values().stream().flatMap(held -> held.advance().stream()).toList();
    int total = job.record.total();
    double ended = job.completed + job.failed;
    double percent =
        (100 * ended + told.stream().mapToDouble(JobSnapshot.Advance::percent).sum()) / total;
    return told.isEmpty()
        ? null
        : new JobSnapshot.Advance(
            Math.min(percent, 100), total == 1 ? told.getFirst().message() : null);
  }

  private @Nullable String phase(ActiveJob job) {
    if (job.finishingPhase != null) {
      return job.finishingPhase;
    }
    return switch (job.record.state()) {
      case SUSPENDED -> "suspended; resume it to go on";
      case HELD -> held(job);
      case IDLE, RUNNING ->
          job.running > job.waiting
              ? running(job)
              : waitsFor(job.plan.limits(), job.pool())
                  .or(() -> quota(job))
                  .orElse(
                      job.waiting > 0 ? "waiting in HTCondor's queue" : "waiting for a free slot");
      case COMPLETED, FAILED, REMOVED -> null;
    };
  }

  private Optional<String> quota(ActiveJob job) {
    return job.pool().equals(JobRecord.LOCAL)
            && !state.mayUse(job.record.owner(), job.plan.limits().cpus())
        ? Optional.of(
            "its owner's other jobs: one person's use at most %d cores here at once"
                .formatted(state.coresPerPerson()))
        : Optional.empty();
  }

  private static String held(ActiveJob job) {
    int running = job.running - job.waiting;
    return running == 0
        ? "held until it is released"
        : "held until it is released; " + Finisher.words(running) + " that ran before still run";
  }

  /** As {@code running 4 at once, 12 of 40 done}; leases taken ahead of a free core wait. */
  private static String running(ActiveJob job) {
    long started = job.held.values().stream().filter(held -> held.started).count();
    if (job.completed + job.failed == 0 && started == 0) {
      return "staging in the input files";
    }
    int total = job.record.total();
    if (total == 1) {
      return "running";
    }
    Map<Node, Integer> held = new HashMap<>();
    job.held.values().forEach(one -> held.merge(one.node, 1, Integer::sum));
    int cpus = Math.max(1, job.plan.limits().cpus());
    int atOnce =
        held.entrySet().stream()
            .mapToInt(
                e ->
                    e.getKey().engine
                        ? (int) started
                        : Math.min(e.getValue(), Math.max(1, e.getKey().cpus / cpus)))
            .sum();
    return "running %,d at once, %,d of %,d done".formatted(atOnce, job.completed, total);
  }

  /** {@return the letters of a job's subjobs as shown; empty for a job that has ended} */
  public Optional<String> states(long id) {
    state.lock.lock();
    try {
      ActiveJob job = state.jobs.get(id);
      if (job == null) {
        return Optional.empty();
      }
      char[] letters = new char[job.states.length];
      for (int index = 0; index < letters.length; index++) {
        letters[index] = SubjobState.shown((char) job.states[index], job.record.state());
      }
      for (Held held : job.waiting > 0 ? job.held.values() : List.<Held>of()) {
        if (held.waits()) {
          letters[held.lease.index()] = SubjobState.shown('I', job.record.state());
        }
      }
      return Optional.of(new String(letters));
    } finally {
      state.lock.unlock();
    }
  }

  /** {@return how far a running subjob says it is} */
  public Optional<JobSnapshot.Advance> advance(long id, int index) {
    state.lock.lock();
    try {
      ActiveJob job = state.jobs.get(id);
      Held held = job == null ? null : job.held.get(index);
      return held == null ? Optional.empty() : held.advance();
    } finally {
      state.lock.unlock();
    }
  }

  /** {@return the machine of another scheduler's pool that a subjob runs on} */
  public Optional<String> machine(long id, int index) {
    state.lock.lock();
    try {
      ActiveJob job = state.jobs.get(id);
      Held held = job == null ? null : job.held.get(index);
      return held == null || !held.started ? Optional.empty() : Optional.ofNullable(held.machine);
    } finally {
      state.lock.unlock();
    }
  }

  /** {@return what each subjob of a job that has not ended asks for} */
  public Optional<Limits> limits(long id) {
    state.lock.lock();
    try {
      return Optional.ofNullable(state.jobs.get(id)).map(job -> job.plan.limits());
    } finally {
      state.lock.unlock();
    }
  }

  /** {@return the owner of a job that has not ended} */
  public Optional<String> owner(long id) {
    state.lock.lock();
    try {
      return Optional.ofNullable(state.jobs.get(id)).map(job -> job.record.owner());
    } finally {
      state.lock.unlock();
    }
  }

  /** {@return a job of the database as its last state says} */
  public static JobSnapshot ended(JobRecord record) {
    return new JobSnapshot(
        record,
        Math.max(0, record.total() - record.completed() - record.failed()),
        0,
        record.completed(),
        record.failed(),
        null,
        null,
        null);
  }

  /** {@return all nodes, by name; another scheduler is shown as its machines when it has any} */
  public List<NodeSnapshot> nodes() {
    state.lock.lock();
    try {
      long now = state.clock.millis();
      List<NodeSnapshot> nodes = machines.snapshots(now);
      boolean instead = !nodes.isEmpty();
      for (Node node : state.nodes.values()) {
        // one that was drained or banned stays to be seen, and opened
        if (!(node.engine && instead && node.standing == Standing.OPEN)) {
          nodes.add(snapshot(node, now));
        }
      }
      nodes.sort(java.util.Comparator.comparing(NodeSnapshot::name));
      return nodes;
    } finally {
      state.lock.unlock();
    }
  }

  private static NodeSnapshot snapshot(Node node, long now) {
    String word;
    String reason = null;
    if (node.standing == Standing.BANNED) {
      word = "Banned";
      reason = "a pool admin took it out of use; it gets no work";
    } else if (node.isAway(now)) {
      word = "Away";
      reason =
          node.lastSeenAt == 0
              ? "not heard of since this portal started"
              : "not heard of for " + (now - node.lastSeenAt) / 1000 + " s";
    } else if (node.standing == Standing.DRAINING) {
      word = "Draining";
      reason =
          node.held.isEmpty()
              ? "drained: nothing runs here, and it gets no more work"
              : "ends what it runs, and gets no more work";
    } else if (!node.ready) {
      word = "Problem";
      reason = node.reason;
    } else if (node.isPaused(now)) {
      word = "Paused";
      reason = node.failures.words(now);
    } else {
      word = node.freeCpus() == 0 ? "Busy" : "Ready";
    }
    List<NodeSnapshot.Running> running = new ArrayList<>();
    for (Held held : node.held.values()) {
      running.add(
          new NodeSnapshot.Running(held.lease.job(), held.lease.index(), held.job.record.owner()));
    }
    return new NodeSnapshot(
        node.id(),
        node.engine ? NodeSnapshot.Kind.SCHEDULER : NodeSnapshot.Kind.EXECUTOR,
        node.row.name(),
        word,
        reason,
        node.cpus,
        node.freeCpus(),
        node.memoryBytes,
        node.row.version(),
        node.lastSeenAt,
        node.row.enrolledAt(),
        node.standing,
        node.place,
        node.address,
        null,
        running);
  }

  /** {@return the pool at a glance} */
  public PoolSnapshot pool() {
    state.lock.lock();
    try {
      int slots = 0;
      int free = 0;
      long now = state.clock.millis();
      for (Node node : state.usable(now)) {
        slots += node.cpus;
        free += node.cpus - busyCpus(node, now);
      }
      long ahead = 0; // leases that wait on their node for a free core
      for (Node node : state.nodes.values()) {
        ahead += node.engine ? 0 : Math.max(0, node.held.size() - node.cpus);
      }
      long idle = 0;
      long running = 0;
      for (ActiveJob job : state.jobs.values()) {
        idle += job.idle + job.waiting;
        running += job.running - job.waiting;
      }
      int known = machines.count();
      int executors =
          (int) state.nodes.values().stream().filter(n -> !(n.engine && known > 0)).count();
      return new PoolSnapshot(
          executors + known,
          slots,
          free,
          idle + ahead,
          Math.max(0, running - ahead),
          slots > 0,
          slots > 0 ? null : whyNone(JobRecord.LOCAL));
    } finally {
      state.lock.unlock();
    }
  }

  /** HTCondor's machines also run what others gave to it. {@return cores in use} */
  private int busyCpus(Node node, long now) {
    int ours = node.cpus - node.freeCpus();
    return node.engine ? Math.clamp(machines.busyCpus(now), ours, node.cpus) : ours;
  }

  /** {@return cores of the executors that could take work now} */
  public int localSlots() {
    state.lock.lock();
    try {
      return state.usable(state.clock.millis(), JobRecord.LOCAL).stream()
          .mapToInt(node -> node.cpus)
          .sum();
    } finally {
      state.lock.unlock();
    }
  }

  @Override
  public Load load() {
    state.lock.lock();
    try {
      long now = state.clock.millis();
      double running = 0;
      double free = 0;
      double off = 0;
      Map<String, Double> users = new HashMap<>();
      for (Node node : state.nodes.values()) {
        int ours = node.cpus - node.freeCpus();
        int busy = busyCpus(node, now);
        int idle = node.cpus - busy;
        running += busy;
        if (node.isUsable(now)) {
          free += idle;
        } else if (!node.isAway(now)) {
          off += idle;
        }
        int leased = node.held.values().stream().mapToInt(one -> one.lease.limits().cpus()).sum();
        for (Held one : node.held.values()) { // short ones are leased ahead of free cores
          double share = (double) one.lease.limits().cpus() / leased * ours;
          users.merge(one.job.record.owner(), share, Double::sum);
        }
      }
      long waiting = state.jobs.values().stream().mapToLong(job -> job.idle + job.waiting).sum();
      return new Load(running, free, off, waiting, users);
    } finally {
      state.lock.unlock();
    }
  }

  @Override
  public List<NodeState> nodeStates() {
    return nodes().stream().map(PoolViews::standing).toList();
  }

  private static NodeState standing(NodeSnapshot node) {
    return switch (node.state()) {
      case "Ready", "Busy" -> new NodeState(node.id(), "Up", null);
      default -> new NodeState(node.id(), node.state(), node.reason());
    };
  }

  /** {@return what a job with these limits waits for when no node could take it, in words} */
  public Optional<String> waitsFor(Limits limits, String pool) {
    state.lock.lock();
    try {
      List<Node> usable = state.usable(state.clock.millis(), pool);
      if (usable.isEmpty()) {
        return Optional.of(whyNone(pool));
      }
      if (pool.equals(JobRecord.CONDOR)) {
        return state.obstacle.apply(limits).map(why -> "a machine: " + why);
      }
      for (Node node : usable) {
        if (node.couldRun(limits)) {
          return Optional.empty();
        }
      }
      int cores = usable.stream().mapToInt(node -> node.largestCpus).max().orElse(0);
      long memory = usable.stream().mapToLong(node -> node.memoryBytes).max().orElse(0);
      return Optional.of(
          "a larger node: it needs %d cores and %d MiB, the largest here have %d cores and %d MiB"
              .formatted(limits.cpus(), limits.memoryBytes() >> 20, cores, memory >> 20));
    } finally {
      state.lock.unlock();
    }
  }

  private String whyNone(String pool) {
    long now = state.clock.millis();
    List<Node> nodes = state.nodes.values().stream().filter(n -> n.pool().equals(pool)).toList();
    if (nodes.isEmpty() && pool.equals(JobRecord.CONDOR)) {
      return "HTCondor, which is not there; see the Pool page, or submit it to the local pool";
    }
    if (nodes.isEmpty()) {
      return "no executor has joined this pool; start one with ./appliance up, or on another machine"
          + " with ./appliance node join LINK";
    }
    for (Node node : nodes) {
      NodeSnapshot one = snapshot(node, now);
      if (one.state().equals("Problem") && one.reason() != null) {
        return one.name() + ": " + one.reason();
      }
    }
    for (Node node : nodes) {
      if (!node.isAway(now) && node.isPaused(now)) {
        NodeSnapshot one = snapshot(node, now);
        return one.name() + " is paused: " + one.reason();
      }
    }
    for (Node node : nodes) {
      if (node.standing != Standing.OPEN && !node.isAway(now)) {
        return "all nodes that are here are drained or banned; open one on the Pool page";
      }
    }
    return "all executors are away; look whether they run and reach this portal";
  }

  /** Has event streams look again when a node was not heard of for a while. */
  void noteNodesThatWentAway() {
    state.lock.lock();
    try {
      long now = state.clock.millis();
      boolean changed = false;
      for (Node node : state.nodes.values()) {
        changed |= node.isAway(now) ? away.add(node.id()) : away.remove(node.id());
      }
      if (changed) {
        state.changes.note(0, ChangeLog.Kind.POOL, 0);
      }
    } finally {
      state.lock.unlock();
    }
  }
}
