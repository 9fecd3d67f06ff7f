package org.gridappliance.portal.notify;

import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.jobs.job.JobEnd;
import org.gridappliance.portal.audit.AuditLog;
import org.gridappliance.portal.people.PersonOperation;
import org.gridappliance.portal.people.Principal;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** People's webhooks: what the page does with them, and what they are told. Thread-safe. */
final class Webhooks implements Sink {
  /** How long messages are also signed with a secret that was changed. */
  static final Duration OLD_SECRET = Duration.ofHours(24);

  private final Jdbi jdbi;
  private final WebhookStore store;
  private final Targets targets;
  private final Couriers couriers;
  private final AuditLog audit;
  private final Clock clock;

  Webhooks(
      Jdbi jdbi,
      WebhookStore store,
      Targets targets,
      Couriers couriers,
      AuditLog audit,
      Clock clock) {
    this.jdbi = jdbi;
    this.store = store;
    this.targets = targets;
    this.couriers = couriers;
    this.audit = audit;
    this.clock = clock;
  }

  @Override
  public void take(Handle handle, JobEnd end, String link) {
    List<Long> told = store.told(handle, end.owner(), end.kind().word());
    if (told.isEmpty()) {
      return;
    }
    String type = "job." + end.kind().word();
    String body =
        body(
            type,
            end.at(),
            new JsonObject()
                .put("id", "evt_" + end.event())
                .put("job", end.job())
                .put("name", end.name())
                .put("app", end.app())
                .put("state", end.kind().state().word())
                .put("link", link));
    long now = clock.millis();
    for (long webhook : told) {
      store.lay(handle, webhook, "evt_" + end.event(), type, body, now, now);
    }
  }

  /** The specification's shape: type, timestamp of the event, data. */
  private static String body(String type, Instant at, JsonObject data) {
    return new JsonObject()
        .put("type", type)
        .put("timestamp", at.toString())
        .put("data", data)
        .encode();
  }

  @Override
  public void wake() {
    couriers.wake();
  }

  Map<String, PersonOperation> operations() {
    return Map.of(
        "listWebhooks",
        exchange -> Response.ok(Map.of("webhooks", store.of(exchange.require().account()))),
        "createWebhook",
        this::create,
        "updateWebhook",
        this::update,
        "deleteWebhook",
        this::delete,
        "changeWebhookSecret",
        this::changeSecret,
        "testWebhook",
        this::test,
        "listWebhookDeliveries",
        exchange -> Response.ok(Map.of("deliveries", store.deliveries(webhook(exchange).id()))));
  }

  private Response create(PersonOperation.Exchange exchange) {
    Principal person = exchange.require();
    String url = exchange.required("url").strip();
    String host = check(url);
    List<String> kinds = new ArrayList<>();
    exchange.request().body().path("kinds").forEach(kind -> kinds.add(kind.asText()));
    if (kinds.isEmpty()) {
      for (JobEnd.Kind kind : JobEnd.Kind.values()) {
        kinds.add(kind.word());
      }
    }
    String secret = Signature.newSecret();
    long id =
        jdbi.inTransaction(
            handle -> {
              long made =
                  store.add(
                      handle,
                      person.account(),
                      url,
                      secret,
                      String.join(" ", kinds),
                      clock.millis());
              note(handle, exchange, "webhook.created", made + ": " + host);
              return made;
            });
    return Response.created("/api/v1/webhooks/" + id, Map.of("id", id, "secret", secret));
  }

  /** {@return the host, which may be told of in logs} */
  private String check(String url) {
    try {
      return targets.find(url).host();
    } catch (Targets.Refused e) {
      String why = String.valueOf(e.getMessage());
      throw Problem.invalid(
          "webhooks cannot go there: " + why, List.of(new Problem.FieldError("url", why)));
    }
  }

  private Response update(PersonOperation.Exchange exchange) {
    Webhook webhook = webhook(exchange);
    boolean on = exchange.request().body().path("enabled").asBoolean();
    jdbi.useTransaction(
        handle -> {
          if (on) {
            store.switchOn(handle, webhook.id());
          } else {
            store.switchOff(handle, webhook.id(), null, clock.millis());
          }
          note(handle, exchange, on ? "webhook.on" : "webhook.off", Long.toString(webhook.id()));
        });
    return Response.ok(webhook(exchange));
  }

  /** Another secret, shown once; messages are signed with the one of before too for a while. */
  private Response changeSecret(PersonOperation.Exchange exchange) {
    Webhook webhook = webhook(exchange);
    String secret = Signature.newSecret();
    Instant until = clock.instant().truncatedTo(ChronoUnit.MILLIS).plus(OLD_SECRET);
    jdbi.useTransaction(
        handle -> {
          store.changeSecret(handle, webhook.id(), secret, until.toEpochMilli());
          note(handle, exchange, "webhook.secret-changed", Long.toString(webhook.id()));
        });
    return Response.ok(Map.of("secret", secret, "oldUntil", until.toString()));
  }

  private Response delete(PersonOperation.Exchange exchange) {
    Principal person = exchange.require();
    long id = exchange.request().pathLong("webhook");
    jdbi.useTransaction(
        handle -> {
          if (!store.remove(handle, person.account(), id)) {
            throw Problem.notFound("the webhook " + id);
          }
          note(handle, exchange, "webhook.deleted", Long.toString(id));
        });
    return Response.noContent();
  }

  /** Sends a test and waits for its answer; also while the webhook is off. */
  private Response test(PersonOperation.Exchange exchange) {
    Webhook webhook = webhook(exchange);
    Instant now = clock.instant();
    String event = "evt_" + UUID.randomUUID();
    Webhook.Due due =
        jdbi.inTransaction(
            handle ->
                store.one(
                    handle,
                    store.lay(
                        handle,
                        webhook.id(),
                        event,
                        "test",
                        body("test", now, new JsonObject().put("id", event)),
                        now.toEpochMilli(),
                        null),
                    now.toEpochMilli()));
    couriers.sendNow(due);
    return Response.ok(
        store
            .delivery(due.delivery())
            .orElseThrow(() -> Problem.notFound("the webhook " + webhook.id())));
  }

  private Webhook webhook(PersonOperation.Exchange exchange) {
    long id = exchange.request().pathLong("webhook");
    return store
        .find(exchange.require().account(), id)
        .orElseThrow(() -> Problem.notFound("the webhook " + id));
  }

  private void note(
      Handle handle, PersonOperation.Exchange exchange, String action, String subject) {
    audit.append(
        handle,
        exchange.require().name(),
        action,
        subject,
        null,
        exchange.request().remoteAddress());
  }
}
