package org.gridappliance.portal.notify;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.gridappliance.portal.audit.AuditLog;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what webhooks are to be told: rows that are due → {@link Targets} checks where each goes →
 * {@link WebhookClient} → the row learns how it went. At least once: a row is over only after its
 * answer. One try at a time for a webhook, {@value #OF_ACCOUNT} for an account, {@value #AT_ONCE}
 * in all, each on a virtual thread.
 *
 * <p>After a failure the delivery waits, and so does its webhook: {@link #WAITS}, a fifth more or
 * less. A delivery is given up after its last wait or a day; a webhook whose tries failed as often
 * in a row is switched off.
 */
final class Couriers implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Couriers.class);

  static final int AT_ONCE = 16;
  private static final int OF_ACCOUNT = 2;
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final long LOOK_MILLIS = 30_000;
  private static final int GONE = 410;
  private static final String AGENT = "GridAppliance-Webhooks/1";

  /** Before the second, third … try; together about a day. */
  static final List<Duration> WAITS =
      List.of(
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofMinutes(2),
          Duration.ofMinutes(10),
          Duration.ofMinutes(30),
          Duration.ofHours(1),
          Duration.ofHours(2),
          Duration.ofHours(4),
          Duration.ofHours(4),
          Duration.ofHours(6),
          Duration.ofHours(6));

  private final Jdbi jdbi;
  private final WebhookStore store;
  private final Targets targets;
  private final WebhookClient client;
  private final AuditLog audit;
  private final Clock clock;
  private final RandomGenerator random;
  private final Map<Long, Long> busy = new ConcurrentHashMap<>(); // webhook → account
  private final Rounds rounds = new Rounds("webhooks", LOOK_MILLIS, this::round);
  private volatile BiConsumer<Handle, Webhook.Due> whenOff = (handle, due) -> {};

  Couriers(
      Jdbi jdbi,
      WebhookStore store,
      Targets targets,
      WebhookClient client,
      AuditLog audit,
      Clock clock,
      RandomGenerator random) {
    this.jdbi = jdbi;
    this.store = store;
    this.targets = targets;
    this.client = client;
    this.audit = audit;
    this.clock = clock;
    this.random = random;
  }

  void start() {
    rounds.start();
  }

  /** Has somebody told, in the transaction, that a webhook is switched off because it failed. */
  void whenOff(BiConsumer<Handle, Webhook.Due> told) {
    whenOff = told;
  }

  /** There may be something to send. */
  void wake() {
    rounds.wake();
  }

  private long round() {
    store.forgetOldSecrets(clock.millis());
    sendDue();
    OptionalLong next = store.nextDue(busy.keySet());
    return Math.max(200, next.orElse(Long.MAX_VALUE) - clock.millis());
  }

  private void sendDue() {
    for (Webhook.Due due : store.due(clock.millis(), 2 * AT_ONCE, busy.keySet())) {
      long ofAccount = busy.values().stream().filter(a -> a == due.account()).count();
      if (busy.size() >= AT_ONCE || ofAccount >= OF_ACCOUNT) {
        continue; // its turn comes when one of them is done, which wakes this thread
      }
      busy.put(due.webhook(), due.account());
      Thread.ofVirtual().name("webhook-", due.webhook()).start(() -> send(due));
    }
  }

  private void send(Webhook.Due due) {
    try {
      settle(due);
    } catch (RuntimeException e) { // it is sent once more, under the same id
      log.warn("delivery not noted webhook={} reason={}", due.webhook(), e.getMessage());
    } finally {
      busy.remove(due.webhook());
      wake();
    }
  }

  private void settle(Webhook.Due due) {
    Tried tried = attempt(due);
    if (rounds.isClosed() && tried.outcome().problem() != null) {
      return; // its failure may be ours; it is sent once more, under the same id
    }
    long now = clock.millis();
    int attempts = due.attempts() + 1;
    boolean delivered = tried.outcome().problem() == null;
    boolean over =
        delivered || attempts > WAITS.size() || now - due.createdAt() >= LONGEST.toMillis();
    int failures = delivered ? 0 : due.failures() + 1;
    Integer status = tried.outcome().status();
    boolean off = failures > WAITS.size() || (status != null && status == GONE);
    double jitter = random.nextDouble(0.8, 1.2);
    jdbi.useTransaction(
        handle -> {
          note(handle, due, tried, over ? null : now + wait(attempts, jitter));
          store.rest(
              handle, due.webhook(), failures, delivered || off ? 0 : now + wait(failures, jitter));
          if (off) {
            switchOff(handle, due, failures, String.valueOf(tried.outcome().problem()), now);
          }
        });
    log.debug(
        "webhook tried webhook={} status={} elapsedMs={} attempt={}",
        due.webhook(),
        status,
        tried.tookMillis(),
        attempts);
  }

  private void switchOff(Handle handle, Webhook.Due due, int failures, String problem, long now) {
    String why =
        failures > WAITS.size()
            ? failures + " tries in a row failed; the last: " + problem
            : "its receiver answered 410: it wants no more";
    store.switchOff(handle, due.webhook(), why, now);
    audit.append(
        handle, AuditLog.NOBODY, "webhook.off", due.owner(), due.webhook() + ": " + why, null);
    whenOff.accept(handle, due);
    log.info("webhook switched off webhook={} user={}", due.webhook(), due.owner());
  }

  /** Sends a row once, for its owner who waits; nothing is tried again or counted. */
  void sendNow(Webhook.Due due) {
    Tried tried = attempt(due);
    jdbi.useTransaction(handle -> note(handle, due, tried, null));
  }

  private void note(
      Handle handle, Webhook.Due due, Tried tried, @org.jspecify.annotations.Nullable Long next) {
    store.tried(handle, due.delivery(), tried.outcome(), tried.at(), tried.tookMillis(), next);
    if (next == null) {
      store.trim(handle, due.webhook());
    }
  }

  private record Tried(WebhookClient.Outcome outcome, long at, int tookMillis) {}

  private Tried attempt(Webhook.Due due) {
    long at = clock.millis();
    long begun = System.nanoTime();
    WebhookClient.Outcome outcome;
    try {
      long seconds = at / 1000;
      outcome =
          client.post(
              targets.find(due.url()),
              Map.of(
                  "Content-Type",
                  "application/json",
                  "User-Agent",
                  AGENT,
                  "webhook-id",
                  due.event(),
                  "webhook-timestamp",
                  Long.toString(seconds),
                  "webhook-signature",
                  Signature.of(due.secrets(), due.event(), seconds, due.body())),
              due.body());
    } catch (Targets.Refused e) {
      outcome = new WebhookClient.Outcome(null, e.getMessage());
    }
    return new Tried(outcome, at, (int) ((System.nanoTime() - begun) / 1_000_000));
  }

  /** {@return how long to wait after so many failures, at least 1, in milliseconds} */
  private static long wait(int failures, double jitter) {
    long millis = WAITS.get(Math.min(failures, WAITS.size()) - 1).toMillis();
    return (long) (millis * jitter);
  }

  @Override
  public void close() {
    rounds.close();
    client.close();
  }
}
