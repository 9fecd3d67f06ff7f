package org.gridappliance.agent.executor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.gridappliance.agent.envelope.Outcome;
import org.gridappliance.evm.seal.SealException;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.SubjobResult;

/**
 * Delivers results. Output files go first, by hash, a few parcels at a time; then results go in
 * batches: whatever is ready when the line is free, so at once when idle. While the portal cannot
 * be reached parcels wait on disk, and slots wait once {@value #MOST} of them do.
 */
final class Outbox implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Outbox.class.getName());
  static final int MOST = 1024;
  private static final int UPLOADS = 3;
  private static final long LONGEST_WAIT_MILLIS = 15_000;

  private final PortalClient portal;
  private final LiveOutput output;
  private final Path spool;
  private final Consumer<String> delivered;
  private final BlockingQueue<Parcel> ready = new LinkedBlockingQueue<>();
  private final Semaphore room = new Semaphore(MOST);
  private final Semaphore uploads = new Semaphore(UPLOADS);
  private final Thread sender;
  private volatile boolean closed;
  private volatile boolean broken;

  /**
   * @param spool folder for parcels; made
   * @param delivered told every lease whose result the portal took or refused for good
   */
  Outbox(PortalClient portal, Path spool, Consumer<String> delivered) throws IOException {
    this.portal = portal;
    this.output = new LiveOutput(portal);
    this.spool = Files.createDirectories(spool);
    this.delivered = delivered;
    this.sender = Thread.ofPlatform().name("results").unstarted(guarded(this::send));
  }

  /** {@return what an earlier run left undelivered}; leftovers that were not finished go. */
  List<Parcel> recover() throws IOException {
    List<Path> folders;
    try (Stream<Path> found = Files.list(spool)) {
      folders = found.toList();
    }
    List<Parcel> parcels = new ArrayList<>();
    for (Path folder : folders) {
      var parcel = Parcel.read(folder);
      if (parcel.isPresent()) {
        parcels.add(parcel.get());
      } else {
        Folders.remove(folder);
      }
    }
    return parcels;
  }

  void start() {
    sender.start();
  }

  Path spool() {
    return spool;
  }

  /** Takes a parcel; waits while too many are on their way. */
  void add(Parcel parcel) throws InterruptedException {
    room.acquire();
    if (!parcel.hasFiles()) {
      ready.add(parcel);
      return;
    }
    Thread.ofVirtual().name("upload").start(guarded(() -> upload(parcel)));
  }

  /** {@return whether a thread of it has ended by a fault} */
  boolean isBroken() {
    return broken;
  }

  private Runnable guarded(Runnable work) {
    return () -> {
      try {
        work.run();
      } catch (RuntimeException | Error e) { // a result that is never sent would renew its lease
        LOG.log(System.Logger.Level.ERROR, "results cannot be delivered", e);
        broken = true;
      }
    };
  }

  int waiting() {
    return MOST - room.availablePermits();
  }

  private void upload(Parcel parcel) {
    Backoff backoff = new Backoff(LONGEST_WAIT_MILLIS);
    while (!closed) {
      try {
        uploads.acquire();
        try {
          files(parcel);
        } finally {
          uploads.release();
        }
        ready.add(parcel);
        return;
      } catch (PortalException e) {
        boolean waits = e.isPassing() || e.status() == 401;
        LOG.log(
            System.Logger.Level.WARNING,
            "Result of lease {0} {1}: {2}",
            parcel.result().lease(),
            waits ? "waits" : "is given up",
            e.getMessage());
        if (!waits) {
          done(parcel);
          return;
        }
        pause(backoff);
      } catch (IOException e) { // the portal is away, or our disk refuses: the result stays
        SealException altered =
            e instanceof SealException found ? found : altered(parcel).orElse(null);
        if (altered != null) { // what is not what was written is never sent
          ready.add(replace(parcel, altered));
          return;
        }
        LOG.log(
            System.Logger.Level.DEBUG,
            "Upload of lease {0} waits: {1}",
            parcel.result().lease(),
            e.toString());
        pause(backoff);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static Optional<SealException> altered(Parcel parcel) {
    return parcel.sealed() == null ? Optional.empty() : parcel.sealed().altered();
  }

  private static Parcel replace(Parcel parcel, SealException why) {
    SubjobResult old = parcel.result();
    Failure failure = Outcome.altered(String.valueOf(why.getMessage()));
    try {
      parcel.discard();
    } catch (IOException e) { // its files have no name: nothing stays
      LOG.log(System.Logger.Level.DEBUG, "{0}: {1}", old.lease(), e.toString());
    }
    return Parcel.light(
        new SubjobResult(
            old.lease(), old.fence(), null, null, failure, 0, null, null, List.of(), "", ""));
  }

  private void files(Parcel parcel) throws IOException, InterruptedException {
    SubjobResult result = parcel.result();
    Set<String> put = new HashSet<>();
    for (FileRef file : result.outputs()) {
      if (put.add(file.sha256())) {
        portal.put(result.lease(), file.sha256(), file.bytes(), () -> parcel.output(file.sha256()));
      }
    }
    Printed.Both printed = parcel.printed();
    if (result.stdout() == null) {
      stream(result, printed.stdout(), new LiveOutput.Stream("stdout", parcel.sentStdout()));
    }
    if (result.stderr() == null) {
      stream(result, printed.stderr(), new LiveOutput.Stream("stderr", parcel.sentStderr()));
    }
  }

  private void stream(SubjobResult result, Printed file, LiveOutput.Stream stream)
      throws IOException, InterruptedException {
    try {
      output.finish(result.lease(), result.fence(), file, stream, Long.MAX_VALUE);
    } catch (PortalException e) {
      if (e.status() != 409) {
        throw e;
      }
      // the portal has more of it than we remember: what it has must do, the result counts
    }
  }

  private void send() {
    Backoff backoff = new Backoff(LONGEST_WAIT_MILLIS);
    List<Parcel> batch = new ArrayList<>();
    while (!closed) {
      try {
        if (batch.isEmpty()) {
          batch.add(ready.take());
          ready.drainTo(batch, LeaseProtocol.MAX_BATCH - 1);
        }
        List<Integer> statuses = portal.results(batch.stream().map(Parcel::result).toList());
        backoff.succeeded();
        for (int i = 0; i < batch.size(); i++) {
          if (i < statuses.size() && statuses.get(i) != 204) {
            LOG.log(
                System.Logger.Level.INFO,
                "Result of lease {0} came too late ({1})",
                batch.get(i).result().lease(),
                statuses.get(i));
          }
          done(batch.get(i));
        }
        batch.clear();
      } catch (InterruptedException e) {
        break;
      } catch (PortalException e) {
        if (e.isPassing() || e.status() == 401) {
          keep(batch);
          pause(backoff);
        } else {
          single(batch, e);
        }
      } catch (IOException e) { // the portal is away: results wait on disk
        LOG.log(System.Logger.Level.DEBUG, "{0} results wait: {1}", batch.size(), e.toString());
        keep(batch);
        pause(backoff);
      }
    }
    keep(batch);
    List<Parcel> rest = new ArrayList<>();
    ready.drainTo(rest);
    keep(rest);
  }

  /** The portal refuses the whole batch as malformed: go on one by one, give up the culprit. */
  private void single(List<Parcel> batch, PortalException refusal) {
    if (batch.size() == 1) {
      LOG.log(
          System.Logger.Level.WARNING,
          "Result of lease {0} is given up: {1}",
          batch.getFirst().result().lease(),
          refusal.getMessage());
      done(batch.getFirst());
      batch.clear();
      return;
    }
    ready.addAll(batch.subList(1, batch.size()));
    batch.subList(1, batch.size()).clear();
  }

  private void keep(List<Parcel> parcels) {
    for (int i = 0; i < parcels.size(); i++) {
      if (parcels.get(i).folder() == null && parcels.get(i).sealed() == null) {
        try {
          parcels.set(i, parcels.get(i).store(spool));
        } catch (IOException e) { // then it lives as long as this process; the lease runs out else
          LOG.log(
              System.Logger.Level.WARNING, "A result cannot be kept on disk: {0}", e.toString());
        }
      }
    }
  }

  private void done(Parcel parcel) {
    try {
      parcel.discard();
    } catch (IOException e) { // harmless: the next start offers it again and is refused
      LOG.log(System.Logger.Level.WARNING, "{0} cannot be removed: {1}", parcel.folder(), e);
    }
    room.release();
    delivered.accept(parcel.result().lease());
  }

  private void pause(Backoff backoff) {
    try {
      TimeUnit.MILLISECONDS.sleep(backoff.nextMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops; what is not delivered is on disk. */
  @Override
  public void close() {
    closed = true;
    sender.interrupt();
    Joining.join(List.of(sender));
  }
}
