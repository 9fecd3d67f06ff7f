package org.gridappliance.portal.notify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.gridappliance.jobs.job.Hold;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.job.JobState;
import org.gridappliance.jobs.job.JobStore;
import org.gridappliance.jobs.job.Json;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.portal.Await;
import org.gridappliance.portal.TurnedClock;
import org.gridappliance.portal.audit.AuditLog;
import org.gridappliance.portal.settings.Network;
import org.gridappliance.portal.store.DataFolder;
import org.gridappliance.portal.store.Database;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From a job's end to a receiver on loopback, with a clock that the test turns. */
@Timeout(60)
class WebhooksTest {
  private static final Instant START = Instant.parse("2026-11-22T08:00:00Z");
  private static final String ALL = "completed failed removed held needs_answer";

  @TempDir Path folder;
  private final TurnedClock clock = new TurnedClock(START);
  private final Vertx vertx = Vertx.vertx();
  private final List<Long> off = new ArrayList<>();
  private final Network loopback = new Network(InetAddress.getLoopbackAddress(), 32);
  private List<Network> networks = List.of(loopback);
  private Targets.Names names = InetAddress::getAllByName;
  private Receiver receiver;
  private DataFolder data;
  private Database database;
  private org.gridappliance.jobs.job.Database jobsDatabase;
  private JobStore jobs;
  private WebhookStore store;
  private Couriers couriers;
  private Notices notices;
  private long account;

  @BeforeEach
  void open() throws Exception {
    receiver = new Receiver();
    data = DataFolder.open(folder.resolve("data"));
    start();
    account =
        database
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createUpdate(
                            "insert into portal.account (name, status, password, created_at) values"
                                + " ('ann', 'active', '', 0)")
                        .executeAndReturnGeneratedKeys("id")
                        .mapTo(Long.class)
                        .one());
  }

  private void start() throws Exception {
    database = Database.open(data);
    jobsDatabase = org.gridappliance.jobs.job.Database.open(database.source());
    jobs = new JobStore(jobsDatabase);
    store = new WebhookStore(database.jdbi());
    AuditLog audit = new AuditLog(database.jdbi(), clock);
    Targets targets = new Targets(networks, host -> names.find(host));
    couriers =
        new Couriers(
            database.jdbi(), store, targets, new WebhookClient(vertx), audit, clock, new Random(9));
    couriers.whenOff((handle, due) -> off.add(due.webhook()));
    Webhooks webhooks = new Webhooks(database.jdbi(), store, targets, couriers, audit, clock);
    notices =
        new Notices(
            database.jdbi(), jobs.ends(), () -> URI.create("https://grid.test"), List.of(webhooks));
  }

  private void tell() {
    couriers.start();
    notices.start();
  }

  private void stop() throws Exception {
    notices.close();
    couriers.close();
    jobsDatabase.close();
    database.close();
  }

  @AfterEach
  void close() throws Exception {
    stop();
    data.close();
    receiver.close();
    vertx.close().await();
  }

  private long hook(String url, String kinds) {
    return database
        .jdbi()
        .inTransaction(
            handle ->
                store.add(handle, account, url, Signature.newSecret(), kinds, clock.millis()));
  }

  private JobRecord job(long id, String owner) {
    JobRecord job =
        new JobRecord(
            id,
            owner,
            "first \"search\"",
            "hmmsearch",
            "HMMER search",
            "0".repeat(64),
            Json.read("{}", com.fasterxml.jackson.databind.JsonNode.class),
            Json.read("{}", com.fasterxml.jackson.databind.JsonNode.class),
            1,
            0,
            JobState.IDLE,
            0,
            0,
            0,
            START.toEpochMilli(),
            null,
            null,
            null,
            null);
    jobs.insert(job, null, List.of(), List.of(), handle -> {});
    return job;
  }

  private void end(long id, JobState state) {
    jobs.update(job(id, "ann").with(state, null, clock.millis(), null));
  }

  private Webhook.Delivery last(long hook) {
    return store.deliveries(hook).getFirst();
  }

  private void awaitTries(long hook, int tries) throws Exception {
    Await.until(
        tries + " tries",
        () -> !store.deliveries(hook).isEmpty() && last(hook).attempts() == tries);
  }

  private void turn(Duration by) {
    clock.now = clock.now.plus(by);
    couriers.wake();
  }

  @Test
  void aJobsEndIsPostedOnceAndItsSignatureHolds() throws Exception {
    long hook = hook(receiver.url(), ALL);
    tell();
    end(7, JobState.COMPLETED);
    awaitTries(hook, 1);
    Receiver.Message message = receiver.got.getFirst();
    JsonObject body = new JsonObject(message.body());
    assertEquals("job.completed", body.getString("type"));
    assertEquals(START.toString(), body.getString("timestamp"));
    JsonObject told = body.getJsonObject("data");
    assertEquals(7, told.getInteger("job"));
    assertEquals("first \"search\"", told.getString("name"));
    assertEquals("HMMER search", told.getString("app"));
    assertEquals("Completed", told.getString("state"));
    assertEquals("https://grid.test/jobs/7", told.getString("link"));
    assertEquals(message.id(), told.getString("id"));
    assertEquals(START.getEpochSecond(), message.timestamp());
    assertEquals(
        Signature.of(secret(), message.id(), message.timestamp(), message.body()),
        message.signature());
    assertEquals(204, last(hook).status());
    assertNull(last(hook).problem());
    assertNull(last(hook).nextAt());
    assertTrue(jobs.ends().read(9).isEmpty());
    assertEquals(1, receiver.got.size());
  }

  @Test
  void afterAChangeBothSecretsSignForADayAndThenOnlyTheNewOne() throws Exception {
    long hook = hook(receiver.url(), ALL);
    String old = secret();
    tell();
    List<String> secrets = new ArrayList<>(List.of(old));
    change(hook, secrets);
    end(1, JobState.COMPLETED);
    Await.until("the first", () -> receiver.got.size() == 1);
    assertSigned(receiver.got.getLast(), secrets);
    turn(Duration.ofHours(23));
    change(hook, secrets); // again, before anybody saw the one between
    end(2, JobState.COMPLETED);
    Await.until("the second", () -> receiver.got.size() == 2);
    assertSigned(receiver.got.getLast(), secrets);
    turn(Duration.ofHours(2));
    secrets.remove(old);
    end(3, JobState.COMPLETED);
    Await.until("the third", () -> receiver.got.size() == 3);
    assertSigned(receiver.got.getLast(), secrets);
    turn(Duration.ofHours(24));
    end(4, JobState.COMPLETED);
    Await.until("the fourth", () -> receiver.got.size() == 4);
    assertSigned(receiver.got.getLast(), secrets.subList(0, 1));
    assertEquals(0, oldSecrets(), "what signs no more is kept no longer");
    for (int i = 0; i < 9; i++) {
      clock.now = clock.now.plusSeconds(1);
      change(hook, secrets);
    }
    assertEquals(WebhookStore.MOST_OLD_SECRETS, oldSecrets());
    end(5, JobState.COMPLETED);
    Await.until("the fifth", () -> receiver.got.size() == 5);
    assertSigned(receiver.got.getLast(), secrets.subList(0, 1 + WebhookStore.MOST_OLD_SECRETS));
  }

  /** Gives a webhook a new secret, which is put before those of {@code secrets}. */
  private void change(long hook, List<String> secrets) {
    String next = Signature.newSecret();
    long until = clock.now.plus(Webhooks.OLD_SECRET).toEpochMilli();
    database.jdbi().useTransaction(h -> store.changeSecret(h, hook, next, until));
    secrets.addFirst(next);
  }

  private int oldSecrets() {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.createQuery("select count(*) from portal.webhook_old_secret")
                    .mapTo(Integer.class)
                    .one());
  }

  private String secret() {
    return database
        .jdbi()
        .withHandle(
            h -> h.createQuery("select secret from portal.webhook").mapTo(String.class).one());
  }

  private static void assertSigned(Receiver.Message message, List<String> secrets) {
    assertEquals(
        secrets.stream()
            .map(one -> Signature.of(one, message.id(), message.timestamp(), message.body()))
            .toList(),
        List.of(message.signature().split(" ", -1)));
  }

  @Test
  void everyKindOfEndIsToldToWhoAskedForItAndToNobodyElse() throws Exception {
    long all = hook(receiver.url(), ALL);
    long some = hook(receiver.url(), "failed needs_answer");
    tell();
    end(1, JobState.COMPLETED);
    end(2, JobState.FAILED);
    end(3, JobState.REMOVED);
    jobs.update(job(4, "ann").held(new Hold("ann", null, START.toEpochMilli())));
    jobs.update(
        job(5, "ann")
            .with(
                JobState.HELD,
                null,
                null,
                Failure.of(Failure.Kind.MERGE, "the disk is full", "make room")));
    jobs.update(job(6, "bob").with(JobState.FAILED, null, clock.millis(), null));
    jobs.update(job(8, "ann").with(JobState.SUSPENDED, null, null, null));
    Await.until(
        "all told", () -> store.deliveries(all).size() == 5 && jobs.ends().read(9).isEmpty());
    assertEquals(
        List.of("job.needs_answer", "job.held", "job.removed", "job.failed", "job.completed"),
        store.deliveries(all).stream().map(Webhook.Delivery::type).toList());
    assertEquals(
        List.of("job.needs_answer", "job.failed"),
        store.deliveries(some).stream().map(Webhook.Delivery::type).toList());
  }

  @Test
  void aFailedTryIsMadeAgainUnderTheSameIdAfterItsWait() throws Exception {
    receiver.answers.addAll(List.of(500, 302));
    long hook = hook(receiver.url(), ALL);
    tell();
    end(1, JobState.FAILED);
    awaitTries(hook, 1);
    assertEquals("answered 500; want 200 to 299", last(hook).problem());
    turn(Duration.ofSeconds(3));
    Instant next = last(hook).nextAt();
    assertNotNull(next);
    assertTrue(next.isAfter(START.plusSeconds(3)) && next.isBefore(START.plusSeconds(7)));
    turn(Duration.ofSeconds(4));
    awaitTries(hook, 2);
    assertTrue(String.valueOf(last(hook).problem()).contains("redirect"));
    turn(Duration.ofSeconds(40));
    awaitTries(hook, 3);
    assertNull(last(hook).nextAt());
    assertNull(last(hook).problem());
    assertEquals(1, receiver.got.stream().map(Receiver.Message::id).distinct().count());
    assertEquals(1, receiver.got.stream().map(Receiver.Message::body).distinct().count());
    assertEquals(3, receiver.got.stream().map(Receiver.Message::timestamp).distinct().count());
    assertTrue(receiver.elsewhere.isEmpty(), "no redirect is followed");
  }

  @Test
  void afterADayOfFailuresItIsSwitchedOffAndItsOwnerTold() throws Exception {
    receiver.otherwise = 503;
    long hook = hook(receiver.url(), ALL);
    tell();
    end(1, JobState.FAILED);
    for (int tries = 1; tries <= Couriers.WAITS.size(); tries++) {
      awaitTries(hook, tries);
      assertNull(store.find(account, hook).orElseThrow().offAt());
      clock.now = last(hook).nextAt();
      if (tries == Couriers.WAITS.size()) {
        end(2, JobState.FAILED); // waits as its webhook does
        Await.until("told", () -> store.deliveries(hook).size() == 2);
      }
      couriers.wake();
    }
    Await.until("off", () -> store.find(account, hook).orElseThrow().offAt() != null);
    Webhook after = store.find(account, hook).orElseThrow();
    assertTrue(String.valueOf(after.offWhy()).startsWith("12 tries in a row failed"));
    assertEquals(0, after.waiting());
    Await.until("told", () -> off.equals(List.of(hook)));
    int got = receiver.got.size();
    end(3, JobState.FAILED);
    Await.until("read", () -> jobs.ends().read(9).isEmpty());
    assertEquals(2, store.deliveries(hook).size(), "what ends while it is off is not told");
    assertEquals(got, receiver.got.size());
  }

  @Test
  void whoAnswers410IsNotToldAgain() throws Exception {
    receiver.otherwise = 410;
    long hook = hook(receiver.url(), ALL);
    tell();
    end(1, JobState.FAILED);
    Await.until("off", () -> store.find(account, hook).orElseThrow().offAt() != null);
    assertNull(last(hook).nextAt());
  }

  @Test
  void anEndIsToldAfterARestartThatCameBetween() throws Exception {
    long hook = hook(receiver.url(), ALL);
    end(1, JobState.COMPLETED); // nobody reads the stream yet
    stop();
    start();
    notices.start(); // lays the delivery down; nobody sends it yet
    Await.until("laid down", () -> store.deliveries(hook).size() == 1);
    stop();
    assertTrue(receiver.got.isEmpty());
    start();
    tell();
    awaitTries(hook, 1);
    assertEquals(1, receiver.got.size());
  }

  @Test
  void ofTooManyThatWaitTheOldestGiveWay() {
    long hook = hook(receiver.url(), ALL);
    database
        .jdbi()
        .useTransaction(
            handle -> {
              for (int i = 0; i < WebhookStore.MOST_WAITING + 3; i++) {
                store.lay(handle, hook, "evt_" + i, "job.failed", "{}", i, Long.MAX_VALUE);
              }
            });
    assertEquals(WebhookStore.MOST_WAITING, store.find(account, hook).orElseThrow().waiting());
    assertEquals("evt_1002", last(hook).event());
  }

  @Test
  void aLongAnswerIsCutOffAndItsStatusCounts() throws Exception {
    receiver.endless = true;
    receiver.otherwise = 200;
    long hook = hook(receiver.url(), ALL);
    tell();
    end(1, JobState.COMPLETED);
    awaitTries(hook, 1);
    assertEquals(200, last(hook).status());
    assertNull(last(hook).problem());
    Await.until("cut off", () -> receiver.elsewhere.contains("cut off"));
  }

  @Test
  void aNameThatNowLeadsInsideIsRefusedAtEveryTry() throws Exception {
    networks = List.of();
    stop();
    start();
    Map<String, String> service = new java.util.concurrent.ConcurrentHashMap<>();
    service.put("rebound.test", "93.184.216.34");
    names =
        host ->
            service.containsKey(host) ? InetAddress.getAllByName(service.get(host)) : unknown(host);
    assertEquals(
        "93.184.216.34",
        new Targets(networks, names)
            .find("https://rebound.test:" + receiver.port() + "/hook")
            .address()
            .getHostAddress());
    long hook = hook("https://rebound.test:" + receiver.port() + "/hook", ALL);
    service.put("rebound.test", "127.0.0.1");
    tell();
    end(1, JobState.COMPLETED);
    awaitTries(hook, 1);
    assertTrue(String.valueOf(last(hook).problem()).contains("webhooks.networks"));
    assertTrue(receiver.got.isEmpty());
  }

  private static InetAddress[] unknown(String host) throws UnknownHostException {
    throw new UnknownHostException(host);
  }

  @Test
  void theCheckedAddressIsConnectedToUnderTheWrittenName() throws Exception {
    // no other name service knows it: only the checked address can have been used
    names = host -> new InetAddress[] {InetAddress.getLoopbackAddress()};
    long hook = hook("http://hook.test:" + receiver.port() + "/hook", ALL);
    tell();
    end(1, JobState.COMPLETED);
    awaitTries(hook, 1);
    assertNull(last(hook).problem());
    assertEquals("hook.test:" + receiver.port(), receiver.got.getFirst().host());
  }

  @Test
  void ofWhatIsOverTheLastAreKept() {
    long hook = hook(receiver.url(), ALL);
    database
        .jdbi()
        .useTransaction(
            handle -> {
              for (int i = 0; i < 60; i++) {
                store.lay(handle, hook, "evt_" + i, "test", "{}", i, null);
              }
              store.trim(handle, hook);
            });
    assertEquals(WebhookStore.KEPT, store.deliveries(hook).size());
    int rows =
        database
            .jdbi()
            .withHandle(
                h ->
                    h.createQuery("select count(*) from portal.webhook_delivery")
                        .mapTo(Integer.class)
                        .one());
    assertEquals(WebhookStore.KEPT, rows);
    assertFalse(store.deliveries(hook).stream().anyMatch(d -> d.event().equals("evt_9")));
  }
}
