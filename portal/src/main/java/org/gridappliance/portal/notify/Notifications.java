package org.gridappliance.portal.notify;

import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.gridappliance.jobs.job.JobEnds;
import org.gridappliance.portal.audit.AuditLog;
import org.gridappliance.portal.people.PersonOperation;
import org.gridappliance.portal.settings.MailSettings;
import org.gridappliance.portal.settings.Settings;
import org.jdbi.v3.core.Jdbi;

/** The door of this package: what is told of jobs' ends, put together. */
public final class Notifications implements AutoCloseable {
  private final Couriers couriers;
  private final Webhooks webhooks;
  private final Optional<Mails> mails;
  private final MailOperations mailOperations;
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
    MailStore addresses = new MailStore(jdbi);
    Optional<MailServer> server = settings.mail().map(MailServer::new);
    Duration every = settings.mail().map(MailSettings::every).orElse(Duration.ZERO);
    this.mails = server.map(s -> new Mails(jdbi, addresses, s, every, pages, clock));
    this.mailOperations =
        new MailOperations(
            jdbi, addresses, server, every, () -> pages.get() + "/profile", audit, clock);
    List<Sink> sinks = new ArrayList<>(List.of(webhooks));
    mails.ifPresent(sinks::add);
    mails.ifPresent(m -> couriers.whenOff(m::takeOff));
    this.notices = new Notices(jdbi, ends, pages, sinks);
  }

  /** {@return the operations by operationId} */
  public Map<String, PersonOperation> operations() {
    Map<String, PersonOperation> all = new HashMap<>(webhooks.operations());
    all.putAll(mailOperations.all());
    return Map.copyOf(all);
  }

  /** Begins to tell, once the portal listens. */
  public void start() {
    couriers.start();
    mails.ifPresent(Mails::start);
    notices.start();
  }

  @Override
  public void close() {
    notices.close();
    couriers.close();
    mails.ifPresent(Mails::close);
  }
}
