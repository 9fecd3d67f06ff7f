package org.gridappliance.agent.executor;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.gridappliance.agent.envelope.Envelope;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.SharingReport;
import org.gridappliance.jobs.lease.SubjobResult;

/**
 * Runs subjobs for a portal: {@link Asking} → {@link Holdings} → slot threads with {@link Runner} →
 * {@link Outbox}; {@link Heartbeats} renew every lease in hand and carry orders back; {@link
 * LiveOutput} sends what running programs print.
 *
 * <p>While the portal is away running subjobs go on; their results wait in the outbox and their
 * leases are renewed as soon as it is back.
 */
public final class Executor implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Executor.class.getName());

  /**
   * How much of this machine to use.
   *
   * @param folder for scratch folders, cache and spool; one executor only
   * @param slots subjobs at once, ≥ 1
   * @param cacheBytes the most that cached inputs may take, and as much again for applications
   * @param memoryBytes memory for all subjobs together
   */
  public record Settings(Path folder, int slots, long cacheBytes, long memoryBytes) {}

  /** What the executor does now, for people. */
  public record Status(int slots, int running, int queued, int undelivered, String portal) {}

  private final Settings settings;
  private final Holdings holdings;
  private final Throttle throttle = new Throttle();
  private final Asking asking;
  private final Heartbeats heartbeats;
  private final Runner runner;
  private final Outbox outbox;
  private final SealedCache sealed;
  private final LiveOutput output;
  private final Line line;
  private final List<Thread> threads = new ArrayList<>();
  private final FileChannel lock;
  private volatile boolean closed;
  private volatile boolean broken;

  /**
   * Takes over what an earlier run left in the folder: scratch folders go, finished results are
   * delivered.
   */
  public Executor(PortalClient portal, Envelope envelope, Settings settings) throws IOException {
    this.settings = settings;
    Path folder = Files.createDirectories(settings.folder());
    this.lock = lock(folder.resolve("lock"));
    Path scratch = folder.resolve("scratch");
    Folders.remove(scratch);
    Files.createDirectories(scratch);
    this.holdings = new Holdings(settings.slots());
    this.heartbeats = new Heartbeats(portal, holdings);
    this.asking = new Asking(portal, envelope, settings, holdings, throttle, heartbeats::now);
    this.outbox = new Outbox(portal, folder.resolve("spool"), holdings::delivered);
    InputCache cache = new InputCache(folder.resolve("cache"), settings.cacheBytes());
    Path hidden = folder.resolve("sealed");
    Folders.remove(hidden);
    this.sealed = new SealedCache(hidden, settings.cacheBytes());
    BundleCache bundles = new BundleCache(folder.resolve("bundles"), settings.cacheBytes());
    this.runner =
        new Runner(
            portal, envelope, cache, sealed, bundles, scratch, outbox.spool(), heartbeats::now);
    this.output = new LiveOutput(portal);
    this.line = new Line(portal, holdings::find, heartbeats::now);
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
      holdings.undelivered(parcel.result().lease(), parcel.result().fence());
      outbox.add(parcel);
    }
    outbox.start();
    for (int slot = 0; slot < settings.slots(); slot++) {
      int number = slot;
      thread("slot-" + slot, () -> work(number));
    }
    thread("asks", asking::run);
    thread("pulse", throttle::pulse);
    thread("heartbeat", heartbeats::run);
    thread("output", this::stream);
    thread("line", line::run);
  }

  /** {@return what it does now} */
  public Status status() {
    return new Status(
        settings.slots(),
        holdings.coresInUse(),
        holdings.waiting(),
        outbox.waiting(),
        asking.state());
  }

  /** {@return whether the portal no longer knows this executor's token} */
  public boolean isRejected() {
    return asking.isRejected();
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

  // --- running

  private void work(int slot) throws InterruptedException {
    while (!closed) {
      Subjob subjob = holdings.take();
      try {
        Optional<String> problem = LeaseCheck.problem(subjob.lease);
        Optional<Parcel> parcel =
            problem.isPresent()
                ? Optional.of(refused(subjob.lease, problem.get()))
                : turn(subjob, slot);
        if (parcel.isPresent()) {
          holdings.finished(subjob, parcel.get().result().wallSeconds());
          outbox.add(parcel.get());
        } else if (!closed) { // on closing it stays listed, for the last heartbeats
          holdings.drop(subjob);
        }
      } finally {
        holdings.release(subjob);
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
    return Parcel.light(result);
  }

  // --- the owner of this machine

  /** Tells the portal how this machine is shared; see {@link Heartbeats#sharing}. */
  public void sharing(Supplier<Optional<SharingReport>> report, Consumer<JsonNode> told) {
    heartbeats.sharing(report, told);
  }

  /**
   * Lets so many subjobs run at once; those beyond pause where they are.
   *
   * @param most 1..slots
   * @param part how much of the time they run, 1..100 percent
   */
  public void run(int most, int part) {
    throttle.part(part);
    if (throttle.set(most, null)) {
      holdings.askNow();
    }
  }

  /** Pauses all, and asks for no more; the portal is told why. */
  public void pause(String why) {
    throttle.set(0, why);
  }

  /** Gives all subjobs back, so that they run on another machine. */
  public void leave(String why) throws InterruptedException {
    for (Subjob subjob : List.copyOf(holdings.held())) {
      if (holdings.withdraw(subjob)) {
        outbox.add(Runner.given(subjob.lease, why));
      }
    }
  }

  // --- live output

  private void stream() throws InterruptedException {
    while (!closed) {
      TimeUnit.SECONDS.sleep(1);
      for (Subjob subjob : holdings.held()) {
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

  /**
   * Stops: programs in envelopes end, their leases go back to the queue; results not yet delivered
   * stay on disk.
   */
  @Override
  public void close() {
    closed = true;
    holdings.held().forEach(s -> s.reins.stop());
    threads.forEach(Thread::interrupt);
    Joining.join(threads);
    if (!holdings.held().isEmpty()) {
      try {
        heartbeats.giveBackAll();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    outbox.close();
    try {
      sealed.close();
      lock.close();
    } catch (IOException e) { // the end of the process frees it
      LOG.log(System.Logger.Level.DEBUG, "lock: {0}", e.toString());
    }
  }
}
