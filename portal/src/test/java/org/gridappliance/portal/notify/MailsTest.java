package org.gridappliance.portal.notify;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.MimeMessage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.gridappliance.jobs.job.JobEnd;
import org.gridappliance.portal.Await;
import org.gridappliance.portal.TurnedClock;
import org.gridappliance.portal.settings.MailSettings;
import org.gridappliance.portal.store.DataFolder;
import org.gridappliance.portal.store.Database;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From a job's end to a mail server (GreenMail) on loopback, with a clock that the test turns. */
@Timeout(60)
class MailsTest {
  private static final Instant START = Instant.parse("2026-11-22T08:00:00Z");
  private static final Duration EVERY = Duration.ofMinutes(15);
  private static final byte[] CODE = new byte[32];

  @TempDir Path folder;
  private final TurnedClock clock = new TurnedClock(START);
  private GreenMail server;
  private DataFolder data;
  private Database database;
  private MailStore store;
  private Mails mails;
  private long account;
  private long last;

  @BeforeEach
  void open() throws Exception {
    server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    server.start();
    data = DataFolder.open(folder.resolve("data"));
    database = Database.open(data);
    store = new MailStore(database.jdbi());
    mails = mails(server.getSmtp().getPort());
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

  private MailSettings settings(int port) {
    return new MailSettings(
        "127.0.0.1",
        port,
        MailSettings.Security.NONE,
        Optional.empty(),
        folder.resolve("password"),
        "grid@example.org",
        EVERY);
  }

  private Mails mails(int port) {
    return new Mails(
        database.jdbi(),
        store,
        new MailServer(settings(port)),
        EVERY,
        () -> URI.create("https://grid.test"),
        clock);
  }

  @AfterEach
  void close() throws Exception {
    mails.close();
    database.close();
    data.close();
    server.stop();
  }

  private void choose(MailStore.Choice choice) {
    database
        .jdbi()
        .useTransaction(
            handle -> {
              store.enter(handle, account, "ann@example.org", choice);
              assertTrue(code(handle, "ann@example.org", 5));
            });
    confirm(store.find(account).orElseThrow());
  }

  /** Takes down the code that {@link #CODE} is the hash of. */
  private boolean code(Handle handle, String address, int most) {
    long now = clock.millis();
    return store.code(handle, account, address, CODE, now, now - 60_000, now - 86_400_000, most);
  }

  private boolean confirm(MailStore.Address seen) {
    return database
        .jdbi()
        .inTransaction(handle -> store.confirm(handle, seen, CODE, clock.millis()));
  }

  private void end(JobEnd.Kind kind, String name) {
    long job = ++last;
    database
        .jdbi()
        .useTransaction(
            handle ->
                mails.take(
                    handle,
                    new JobEnd(
                        job,
                        UUID.randomUUID().toString(),
                        job,
                        "ann",
                        name,
                        "HMMER search",
                        kind,
                        clock.instant()),
                    "https://grid.test/jobs/" + job));
    mails.wake();
  }

  private void turn(Duration by) {
    clock.now = clock.now.plus(by);
    mails.wake();
  }

  private MimeMessage mail(int number) throws Exception {
    Await.until(number + " mails", () -> server.getReceivedMessages().length >= number);
    return server.getReceivedMessages()[number - 1];
  }

  private static String text(MimeMessage mail) throws Exception {
    return String.valueOf(mail.getContent()).replace("\r\n", "\n");
  }

  @Test
  void theFirstEndIsMailedAfterAQuietTimeAndTheRestIsGathered() throws Exception {
    choose(MailStore.Choice.ALL);
    mails.start();
    end(JobEnd.Kind.COMPLETED, "first");
    turn(Duration.ofSeconds(10));
    end(JobEnd.Kind.FAILED, "second"); // not quiet yet
    turn(Duration.ofSeconds(19));
    assertEquals(0, server.getReceivedMessages().length);
    turn(Duration.ofSeconds(1));
    MimeMessage both = mail(1);
    assertEquals("2 notices of your jobs, 1 want a look", both.getSubject());
    assertTrue(text(both).contains("Completed: first (HMMER search, job 1)"), text(both));
    assertTrue(
        text(both).contains("Failed: second (HMMER search, job 2)\n  https://grid.test/jobs/2"));
    for (int i = 3; i <= MailStore.MOST_LINES + 7; i++) {
      end(JobEnd.Kind.COMPLETED, "job of many");
    }
    turn(Duration.ofMinutes(10));
    assertEquals(1, server.getReceivedMessages().length, "not before the setting's time");
    turn(Duration.ofMinutes(5));
    MimeMessage rest = mail(2);
    assertEquals("105 notices of your jobs", rest.getSubject());
    assertTrue(text(rest).contains("And 5 more: https://grid.test/jobs"), text(rest));
    Await.until("nothing waits", () -> store.digest(account).lines().isEmpty());
    assertEquals(0, store.digest(account).more());
    turn(Duration.ofHours(1));
    end(JobEnd.Kind.HELD, "alone");
    turn(Duration.ofSeconds(20));
    assertEquals("Held: alone (HMMER search, job 108)", mail(3).getSubject());
  }

  @Test
  void mailIsInTheLanguageOfTheAccount() throws Exception {
    choose(MailStore.Choice.ALL);
    database
        .jdbi()
        .useHandle(h -> h.execute("update portal.account set language = 'de' where name = 'ann'"));
    end(JobEnd.Kind.NEEDS_ANSWER, "eins");
    end(JobEnd.Kind.COMPLETED, "zwei");
    mails.start();
    turn(Duration.ofSeconds(20));
    MimeMessage mail = mail(1);
    assertEquals("2 Hinweise zu Ihren Jobs, 1 ist einen Blick wert", mail.getSubject());
    String text = text(mail);
    assertTrue(text.contains("Braucht eine Antwort: eins"), text);
    assertTrue(text.contains("Fertig: zwei (HMMER search, Job 2)"), text);
    assertTrue(text.contains("Sie haben diese Mail gewünscht."), text);
    MailWords german = database.jdbi().withHandle(handle -> store.words(handle, account));
    assertTrue(german.code("123", "https://grid.test/profile", "ann").contains("Der Code ist 123"));
  }

  @Test
  void aStreamThatIsNeverQuietIsMailedAllTheSame() throws Exception {
    choose(MailStore.Choice.ALL);
    mails.start();
    for (int i = 0; i < 13; i++) {
      end(JobEnd.Kind.COMPLETED, "steady");
      turn(Duration.ofSeconds(10));
    }
    assertNotNull(mail(1));
  }

  @Test
  void whoWantsFailuresAloneOrNothingGetsNoMore() throws Exception {
    choose(MailStore.Choice.FAILED);
    mails.start();
    end(JobEnd.Kind.COMPLETED, "fine");
    end(JobEnd.Kind.NEEDS_ANSWER, "stuck");
    turn(Duration.ofSeconds(20));
    assertEquals("Needs an answer: stuck (HMMER search, job 2)", mail(1).getSubject());
    database.jdbi().useTransaction(handle -> store.choose(handle, account, MailStore.Choice.NONE));
    end(JobEnd.Kind.FAILED, "unheard");
    assertTrue(store.digest(account).lines().isEmpty());
  }

  @Test
  void anAddressThatWasNotConfirmedGetsNothing() {
    database
        .jdbi()
        .useTransaction(
            handle -> store.enter(handle, account, "ann@example.org", MailStore.Choice.ALL));
    end(JobEnd.Kind.FAILED, "secret");
    assertTrue(store.digest(account).lines().isEmpty());
  }

  @Test
  void aCodeConfirmsTheAddressItWentToAndNoneThatWasEnteredSince() {
    choose(MailStore.Choice.ALL);
    clock.now = clock.now.plus(Duration.ofHours(1));
    Jdbi jdbi = database.jdbi();
    jdbi.useTransaction(handle -> assertTrue(code(handle, "ann@example.org", 5)));
    MailStore.Address seen = store.find(account).orElseThrow();
    jdbi.useTransaction(
        handle -> store.enter(handle, account, "eve@example.org", MailStore.Choice.ALL));
    assertFalse(confirm(seen));
    assertFalse(store.find(account).orElseThrow().confirmed());
    assertFalse(store.digest(account).confirmed());
  }

  @Test
  void linesAreLaidDownWhileADigestIsNoted() throws Exception {
    choose(MailStore.Choice.ALL);
    CompletableFuture<Void> laying =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 300; i++) {
                end(JobEnd.Kind.COMPLETED, "steady");
              }
            });
    while (!laying.isDone()) {
      MailStore.Due due = store.digest(account);
      database.jdbi().useTransaction(handle -> store.sent(handle, due, clock.millis()));
    }
    laying.get();
  }

  @Test
  void ofTwoCodesAtOnceOneIsSentAndADaysCodesAreCounted() {
    choose(MailStore.Choice.ALL);
    Jdbi jdbi = database.jdbi();
    jdbi.useTransaction(handle -> assertFalse(code(handle, "ann@example.org", 5)));
    clock.now = clock.now.plus(Duration.ofMinutes(1));
    jdbi.useTransaction(handle -> assertFalse(code(handle, "eve@example.org", 5)));
    jdbi.useTransaction(handle -> assertTrue(code(handle, "ann@example.org", 2)));
    clock.now = clock.now.plus(Duration.ofHours(1));
    jdbi.useTransaction(handle -> assertFalse(code(handle, "ann@example.org", 2)));
    clock.now = clock.now.plus(Duration.ofHours(23));
    jdbi.useTransaction(handle -> assertTrue(code(handle, "ann@example.org", 2)));
    assertEquals(1, store.find(account).orElseThrow().codes());
  }

  @Test
  void headersAreThoseOfAnAutomaticMailAndTakeNothingFromAName() throws Exception {
    choose(MailStore.Choice.ALL);
    mails.start();
    end(JobEnd.Kind.COMPLETED, "größer\r\nBcc: eve@example.org\r\n\r\nhello");
    turn(Duration.ofSeconds(20));
    MimeMessage mail = mail(1);
    assertEquals(
        "Completed: größer Bcc: eve@example.org hello (HMMER search, job 1)", mail.getSubject());
    assertNull(mail.getHeader("Bcc"));
    assertEquals(1, mail.getAllRecipients().length);
    assertArrayEquals(new String[] {"auto-generated"}, mail.getHeader("Auto-Submitted"));
    assertArrayEquals(
        new String[] {"<https://grid.test/profile>"}, mail.getHeader("List-Unsubscribe"));
    assertEquals("grid@example.org", mail.getFrom()[0].toString());
    assertNotNull(mail.getHeader("Date"));
    assertNotNull(mail.getMessageID());
    assertTrue(mail.isMimeType("text/plain"));
    assertTrue(text(mail).contains("größer Bcc"), text(mail));
    assertTrue(text(mail).contains("To have less or none of it: https://grid.test/profile"));
  }

  @Test
  void whatTheServerDoesNotTakeNowWaitsAlsoOverARestart() throws Exception {
    choose(MailStore.Choice.ALL);
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    mails = mails(port);
    mails.start();
    end(JobEnd.Kind.FAILED, "patient");
    turn(Duration.ofSeconds(20));
    Await.until("a problem", () -> store.find(account).orElseThrow().problem() != null);
    mails.close();
    mails = mails(server.getSmtp().getPort());
    mails.start();
    turn(Duration.ofSeconds(61));
    assertTrue(String.valueOf(mail(1).getSubject()).contains("patient"));
    Await.until("no problem", () -> store.find(account).orElseThrow().problem() == null);
  }

  @Test
  void anAddressThatTheServerRefusesIsNotTriedAgain() throws Exception {
    choose(MailStore.Choice.ALL);
    try (ServerSocket refusing = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> refuse(refusing));
      mails = mails(refusing.getLocalPort());
      mails.start();
      end(JobEnd.Kind.FAILED, "unwanted");
      turn(Duration.ofSeconds(20));
      Await.until("refused", () -> !store.find(account).orElseThrow().confirmed());
      assertTrue(
          String.valueOf(store.find(account).orElseThrow().problem()).contains("no such user"));
      assertTrue(store.digest(account).lines().isEmpty());
    }
  }

  /** A mail server that knows nobody. */
  private static void refuse(ServerSocket server) {
    try (Socket socket = server.accept();
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
      say(socket, "220 here");
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        say(socket, line.startsWith("RCPT") ? "550 5.1.1 no such user" : "250 ok");
      }
    } catch (IOException e) {
      // the test closed it
    }
  }

  private static void say(Socket socket, String line) throws IOException {
    socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void thePasswordsFileMustBeItsOwnersAlone() throws Exception {
    server.setUser("portal@example.org", "portal", "a secret");
    Path file = Files.writeString(folder.resolve("password"), "a secret\n");
    MailSettings settings = settings(server.getSmtp().getPort());
    MailServer named =
        new MailServer(
            new MailSettings(
                settings.host(),
                settings.port(),
                settings.security(),
                Optional.of("portal"),
                file,
                settings.from(),
                EVERY));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    MailServer.Unsent unsent =
        assertThrows(
            MailServer.Unsent.class, () -> named.send("a@example.org", "s", "t", "https://p"));
    assertTrue(String.valueOf(unsent.getMessage()).contains("chmod 600"), unsent.toString());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    named.send("a@example.org", "s", "t", "https://p");
    assertEquals("s", mail(1).getSubject());
    Files.writeString(file, "another");
    MailServer.Unsent wrong =
        assertThrows(
            MailServer.Unsent.class, () -> named.send("a@example.org", "s", "t", "https://p"));
    assertFalse(String.valueOf(wrong.getMessage()).contains("another"), "no password in words");
  }

  @Test
  void withoutTheTlsThatIsWantedNothingIsSent() {
    MailSettings settings = settings(server.getSmtp().getPort());
    for (MailSettings.Security security :
        new MailSettings.Security[] {MailSettings.Security.STARTTLS, MailSettings.Security.TLS}) {
      MailServer strict =
          new MailServer(
              new MailSettings(
                  settings.host(),
                  settings.port(),
                  security,
                  Optional.empty(),
                  settings.passwordFile(),
                  settings.from(),
                  EVERY));
      assertThrows(
          MailServer.Unsent.class, () -> strict.send("a@example.org", "s", "t", "https://p"));
    }
    assertEquals(0, server.getReceivedMessages().length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ann",
        "ann@",
        "@example.org",
        "a@b@c",
        "ann@example.org, eve@example.org",
        "Ann <ann@example.org>",
        "ann@example.org\r\nBcc: eve@example.org",
        "ann @example.org",
        "änn@example.org",
        "ann@exa mple.org",
        "group: ann@example.org;",
        "ann..b@example.org"
      })
  void whatIsNoAddressIsRefusedWithTheReason(String text) {
    AddressException why = assertThrows(AddressException.class, () -> MailServer.address(text));
    assertNotNull(why.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ann@example.org", "a.b+grid@mail.example.org", "ann@localhost"})
  void addressesAreTakenAsTheyAre(String text) throws Exception {
    assertEquals(text, MailServer.address(text));
  }
}
