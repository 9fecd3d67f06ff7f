package org.gridappliance.jobs.history;

import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.gridappliance.jobs.job.Database;
import org.gridappliance.jobs.job.StorageException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the pool every {@value #LOOK_MILLIS} ms, keeps what became of each node at once and the
 * utilisation once a minute. Safe for all threads; reading blocks.
 */
public final class PoolHistory implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PoolHistory.class);
  private static final long LOOK_MILLIS = 5_000;
  private static final long WRITE_MILLIS = 60_000;
  private static final long PRUNE_MILLIS = 3_600_000;

  /** After a start nodes get so long to be heard of before they count as away. */
  private static final long GRACE_MILLIS = 120_000;

  /** What is looked at. */
  public interface Source {
    /** {@return what the pool does now} */
    Load load();

    /** {@return how its nodes stand now} */
    List<NodeState> nodeStates();
  }

  private final UseStore uses;
  private final EventStore events;
  private final NodeJobs jobs;
  private final UsageStore usage;
  private final RunStore runs;
  private final JobUseStore jobUse;
  private final Source source;
  private final Clock clock;
  private final Thread thread =
      Thread.ofPlatform().name("jobs-history").daemon().unstarted(this::watch);

  // the rest belongs to whoever holds this monitor
  private final Map<Long, String> known;
  private final long startedAt;
  private final Map<String, Double> users = new HashMap<>();
  private long lookedAt;
  private long writtenAt;
  private long prunedAt;
  private double seconds;
  private double running;
  private double free;
  private double off;
  private double waiting;

  /** Reads what was known of the nodes; looks at nothing yet. */
  public PoolHistory(Database database, Source source, Clock clock) {
    this.uses = new UseStore(database);
    this.events = new EventStore(database);
    this.jobs = new NodeJobs(database);
    this.usage = new UsageStore(database);
    this.runs = new RunStore(database);
    this.jobUse = new JobUseStore(database);
    this.source = source;
    this.clock = clock;
    this.known = events.last();
    this.startedAt = clock.millis();
    this.lookedAt = startedAt;
    this.writtenAt = startedAt;
    this.prunedAt = startedAt;
  }

  /** Begins to look by itself. */
  public void start() {
    thread.start();
  }

  private void watch() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Thread.sleep(LOOK_MILLIS); // a look is a sample: how often is what history means
        try {
          look();
        } catch (StorageException e) { // a full disk: history has a gap, jobs do not wait for it
          log.warn("history not kept reason={}", e.getMessage());
        }
      }
    } catch (InterruptedException e) {
      log.debug("history closes");
    }
  }

  /** Looks once, and writes what is due. */
  public synchronized void look() {
    long now = clock.millis();
    notice(now);
    add(source.load(), Math.clamp(now - lookedAt, 0, 3 * LOOK_MILLIS) / 1000.0);
    lookedAt = now;
    if (now - writtenAt >= WRITE_MILLIS) {
      write(now);
    }
    if (now - prunedAt >= PRUNE_MILLIS) {
      prunedAt = now;
      uses.prune(now);
      runs.prune(now);
      jobUse.prune(JobUseStore.day(now - RunStore.KEPT.toMillis()));
      events.prune(source.nodeStates().stream().map(NodeState::node).toList());
    }
  }

  private void notice(long now) {
    for (NodeState node : source.nodeStates()) {
      boolean tooEarly = node.word().equals("Away") && now - startedAt < GRACE_MILLIS;
      if (!tooEarly && !node.word().equals(known.get(node.node()))) {
        events.add(node.node(), now, node.word(), node.reason());
        known.put(node.node(), node.word());
      }
    }
  }

  private void add(Load load, double time) {
    seconds += time;
    running += load.running() * time;
    free += load.free() * time;
    off += load.off() * time;
    waiting += load.waiting() * time;
    load.users().forEach((name, cores) -> users.merge(name, cores * time, Double::sum));
  }

  private void write(long now) {
    if (seconds > 0) {
      uses.add(now - 1, seconds, new Load(running, free, off, waiting, users));
    }
    writtenAt = now;
    seconds = 0;
    running = 0;
    free = 0;
    off = 0;
    waiting = 0;
    users.clear();
  }

  /** Notes that a node joined the pool. */
  public synchronized void joined(long node, @Nullable String reason) {
    events.add(node, clock.millis(), "Joined", reason);
    known.put(node, "Joined");
  }

  /**
   * {@return averages of the span's buckets, by when they begin; times nobody looked are missing}
   */
  public SortedMap<Long, Load> use(Span span) {
    return uses.read(span, clock.millis());
  }

  /** {@return what happened to a node, newest first, at most 100} */
  public List<NodeEvent> events(long node) {
    return events.newest(node, 100);
  }

  /**
   * {@return the jobs of which something ran on a node, newest first, at most 50}
   *
   * @param machine the name of another scheduler's machine; null for an executor
   * @param owner whose; everybody's when null
   */
  public List<NodeJob> jobs(long node, @Nullable String machine, @Nullable String owner) {
    return jobs.newest(node, machine, owner, 50);
  }

  /** {@return what ended, run by run} */
  public RunStore runs() {
    return runs;
  }

  /** {@return what jobs asked for and used} */
  public JobUseStore jobUse() {
    return jobUse;
  }

  /** {@return who had what in each of the last 12 months, newest first} */
  public List<Usage> usage() {
    return usage.months(clock.millis(), 12);
  }

  /** Writes what is not yet written, and stops. */
  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
      synchronized (this) {
        write(clock.millis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (StorageException e) { // the last minute is lost
      log.warn("history not kept reason={}", e.getMessage());
    }
  }
}
