package org.gridappliance.agent.executor;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.gridappliance.jobs.lease.Heartbeat;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.SharingReport;

/**
 * Renews every lease in hand, and carries out the orders that come back: stop, suspend, continue,
 * finish.
 */
final class Heartbeats {
  private static final System.Logger LOG = System.getLogger(Heartbeats.class.getName());

  /** A lease that so many heartbeats in a row do not name goes back to the queue. */
  private static final int FORGOTTEN_AFTER = 2;

  private final PortalClient portal;
  private final Holdings holdings;
  private final Semaphore beat = new Semaphore(0);
  private volatile Supplier<Optional<SharingReport>> report = Optional::empty;
  private volatile Consumer<JsonNode> told = words -> {};

  Heartbeats(PortalClient portal, Holdings holdings) {
    this.portal = portal;
    this.holdings = holdings;
  }

  /**
   * Has each tell how this machine is shared.
   *
   * @param report what to tell; empty for nothing yet
   * @param told takes the answer, {@link org.gridappliance.jobs.lease.SharingOrders}; on the
   *     heartbeats' thread
   */
  void sharing(Supplier<Optional<SharingReport>> report, Consumer<JsonNode> told) {
    this.told = told;
    this.report = report;
  }

  /** Sends the next one at once. */
  void now() {
    beat.release();
  }

  /** Runs on a thread of its own until that is interrupted. */
  void run() throws InterruptedException {
    for (int beats = 0; ; beats++) {
      // the first follow soon: they tell the portal what a forerunner of this process held
      int seconds =
          beats < FORGOTTEN_AFTER
              ? 1
              : holdings.held().stream().mapToInt(s -> s.lease.heartbeatSeconds()).min().orElse(10);
      beat.tryAcquire(Math.clamp(seconds, 1, 60), TimeUnit.SECONDS);
      beat.drainPermits();
      send(holdings.held());
    }
  }

  /** Tells the portal that nothing runs here any more: what is still held goes to others. */
  void giveBackAll() throws InterruptedException {
    for (int i = 0; i < FORGOTTEN_AFTER; i++) {
      send(List.of());
    }
  }

  private void send(Collection<Subjob> subjobs) throws InterruptedException {
    int most = LeaseProtocol.MAX_HEARTBEAT_LEASES / 2;
    List<Heartbeat.Item> items = new ArrayList<>();
    subjobs.stream().limit(most).forEach(s -> items.add(item(s)));
    holdings.undelivered().entrySet().stream().limit(most).forEach(e -> items.add(item(e)));
    try {
      JsonNode sharing =
          report.get().<JsonNode>map(r -> LeaseProtocol.json().valueToTree(r)).orElse(null);
      Heartbeat.Orders orders = portal.heartbeat(new Heartbeat(items, sharing));
      obey(orders);
      if (orders.sharing() != null) {
        told.accept(orders.sharing());
      }
    } catch (IOException e) { // away or unwilling: the asking tells; running subjobs go on
      LOG.log(System.Logger.Level.DEBUG, "No heartbeat: {0}", e.toString());
    }
  }

  private static Heartbeat.Item item(Subjob subjob) {
    return new Heartbeat.Item(subjob.lease.lease(), subjob.lease.fence(), subjob.isStarted(), null);
  }

  private static Heartbeat.Item item(Map.Entry<String, Long> undelivered) {
    return new Heartbeat.Item(undelivered.getKey(), undelivered.getValue(), true, null);
  }

  private void obey(Heartbeat.Orders orders) {
    orders.stop().forEach(holdings::stop);
    for (String lease : orders.finish()) {
      holdings
          .find(lease)
          .filter(s -> s.lease.interactive() != null)
          .ifPresent(s -> s.reins.finish());
    }
    Set<String> suspended = new HashSet<>(orders.suspend());
    holdings.held().forEach(s -> s.suspendByOrder(suspended.contains(s.lease.lease())));
  }
}
