package org.gridappliance.agent.executor;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.gridappliance.agent.envelope.Envelope;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.LeaseRequest;

/**
 * Asks the portal for work: while cores are free it waits there for it, and fetches short subjobs
 * before slots are empty, about a second's worth at a time.
 */
final class Asking {
  private static final System.Logger LOG = System.getLogger(Asking.class.getName());
  private static final int LONG_POLL_SECONDS = 20;
  private static final long LONGEST_WAIT_MILLIS = 10_000;

  /** How long to leave a portal alone that had nothing to run ahead of need. */
  private static final long AGAIN_MILLIS = 100;

  private final PortalClient portal;
  private final Envelope envelope;
  private final Executor.Settings settings;
  private final Holdings holdings;
  private final Throttle throttle;
  private final Runnable heartbeat;
  private volatile boolean rejected;
  private volatile String state = "not asked yet";

  /**
   * For one executor.
   *
   * @param heartbeat called when the portal may have an order
   */
  Asking(
      PortalClient portal,
      Envelope envelope,
      Executor.Settings settings,
      Holdings holdings,
      Throttle throttle,
      Runnable heartbeat) {
    this.portal = portal;
    this.envelope = envelope;
    this.settings = settings;
    this.holdings = holdings;
    this.throttle = throttle;
    this.heartbeat = heartbeat;
  }

  /** {@return how the portal answers, for people} */
  String state() {
    return state;
  }

  /** {@return whether the portal no longer knows this executor's token} */
  boolean isRejected() {
    return rejected;
  }

  /** Runs on a thread of its own until that is interrupted. */
  void run() throws InterruptedException {
    Backoff backoff = new Backoff(LONGEST_WAIT_MILLIS);
    while (true) {
      Optional<String> pause = throttle.reason();
      int free = Math.min(holdings.freeCores(), throttle.room());
      boolean ahead = free <= 0;
      if (pause.isEmpty() && ahead && holdings.hasEnoughAhead()) {
        holdings.awaitNeed(LONG_POLL_SECONDS, TimeUnit.SECONDS);
        continue;
      }
      try {
        List<Lease> leases =
            portal.lease(request(free, ahead, envelope.obstacle().or(() -> pause))).leases();
        backoff.succeeded();
        state = "answers";
        rejected = false;
        leases.forEach(holdings::accept);
        if (leases.isEmpty()) {
          heartbeat.run(); // it may have answered early because of an order
          if (pause.isPresent()) { // the portal was told why; until it is over, or once more
            holdings.awaitNeed(LONG_POLL_SECONDS, TimeUnit.SECONDS);
          } else if (ahead) { // not once for every subjob that is left
            TimeUnit.MILLISECONDS.sleep(AGAIN_MILLIS);
            holdings.forgetNeed();
          }
        }
      } catch (PortalException e) {
        state = String.valueOf(e.getMessage());
        rejected = e.status() == 401;
        LOG.log(System.Logger.Level.WARNING, "No work: {0}", e.getMessage());
        TimeUnit.MILLISECONDS.sleep(e.isPassing() ? backoff.nextMillis() : LONGEST_WAIT_MILLIS);
      } catch (IOException e) { // the portal is away
        state = "cannot be reached: " + e;
        TimeUnit.MILLISECONDS.sleep(backoff.nextMillis());
      }
    }
  }

  private LeaseRequest request(int free, boolean ahead, Optional<String> obstacle)
      throws IOException {
    long memory = settings.memoryBytes() - (ahead ? 0 : holdings.memoryBytes());
    int cpus = ahead ? settings.slots() : free;
    return new LeaseRequest(
        obstacle.isPresent() ? 0 : cpus,
        Math.max(0, memory),
        Files.getFileStore(settings.folder()).getUsableSpace(),
        LeaseProtocol.MAX_BATCH, // the portal knows how short they are
        ahead ? 0 : LONG_POLL_SECONDS,
        obstacle.isEmpty(),
        obstacle.orElse(null),
        envelope.seals());
  }
}
