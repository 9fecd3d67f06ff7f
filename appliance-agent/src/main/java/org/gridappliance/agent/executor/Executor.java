package org.gridappliance.agent.executor;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.gridappliance.agent.envelope.Envelope;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Heartbeat;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.LeaseRequest;
import org.gridappliance.jobs.lease.SubjobResult;

/**
 * Runs subjobs for a portal: {@code asks} → {@link #queue} → slot threads with {@link Runner} →
 * {@link Outbox}; {@code heartbeat} renews every lease in hand and carries orders back; {@code
 * output} sends what running programs print.
 *
 * <p>Short subjobs are asked for before slots are empty, about a second's worth at a time, so that
 * slots do not wait for the portal. While the portal is away running subjobs go on; their results
 * wait in the outbox and their leases are renewed as soon as it is back.
 */
public final class Executor implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Executor.class.getName());
  private static final int LONG_POLL_SECONDS = 20;
  private static final long LONGEST_WAIT_MILLIS = 10_000;
  private static final double SHORT_SECONDS = 2;

  /** How long to leave a portal alone that had nothing to run ahead of need. */
  private static final long AGAIN_MILLIS = 100;

  /** A lease that so many heartbeats in a row do not name goes back to the queue. */
  private static final int FORGOTTEN_AFTER = 2;

  /**
   * How much of this machine to use.
   *
   * @param folder for scratch folders, cache and spool; one executor only
   * @param slots subjobs at once, ≥ 1
   * @param cacheBytes the most that cached inputs may take
   * @param memoryBytes memory for all subjobs together
   */
  public record Settings(Path folder, int slots, long cacheBytes, long memoryBytes) {}

  /** What the executor does now, for people. */
  public record Status(int slots, int running, int queued, int undelivered, String portal) {}

  private final PortalClient portal;
  private final Envelope envelope;
  private final Settings settings;
  private final Runner runner;
  private final Outbox outbox;
  private final LiveOutput output;
  private final Line line;
  private final Map<String, Subjob> held = new ConcurrentHashMap<>();
  private final Map<String, Long> undelivered = new ConcurrentHashMap<>();
  private final BlockingQueue<Subjob> queue = new LinkedBlockingQueue<>();
  private final Semaphore cores;
  private final Semaphore wanted = new Semaphore(0);
  private final Throttle throttle = new Throttle();
  private final Semaphore beat = new Semaphore(0);
  private final List<Thread> threads = new ArrayList<>();
  private final FileChannel lock;
  private volatile double meanSeconds = SHORT_SECONDS;
  private volatile boolean closed;
  private volatile boolean rejected;
  private volatile boolean broken;
  private volatile String portalState = "not asked yet";

  /**
   * Takes over what an earlier run left in the folder: scratch folders go, finished results are
   * delivered.
   */
  public Executor(PortalClient portal, Envelope envelope, Settings settings) throws IOException {
    this.portal = portal;
    this.envelope = envelope;
    this.settings = settings;
    this.cores = new Semaphore(settings.slots(), true);
    Path folder = Files.createDirectories(settings.folder());
    this.lock = lock(folder.resolve("lock"));
    Path scratch = folder.resolve("scratch");
    Folders.remove(scratch);
    Files.createDirectories(scratch);
    this.outbox = new Outbox(portal, folder.resolve("spool"), this::delivered);
    InputCache cache = new InputCache(folder.resolve("cache"), settings.cacheBytes());
    this.runner = new Runner(portal, envelope, cache, scratch, outbox.spool(), beat::release);
    this.output = new LiveOutput(portal);
    this.line = new Line(portal, lease -> Optional.ofNullable(held.get(lease)), beat::release);
  }

  private static FileChannel lock(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean ours;
    try {
      ours = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) { // held by this very process
      ours = false;
    }
    if (!ours) {
      channel.close();
      throw new IOException(
          "another executor runs in "
              + file.getParent()
              + "; stop it, or give this one a data folder of its own with --data");
    }
    return channel;
  }

  /** Starts its threads; returns at once. */
  public void start() throws IOException, InterruptedException {
    for (Parcel parcel : outbox.recover()) {
      undelivered.put(parcel.result().lease(), parcel.result().fence());
      outbox.add(parcel);
    }
    outbox.start();
    for (int slot = 0; slot < settings.slots(); slot++) {
      int number = slot;
      thread("slot-" + slot, () -> work(number));
    }
    thread("asks", this::ask);
    thread("heartbeat", this::renew);
    thread("output", this::stream);
    thread("line", line::run);
  }

  /** {@return what it does now} */
  public Status status() {
    int running = settings.slots() - cores.availablePermits();
    return new Status(settings.slots(), running, queue.size(), outbox.waiting(), portalState);
  }

  /** {@return whether the portal no longer knows this executor's token} */
  public boolean isRejected() {
    return rejected;
  }

  /** {@return whether one of its threads has ended by a fault: it must be started anew} */
  public boolean isBroken() {
    return broken || outbox.isBroken();
  }

  private interface Loop {
    void run() throws InterruptedException;
  }

  private void thread(String name, Loop loop) {
    threads.add(
        Thread.ofPlatform()
            .name(name)
            .start(
                () -> {
                  try {
                    loop.run();
                  } catch (InterruptedException e) {
                    // closing
                  } catch (RuntimeException | Error e) {
                    // half an executor would renew leases that nobody works on: end, start anew
                    LOG.log(System.Logger.Level.ERROR, name + " ended", e);
                    broken = true;
                  }
                }));
  }

  // --- asking for work

  private void ask() throws InterruptedException {
    Backoff backoff = new Backoff(LONGEST_WAIT_MILLIS);
    while (!closed) {
      Optional<String> obstacle = envelope.obstacle().or(throttle::reason);
      boolean paused = throttle.reason().isPresent();
      int free = Math.min(freeCores(), throttle.room());
      boolean ahead = free <= 0;
      if (!paused && ahead && (queue.size() >= lowWater() || meanSeconds >= SHORT_SECONDS)) {
        wanted.tryAcquire(LONG_POLL_SECONDS, TimeUnit.SECONDS);
        wanted.drainPermits();
        continue;
      }
      try {
        List<Lease> leases = portal.lease(request(free, ahead, obstacle)).leases();
        backoff.succeeded();
        portalState = "answers";
        rejected = false;
        leases.forEach(this::accept);
        if (leases.isEmpty()) {
          beat.release(); // it may have answered early because of an order
          if (paused) { // the portal was told why; until it is over, or once more
            wanted.tryAcquire(LONG_POLL_SECONDS, TimeUnit.SECONDS);
            wanted.drainPermits();
          } else if (ahead) { // not once for every subjob that is left
            pause(AGAIN_MILLIS);
            wanted.drainPermits();
          }
        }
      } catch (PortalException e) {
        portalState = String.valueOf(e.getMessage());
        rejected = e.status() == 401;
        LOG.log(System.Logger.Level.WARNING, "No work: {0}", e.getMessage());
        pause(e.isPassing() ? backoff.nextMillis() : LONGEST_WAIT_MILLIS);
      } catch (IOException e) { // the portal is away
        portalState = "cannot be reached: " + e;
        pause(backoff.nextMillis());
      }
    }
  }

  private LeaseRequest request(int free, boolean ahead, Optional<String> obstacle)
      throws IOException {
    int cpus = ahead ? settings.slots() : free;
    long memory = settings.memoryBytes();
    for (Subjob subjob : ahead ? List.<Subjob>of() : held.values()) {
      memory -= subjob.lease.limits().memoryBytes();
    }
    return new LeaseRequest(
        obstacle.isPresent() ? 0 : cpus,
        Math.max(0, memory),
        Files.getFileStore(settings.folder()).getUsableSpace(),
        LeaseProtocol.MAX_BATCH, // the portal knows how short they are
        ahead ? 0 : LONG_POLL_SECONDS,
        obstacle.isEmpty(),
        obstacle.orElse(null));
  }

  private int freeCores() {
    int queued = queue.stream().mapToInt(s -> s.cpus(settings.slots())).sum();
    return cores.availablePermits() - queued;
  }

  /** Half a second's worth of subjobs. */
  private int lowWater() {
    return (int) Math.clamp(settings.slots() * 0.5 / meanSeconds, 1, LeaseProtocol.MAX_BATCH / 2);
  }

  private void accept(Lease lease) {
    if (!LeaseCheck.isName(lease.lease())) {
      LOG.log(System.Logger.Level.WARNING, "A lease without a usable name was dropped");
      return;
    }
    Subjob subjob = new Subjob(lease);
    if (held.putIfAbsent(lease.lease(), subjob) == null) {
      queue.add(subjob);
    }
  }

  // --- running

  private void work(int slot) throws InterruptedException {
    while (!closed) {
      Subjob subjob = queue.take();
      if (queue.size() < lowWater()) {
        wanted.release();
      }
      int cpus = subjob.cpus(settings.slots());
      cores.acquire(cpus);
      try {
        Optional<String> problem = LeaseCheck.problem(subjob.lease);
        Optional<Parcel> parcel =
            problem.isPresent()
                ? Optional.of(refused(subjob.lease, problem.get()))
                : turn(subjob, slot);
        if (parcel.isEmpty()) {
          if (!closed) { // on closing it stays listed, for the last heartbeats
            held.remove(subjob.lease.lease());
          }
        } else {
          meanSeconds =
              0.9 * meanSeconds + 0.1 * Math.max(0.002, parcel.get().result().wallSeconds());
          undelivered.put(subjob.lease.lease(), subjob.lease.fence());
          held.remove(subjob.lease.lease());
          outbox.add(parcel.get());
        }
      } finally {
        cores.release(cpus);
        wanted.release();
      }
    }
  }

  private Optional<Parcel> turn(Subjob subjob, int slot) throws InterruptedException {
    throttle.enter(subjob);
    try {
      return subjob.reins.isStopped() ? Optional.empty() : runner.run(subjob, slot);
    } finally {
      throttle.leave(subjob);
    }
  }

  private static Parcel refused(Lease lease, String why) {
    Failure failure =
        Failure.of(
            Failure.Kind.EXECUTOR,
            "The executor refused the lease: " + why + ".",
            "This is a fault of the portal; its log tells more.");
    SubjobResult result =
        new SubjobResult(
            lease.lease(), lease.fence(), null, null, failure, 0, null, null, List.of(), "", "");
    return new Parcel(result, 0, 0, null);
  }

  private void delivered(String lease) {
    undelivered.remove(lease);
  }

  // --- heartbeats and orders

  private void renew() throws InterruptedException {
    for (int beats = 0; !closed; beats++) {
      // the first follow soon: they tell the portal what a forerunner of this process held
      int seconds =
          beats < FORGOTTEN_AFTER
              ? 1
              : held.values().stream().mapToInt(s -> s.lease.heartbeatSeconds()).min().orElse(10);
      beat.tryAcquire(Math.clamp(seconds, 1, 60), TimeUnit.SECONDS);
      beat.drainPermits();
      sendHeartbeat(held.values());
    }
  }

  private void sendHeartbeat(Collection<Subjob> subjobs) throws InterruptedException {
    int most = LeaseProtocol.MAX_HEARTBEAT_LEASES / 2;
    List<Heartbeat.Item> items = new ArrayList<>();
    subjobs.stream()
        .limit(most)
        .forEach(
            s ->
                items.add(
                    new Heartbeat.Item(s.lease.lease(), s.lease.fence(), s.isStarted(), null)));
    undelivered.entrySet().stream()
        .limit(most)
        .forEach(e -> items.add(new Heartbeat.Item(e.getKey(), e.getValue(), true, null)));
    try {
      obey(portal.heartbeat(new Heartbeat(items)));
    } catch (IOException e) { // away or unwilling: the ask loop tells; running subjobs go on
      LOG.log(System.Logger.Level.DEBUG, "No heartbeat: {0}", e.toString());
    }
  }

  private void obey(Heartbeat.Orders orders) {
    for (String lease : orders.stop()) {
      Subjob subjob = held.get(lease);
      if (subjob != null) {
        subjob.reins.stop();
        if (queue.remove(subjob)) {
          held.remove(lease);
          wanted.release();
        }
      }
    }
    Set<String> pause = new HashSet<>(orders.suspend());
    for (String lease : orders.finish()) {
      Subjob subjob = held.get(lease);
      if (subjob != null && subjob.lease.interactive() != null) {
        subjob.reins.finish();
      }
    }
    held.values().forEach(s -> s.suspendByOrder(pause.contains(s.lease.lease())));
  }

  // --- the owner of this machine

  /**
   * Lets so many subjobs run at once; those beyond pause where they are.
   *
   * @param most 1..slots
   */
  public void run(int most) {
    if (throttle.set(most, null)) {
      wanted.release();
    }
  }

  /** Pauses all, and asks for no more; the portal is told why. */
  public void pause(String why) {
    throttle.set(0, why);
  }

  /** Gives all subjobs back, so that they run on another machine. */
  public void leave(String why) throws InterruptedException {
    for (Subjob subjob : List.copyOf(held.values())) {
      if (held.remove(subjob.lease.lease(), subjob)) {
        queue.remove(subjob);
        subjob.reins.stop();
        undelivered.put(subjob.lease.lease(), subjob.lease.fence());
        outbox.add(Runner.given(subjob.lease, why));
      }
    }
  }

  // --- live output

  private void stream() throws InterruptedException {
    while (!closed) {
      TimeUnit.SECONDS.sleep(1);
      for (Subjob subjob : held.values()) {
        if (subjob.isStarted()) {
          try {
            output.send(subjob);
          } catch (IOException e) { // the rest goes with the result
            LOG.log(System.Logger.Level.DEBUG, "Output waits: {0}", e.toString());
          }
        }
      }
    }
  }

  private static void pause(long millis) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(millis);
  }

  /**
   * Stops: programs in envelopes end, their leases go back to the queue; results not yet delivered
   * stay on disk.
   */
  @Override
  public void close() {
    closed = true;
    held.values().forEach(s -> s.reins.stop());
    threads.forEach(Thread::interrupt);
    Joining.join(threads);
    if (!held.isEmpty()) {
      try {
        for (int i = 0; i < FORGOTTEN_AFTER; i++) {
          sendHeartbeat(List.of());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    outbox.close();
    try {
      lock.close();
    } catch (IOException e) { // the end of the process frees it
      LOG.log(System.Logger.Level.DEBUG, "lock: {0}", e.toString());
    }
  }
}
