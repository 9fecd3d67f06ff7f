package org.gridappliance.portal.notify;

import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.gridappliance.jobs.job.JobEnds;
import org.gridappliance.portal.audit.AuditLog;
import org.gridappliance.portal.people.PersonOperation;
import org.gridappliance.portal.settings.Settings;
import org.jdbi.v3.core.Jdbi;

/** The door of this package: what is told of jobs' ends, put together. */
public final class Notifications implements AutoCloseable {
  private final Couriers couriers;
  private final Webhooks webhooks;
  private final Notices notices;

  /**
   * @param pages where browsers reach this portal; asked once it listens
   */
  public Notifications(
      Vertx vertx,
      Jdbi jdbi,
      JobEnds ends,
      Settings settings,
      AuditLog audit,
      Clock clock,
      Supplier<URI> pages) {
    WebhookStore store = new WebhookStore(jdbi);
    Targets targets = new Targets(settings.webhookNetworks(), InetAddress::getAllByName);
    this.couriers =
        new Couriers(
            jdbi, store, targets, new WebhookClient(vertx), audit, clock, new SecureRandom());
    this.webhooks = new Webhooks(jdbi, store, targets, couriers, audit, clock);
    this.notices = new Notices(jdbi, ends, pages, List.of(webhooks));
  }

  /** {@return the operations by operationId} */
  public Map<String, PersonOperation> operations() {
    return webhooks.operations();
  }

  /** Begins to tell, once the portal listens. */
  public void start() {
    couriers.start();
    notices.start();
  }

  @Override
  public void close() {
    notices.close();
    couriers.close();
  }
}
