package org.gridappliance.agent.controller;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.core.JacksonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.Sharing;
import org.jspecify.annotations.Nullable;

/**
 * One for each machine (Entropia §4.3): every second reading → rules → share → what runs jobs.
 * Pauses within a second of the reading that asks for it; what was paused longer than the owner
 * wants leaves for another machine.
 */
public final class Controller implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Controller.class.getName());
  private static final long TICK_MILLIS = 1000;

  /** What runs jobs. Called from the controller's thread. */
  public interface Jobs {
    /**
     * Lets jobs have so much.
     *
     * @param percent of the processors, 1..100
     */
    void run(int percent);

    /** Stops all jobs where they are, and takes no more. */
    void pause(String why);

    /** Gives back all jobs that are paused, for another machine. */
    void leave(String why) throws InterruptedException;
  }

  /**
   * What it does now, for people.
   *
   * @param paused why jobs are paused; null while they may run
   * @param pausedSeconds for how long
   * @param percent the share of the processors that jobs may have
   * @param idleSeconds since somebody touched this machine; null when nothing can tell
   * @param idleSource what tells
   * @param foreignCpuPercent what other programs use
   */
  public record State(
      Sharing sharing,
      @Nullable String paused,
      long pausedSeconds,
      int percent,
      @Nullable Long idleSeconds,
      String idleSource,
      int foreignCpuPercent,
      double memoryPressure,
      boolean onBattery) {}

  /** Whose policy an owner's rules are bounded by. */
  public enum Bounder {
    /** The portal that this machine's executor joined. */
    PORTAL,
    /** The pool of HTCondor that it works for. */
    HTCONDOR
  }

  private record Bounds(String group, Sharing policy) {}

  private final Path file;
  private final Signals signals;
  private final Jobs jobs;
  private final Rules rules = new Rules();
  private final Share share = new Share();
  private final Semaphore changed = new Semaphore(0);
  private final Thread thread;
  private volatile Sharing sharing;
  private volatile Map<Bounder, Bounds> bounds = Map.of();
  private volatile @Nullable LocalDateTime snoozedUntil;
  private volatile @Nullable State state;
  private @Nullable LocalDateTime pausedSince;
  private boolean left;

  /**
   * Reads the owner's settings; jobs are paused when those cannot be read.
   *
   * @param folder where {@code sharing.json} is kept
   * @param ownUids the first user number that the appliance gives its users
   */
  public static Controller open(Path folder, int ownUids, Jobs jobs) throws IOException {
    return new Controller(folder, Signals.ofThisMachine(ownUids), jobs);
  }

  Controller(Path folder, Signals signals, Jobs jobs) throws IOException {
    this.file = folder.resolve("sharing.json");
    this.signals = signals;
    this.jobs = jobs;
    this.sharing = read(file);
    this.thread = Thread.ofPlatform().daemon().name("controller").unstarted(this::loop);
  }

  public void start() {
    thread.start();
  }

  /** {@return what it does now; empty in its first second} */
  public Optional<State> state() {
    return Optional.ofNullable(state);
  }

  public Sharing sharing() {
    return sharing;
  }

  /** {@return how much of the quiet that its owner asked for is left; zero for none} */
  public Duration quiet() {
    LocalDateTime until = snoozedUntil;
    Duration left =
        until == null
            ? Duration.ZERO
            : Duration.between(LocalDateTime.now(ZoneId.systemDefault()), until);
    return left.isNegative() ? Duration.ZERO : left;
  }

  /**
   * Keeps other settings, which hold at once.
   *
   * @throws Sharing.Wrong when no job could ever run under them on this machine
   */
  public void set(Sharing wanted) throws IOException {
    for (Bounds one : bounds.values()) {
      if (!wanted.meets(one.policy())) {
        throw new Sharing.Wrong(
            "no job could ever run: the policy of group "
                + one.group()
                + " allows jobs "
                + one.policy().hours()
                + ", these rules "
                + wanted.hours());
      }
    }
    adopt(wanted);
  }

  /**
   * As {@link #set}, for rules that the portal has held against its policy.
   *
   * @throws Sharing.Wrong when no job could ever run under them on this machine
   */
  synchronized void adopt(Sharing wanted) throws IOException {
    refuseForever(wanted);
    Path next = file.resolveSibling("sharing.json.new");
    Files.write(next, LeaseProtocol.json().writeValueAsBytes(wanted));
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    sharing = wanted;
    changed.release();
  }

  /**
   * Bounds the owner's rules from now on: the tightest of all holds.
   *
   * @param policy of the group of this machine; null for none
   */
  public synchronized void bound(Bounder bounder, String group, @Nullable Sharing policy) {
    Map<Bounder, Bounds> next = new EnumMap<>(Bounder.class);
    next.putAll(bounds);
    if (policy == null) {
      next.remove(bounder);
    } else {
      next.put(bounder, new Bounds(group, policy));
    }
    bounds = next;
    changed.release();
  }

  /** {@return the bounds of all policies at once; empty for none} */
  public Optional<Sharing> bounds() {
    return policies().stream().reduce(Sharing::within);
  }

  private List<Sharing> policies() {
    return bounds.values().stream().map(Bounds::policy).toList();
  }

  /** {@return the groups whose policies bound this machine; empty for none} */
  public String group() {
    return bounds.values().stream().map(Bounds::group).distinct().collect(joining(", "));
  }

  private Sharing tightest() {
    return policies().stream().reduce(sharing, Sharing::within);
  }

  /** No jobs for a while; zero ends an earlier wish. */
  public void snooze(Duration length) {
    snoozedUntil = length.isZero() ? null : LocalDateTime.now(ZoneId.systemDefault()).plus(length);
    changed.release();
  }

  /** The first process and this program itself run as long as the machine does. */
  private static void refuseForever(Sharing wanted) throws IOException {
    for (String process : List.of("1", "self")) {
      String name = Files.readString(Path.of("/proc", process, "comm")).strip();
      if (wanted.exclusive().contains(name)) {
        throw new Sharing.Wrong(
            "exclusive has '"
                + name
                + "', which always runs here, so that no job ever could; remove it or choose OFF");
      }
    }
  }

  private static Sharing read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Sharing.DEFAULT;
    }
    try {
      return LeaseProtocol.json().readValue(file.toFile(), Sharing.class);
    } catch (JacksonException e) {
      throw new IOException(
          file + " is damaged (" + e.getOriginalMessage() + "); mend or remove it", e);
    }
  }

  private void loop() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try {
          tick(signals.read(tightest()));
        } catch (IOException e) { // better to do nothing than to disturb
          LOG.log(System.Logger.Level.WARNING, "The controller cannot see: {0}", e.toString());
          jobs.pause("the controller cannot see what its owner does: " + e.getMessage());
        }
        changed.tryAcquire(TICK_MILLIS, TimeUnit.MILLISECONDS);
        changed.drainPermits();
      }
    } catch (InterruptedException e) {
      // closing
    }
  }

  /** One second's decision. */
  void tick(Reading now) throws InterruptedException {
    Sharing own = sharing;
    List<Sharing> policies = policies();
    Sharing rulesNow = policies.stream().reduce(own, Sharing::within);
    Optional<String> why = rules.pause(own, policies, now, snoozedUntil);
    LocalDateTime since = pausedSince;
    int percent = 0;
    if (why.isEmpty()) {
      if (since != null) {
        LOG.log(System.Logger.Level.INFO, "Jobs go on");
        share.restart();
        pausedSince = null;
        left = false;
      }
      percent = share.next(rulesNow, now);
      jobs.run(percent);
    } else {
      if (since == null) {
        LOG.log(System.Logger.Level.INFO, "Jobs pause: {0}", why.get());
        since = now.at();
        pausedSince = since;
      }
      jobs.pause(why.get());
      if (!left
          && rulesNow.longestPauseMinutes() > 0
          && !since.plusMinutes(rulesNow.longestPauseMinutes()).isAfter(now.at())) {
        left = true;
        jobs.leave(why.get());
      }
    }
    state =
        new State(
            rulesNow,
            why.orElse(null),
            since == null || why.isEmpty() ? 0 : Duration.between(since, now.at()).toSeconds(),
            percent,
            now.idle() == null ? null : now.idle().toSeconds(),
            now.idleSource(),
            (int) Math.round(now.foreignCpu() * 100),
            now.memoryPressure(),
            now.onBattery());
  }

  @Override
  public void close() {
    thread.interrupt();
    signals.close();
  }
}
