package org.gridappliance.jobs.pool;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.gridappliance.jobs.JobSettings;
import org.gridappliance.jobs.history.RunStore;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.job.Database;
import org.gridappliance.jobs.job.JobPlan;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.job.JobStore;
import org.gridappliance.jobs.job.PlanLoader;
import org.gridappliance.jobs.job.SubjobStore;
import org.gridappliance.jobs.lease.Enrolment;
import org.gridappliance.jobs.lease.Heartbeat;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.LeaseRequest;
import org.gridappliance.jobs.lease.SubjobResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One queue, leases over HTTP, the nodes that hold them; the door of this package. Safe for all
 * threads; {@link #lease} and whatever writes to the database block, so call from virtual threads.
 *
 * <p>A subjob's way: {@link Dispatcher} hands it out → {@link Roll} renews or takes it back →
 * {@link Collector} takes its result in → {@link Finisher} ends the job.
 */
public final class LocalPool implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LocalPool.class);
  private static final long TICK_MILLIS = 250;

  private final PoolState state;
  private final Nodes nodes;
  private final Dispatcher dispatcher;
  private final Collector collector;
  private final Roll roll;
  private final Watching watching;
  private final Finisher finisher;
  private final JobActions actions;
  private final PoolViews views;
  private final Seats seats;
  private final Machines machines;
  private final Thread ticker =
      Thread.ofPlatform().name("jobs-ticker").daemon().unstarted(this::watch);

  private LocalPool(
      JobSettings settings,
      Database database,
      JobStore jobs,
      SubjobStore subjobs,
      PlanLoader plans,
      ResultMaker results,
      LongConsumer ended,
      ChangeLog changes,
      Clock clock) {
    state = new PoolState(changes, clock, settings.coresPerPerson());
    nodes = new Nodes(database, clock);
    finisher = new Finisher(state, jobs, results, new RunStore(database), ended);
    dispatcher = new Dispatcher(state, subjobs, new Fences(subjobs), settings);
    collector = new Collector(state, subjobs, finisher::look);
    roll = new Roll(state, subjobs, finisher::look);
    watching = new Watching(state);
    machines = new Machines(state, nodes);
    views = new PoolViews(state, machines);
    actions =
        new JobActions(
            state, database, jobs, plans, new Recovery(state, subjobs, settings), finisher);
    seats = new Seats(state, actions);
  }

  /**
   * Takes up the jobs and leases of the database and begins to watch the leases.
   *
   * @param ended told the id of every job that has ended
   * @throws org.gridappliance.jobs.job.StorageException when the database cannot be read
   */
  public static LocalPool open(
      JobSettings settings,
      Database database,
      JobStore jobs,
      SubjobStore subjobs,
      PlanLoader plans,
      ResultMaker results,
      LongConsumer ended,
      ChangeLog changes,
      Clock clock) {
    LocalPool pool =
        new LocalPool(settings, database, jobs, subjobs, plans, results, ended, changes, clock);
    for (Nodes.NodeRow row : pool.nodes.all()) {
      if (row.isMachine()) {
        pool.machines.know(row);
      } else {
        pool.know(row);
      }
    }
    pool.actions.recover();
    pool.ticker.start();
    return pool;
  }

  private Node know(Nodes.NodeRow row) {
    Node node = new Node(row);
    state.lock.lock();
    try {
      state.nodes.put(row.id(), node);
      state.nodesByToken.put(row.tokenHash(), node);
      state.changes.note(0, ChangeLog.Kind.POOL, 0);
    } finally {
      state.lock.unlock();
    }
    return node;
  }

  private void watch() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Thread.sleep(TICK_MILLIS);
        tick();
      }
    } catch (InterruptedException e) {
      log.debug("the pool closes");
    }
  }

  private void tick() {
    try {
      roll.expire();
      views.noteNodesThatWentAway();
    } catch (RuntimeException e) { // the next tick tries again; a dead ticker would lose leases
      log.error("leases cannot be taken back now", e);
    }
  }

  /**
   * {@return a token with which one machine may join}
   *
   * @param owner the account whose machine it will be; null for pool administrators only
   */
  public JoinToken newJoinToken(Duration validity, @Nullable String owner) {
    Nodes.JoinToken made = nodes.newJoinToken(validity, false, owner);
    return new JoinToken(made.token(), made.expiresAt());
  }

  /** {@return a token with which the agent of the portal's own machine may enrol} */
  public JoinToken newOwnToken(Duration validity) {
    Nodes.JoinToken made = nodes.newJoinToken(validity, true, null);
    return new JoinToken(made.token(), made.expiresAt());
  }

  /** Has a node, if it is there, send a heartbeat soon: there is something to learn by it. */
  public void nudge(long id) {
    change(id, () -> {}, node -> {}, node -> {});
  }

  /** {@return whether any executor has enrolled} */
  public boolean hasNodes() {
    state.lock.lock();
    try {
      return state.nodes.values().stream().anyMatch(node -> !node.engine);
    } finally {
      state.lock.unlock();
    }
  }

  /** A token to join with; the only time that it exists in clear. */
  public record JoinToken(String token, Instant expiresAt) {}

  /**
   * {@return the number of the new node}
   *
   * @throws org.gridappliance.jobs.http.Problem 403 when the join token is not good
   */
  public long enrol(Enrolment asked) {
    return know(nodes.enrol(asked)).id();
  }

  /**
   * {@return the name of the node of a bearer token}
   *
   * @throws org.gridappliance.jobs.http.Problem 401 when it is none
   */
  public String nodeName(@Nullable String bearer) {
    return state.authenticate(bearer).row.name();
  }

  /** {@return another scheduler's place in the queue, by its name} */
  public Engine engine(String name) {
    Nodes.NodeRow row = nodes.engine(name);
    Node known;
    state.lock.lock();
    try {
      known = state.nodes.get(row.id());
    } finally {
      state.lock.unlock();
    }
    return new Engine(state, dispatcher, roll, collector, known == null ? know(row) : known);
  }

  /**
   * {@return the number of the node of a bearer token}
   *
   * @throws org.gridappliance.jobs.http.Problem 401 when it is none
   */
  public long nodeId(@Nullable String bearer) {
    return state.authenticate(bearer).id();
  }

  /** Notes the network address that an executor's requests come from. */
  public void met(@Nullable String bearer, String address) {
    state.authenticate(bearer).address = address;
  }

  /**
   * {@return leases; waits for work as the request says}
   *
   * @throws org.gridappliance.jobs.http.Problem 401 for a token that is not an executor's
   */
  public List<Lease> lease(@Nullable String bearer, LeaseRequest asked)
      throws InterruptedException {
    return dispatcher.lease(state.authenticate(bearer), asked);
  }

  /** {@return what the executor must do} */
  public Heartbeat.Orders heartbeat(@Nullable String bearer, Heartbeat beat) {
    return roll.heartbeat(state.authenticate(bearer), beat);
  }

  /** {@return one status a result: 204, 404 or 409} */
  public List<Integer> results(@Nullable String bearer, List<SubjobResult> results) {
    return collector.results(state.authenticate(bearer), results);
  }

  /** {@return a lease that this executor holds, for its files and output} */
  public Optional<HeldLease> held(@Nullable String bearer, String lease) {
    Node node = state.authenticate(bearer);
    state.lock.lock();
    try {
      Held held = state.held.get(lease);
      return held == null || held.node != node
          ? Optional.empty()
          : Optional.of(new HeldLease(held.lease, held.job.plan));
    } finally {
      state.lock.unlock();
    }
  }

  /** A lease and the plan of its job. */
  public record HeldLease(Lease lease, JobPlan plan) {}

  /**
   * Appends live output of a lease.
   *
   * @return bytes so far
   */
  public long append(HeldLease held, String stream, long offset, byte[] bytes)
      throws java.io.IOException {
    int index = held.lease().index();
    long size =
        OutputFiles.append(
            held.plan().folder(),
            index,
            stream,
            offset,
            bytes,
            held.lease().limits().outputBytes());
    if (size >= 0) {
      ChangeLog.Kind kind = stream.equals("stdout") ? ChangeLog.Kind.STDOUT : ChangeLog.Kind.STDERR;
      state.changes.note(held.lease().job(), kind, index);
      watching.look(held.lease(), held.plan(), stream);
    }
    return size;
  }

  /**
   * Takes a node out of the pool: its token is revoked, its leases return to the queue.
   *
   * @return its name; empty when there is no such node
   */
  public Optional<String> remove(long id) {
    Optional<String> machine = machines.name(id);
    if (machine.isPresent()) {
      machines.remove(id, machine.get());
      return machine;
    }
    Node node;
    state.lock.lock();
    try {
      node = state.nodes.get(id);
    } finally {
      state.lock.unlock();
    }
    if (node == null) {
      return Optional.empty();
    }
    if (node.engine) {
      throw Problem.conflict(
          node.row.name() + " is no machine; it goes by pool.role: off in appliance.yaml");
    }
    nodes.remove(id);
    state.lock.lock();
    try {
      node.removed = true;
      state.nodes.remove(id);
      state.nodesByToken.remove(node.row.tokenHash());
      state.work.signalAll();
      state.changes.note(0, ChangeLog.Kind.POOL, 0);
    } finally {
      state.lock.unlock();
    }
    roll.abandon(node, "was removed from the pool");
    return Optional.of(node.row.name());
  }

  /**
   * Has a node take work, end what it runs, or take nothing at once.
   *
   * @return its name; empty when there is no such node
   */
  public Optional<String> stand(long id, Standing standing) {
    return change(
        id,
        () -> nodes.stand(id, standing),
        node -> node.standing = standing,
        node -> {
          if (standing == Standing.BANNED) {
            roll.abandon(node, "was banned from the pool");
          }
        });
  }

  /**
   * Puts a node on the map, or takes it off.
   *
   * @return its name; empty when there is no such node
   */
  public Optional<String> place(long id, @Nullable Place place) {
    Optional<String> machine = machines.name(id);
    if (machine.isPresent()) {
      machines.place(id, place);
      return machine;
    }
    return change(id, () -> nodes.place(id, place), node -> node.place = place, node -> {});
  }

  private Optional<String> change(
      long id, Runnable onDisk, Consumer<Node> inMemory, Consumer<Node> afterwards) {
    Node node;
    state.lock.lock();
    try {
      node = state.nodes.get(id);
    } finally {
      state.lock.unlock();
    }
    if (node == null) {
      return Optional.empty();
    }
    onDisk.run();
    state.lock.lock();
    try {
      inMemory.accept(node);
      node.nudged = true; // it may have something to stop
      state.work.signalAll();
      state.changes.note(0, ChangeLog.Kind.POOL, 0);
    } finally {
      state.lock.unlock();
    }
    afterwards.accept(node);
    return Optional.of(node.row.name());
  }

  /** {@return the name of a node, also of a removed one} */
  public String nodeName(long id) {
    state.lock.lock();
    try {
      Node node = state.nodes.get(id);
      if (node != null) {
        return node.row.name();
      }
    } finally {
      state.lock.unlock();
    }
    return nodes.name(id);
  }

  /** Puts a job that is on disk into the queue. */
  public void add(JobRecord job, JobPlan plan) {
    actions.add(job, plan);
  }

  /** {@return what to do with jobs} */
  public JobActions actions() {
    return actions;
  }

  /** {@return what runs, for people who want to see into it} */
  public Seats seats() {
    return seats;
  }

  /** {@return how things stand} */
  public PoolViews views() {
    return views;
  }

  /** {@return the machines of another scheduler} */
  public Machines machines() {
    return machines;
  }

  /** Stops watching; leases stay as they are on disk. */
  @Override
  public void close() {
    ticker.interrupt();
    try {
      ticker.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    finisher.close();
  }
}
