package org.gridappliance.tests;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Await;
import org.gridappliance.tests.fixture.Chromium;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.Seated;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a person sets on the page tells a webhook and a mailbox of a real job's end. */
@Tag("browser")
class ToldPageTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private record Message(Headers headers, String body) {}

  private final List<Message> got = new CopyOnWriteArrayList<>();

  @Test
  void aWebhookAndAMailboxFromThePageAreToldOfAJobsEnd() throws Exception {
    HttpServer receiver =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          got.add(new Message(exchange.getRequestHeaders(), body));
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    receiver.start();
    Path data = Files.createTempDirectory("appliance-test-");
    GreenMail mailbox = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    mailbox.start();
    Files.writeString(
        data.resolve("appliance.yaml"),
        """
        webhooks.networks: [127.0.0.1/32]
        mail: { host: 127.0.0.1, port: %d, security: none, from: grid@example.org }
        """
            .formatted(mailbox.getSmtp().getPort()));
    try (Appliance appliance = Appliance.startOn(data, 1);
        Chromium chromium = Chromium.launch()) {
      TestApps.drop(appliance.apps(), "steps");
      PortalClient ada = appliance.admin();
      BrowserContext context = chromium.anonymous(false, ColorScheme.LIGHT);
      Page page = Seated.login(context, appliance.url(), Appliance.ADMIN, Appliance.PASSWORD);
      page.navigate(appliance.url() + "/profile");
      assertThat(page.getByText("No webhooks.")).isVisible();
      confirmMail(page, mailbox);
      String secret =
          add(page, "http://127.0.0.1:" + receiver.getAddress().getPort() + "/jobs?team=physics");
      Locator card = page.getByRole(AriaRole.GROUP, named("http://127.0.0.1"));
      card.getByRole(AriaRole.BUTTON, in("Send a test")).click();
      assertThat(card.getByText("delivered, 204")).isVisible();
      assertEquals("test", PortalClient.JSON.readTree(got.getFirst().body()).path("type").asText());

      askThisBrowser(page, context);
      long job =
          ada.submit("steps", Map.of("steps", 1, "seconds", 1), Map.of("name", "One \"nap\""));
      ada.awaitCompleted(job, PATIENCE);
      thisBrowserTells(page, appliance, job);
      Await.until("it is told", PATIENCE, () -> got.size() == 2);
      JsonNode told = PortalClient.JSON.readTree(got.get(1).body());
      assertEquals("job.completed", told.path("type").asText());
      assertEquals("One \"nap\"", told.at("/data/name").asText());
      assertEquals(appliance.url() + "/jobs/" + job, told.at("/data/link").asText());
      assertTrue(isSigned(got.get(1), secret));
      page.navigate(appliance.url() + "/profile");

      card.getByRole(AriaRole.BUTTON, in("Change secret")).click();
      Locator dialog = page.getByRole(AriaRole.DIALOG);
      String next = dialog.getByRole(AriaRole.TEXTBOX, in("Secret")).textContent().strip();
      Chromium.accessible(page);
      Chromium.picture(page, "webhook-new-secret");
      dialog.getByRole(AriaRole.BUTTON, in("Close")).last().click();
      assertThat(card.getByText("signed with the old secret too")).isVisible();
      card.getByRole(AriaRole.BUTTON, in("Send a test")).click();
      Await.until("the second test", PATIENCE, () -> got.size() == 3);
      assertTrue(isSigned(got.get(2), next) && isSigned(got.get(2), secret), "with both");
      page.reload();
      card.getByRole(AriaRole.BUTTON, in("Last deliveries")).click();
      assertThat(card.getByText("Completed · ")).isVisible();
      Chromium.accessible(page);
      Chromium.picture(page, "webhooks");
      try (BrowserContext dark =
          chromium.withState(context.storageState(), true, ColorScheme.DARK)) {
        Page phone = dark.newPage();
        phone.navigate(appliance.url() + "/profile");
        Locator same = phone.getByRole(AriaRole.GROUP, named("http://127.0.0.1"));
        same.getByRole(AriaRole.BUTTON, in("Last deliveries")).click();
        assertThat(same.getByText("Completed · ")).isVisible();
        Chromium.accessible(phone);
        Chromium.picture(phone, "webhooks-phone-dark");
      }
      Await.until("it is mailed", PATIENCE, () -> mailbox.getReceivedMessages().length == 2);
      assertEquals(
          "Completed: One \"nap\" (" + title(ada, job) + ", job " + job + ")",
          mailbox.getReceivedMessages()[1].getSubject());
    } finally {
      receiver.stop(0);
      mailbox.stop();
    }
  }

  private static String title(PortalClient ada, long job) throws Exception {
    return ada.job(job).path("appTitle").asText();
  }

  private static void confirmMail(Page page, GreenMail mailbox) throws Exception {
    Locator mail = page.locator("section[aria-labelledby=mail]");
    mail.getByLabel("Address").fill("ada at example.org");
    mail.getByRole(AriaRole.BUTTON, in("Save")).click();
    assertThat(mail.getByText("want letters of ASCII")).isVisible();
    Chromium.accessible(page);
    mail.getByLabel("Address").fill("ada@example.org");
    mail.getByLabel("every end").check();
    mail.getByRole(AriaRole.BUTTON, in("Save")).click();
    Locator code = mail.getByLabel("Code");
    assertThat(code).isVisible();
    Chromium.accessible(page);
    Chromium.picture(page, "mail-code");
    String text = String.valueOf(mailbox.getReceivedMessages()[0].getContent());
    code.fill(text.replaceFirst("(?s).*code is ([0-9]{8}).*", "$1"));
    mail.getByRole(AriaRole.BUTTON, in("Confirm address")).click();
    assertThat(mail.getByText("ada@example.org is confirmed.")).isVisible();
  }

  /** Adds a webhook, after a mistake; {@return the secret that is shown}. */
  private static String add(Page page, String url) {
    page.getByRole(AriaRole.BUTTON, named("Add a webhook")).click();
    Locator dialog = page.getByRole(AriaRole.DIALOG);
    dialog.getByLabel("Address").fill("https://10.0.0.1/jobs");
    dialog.getByRole(AriaRole.BUTTON, in("Add webhook")).click();
    assertThat(dialog.getByText("webhooks.networks")).isVisible();
    Chromium.accessible(page);
    Chromium.picture(page, "webhook-refused");
    dialog.getByLabel("Address").fill(url);
    dialog.getByRole(AriaRole.BUTTON, in("Add webhook")).click();
    String secret = dialog.getByRole(AriaRole.TEXTBOX, in("Secret")).textContent().strip();
    Chromium.picture(page, "webhook-secret");
    dialog.getByRole(AriaRole.BUTTON, in("Close")).last().click();
    return secret;
  }

  /** Refused first, then allowed; from then on the page is hidden, as behind another tab. */
  private static void askThisBrowser(Page page, BrowserContext context) {
    page.getByRole(AriaRole.BUTTON, named("Tell me in this browser")).click();
    assertThat(page.getByText("This browser refuses notices of this page.")).isVisible();
    Chromium.accessible(page);
    Chromium.picture(page, "notices-refused");
    context.grantPermissions(List.of("notifications"));
    page.evaluate(
        "() => { window.shown = []; window.Notification = class extends window.Notification {"
            + " constructor(title, more) { super(title, more); window.shown.push(this); } }; }");
    page.getByRole(AriaRole.BUTTON, named("Tell me in this browser")).click();
    assertThat(page.getByText("This browser tells you.")).isVisible();
    assertEquals("Notices are on", page.evaluate("() => window.shown[0].title"));
    Chromium.picture(page, "notices-on");
    page.evaluate(
        "() => { Object.defineProperty(document, 'visibilityState', {"
            + " configurable: true, get: () => 'hidden' }); }");
  }

  private static void thisBrowserTells(Page page, Appliance appliance, long job) {
    page.waitForFunction("() => window.shown.length === 2");
    assertEquals(
        "Job " + job + " completed: One \"nap\"", page.evaluate("() => window.shown[1].title"));
    assertEquals("(1) Profile · Grid Appliance", page.title());
    page.evaluate("() => window.shown[1].onclick()");
    assertThat(page).hasURL(appliance.url() + "/jobs/" + job);
    page.evaluate(
        "() => { delete document.visibilityState;"
            + " document.dispatchEvent(new Event('visibilitychange')); }");
    assertThat(page).hasTitle(Pattern.compile("^(?!\\().* · Grid Appliance$"));
  }

  /** As a receiver checks it, with the secret as it was copied from the page. */
  private static boolean isSigned(Message message, String secret) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(
        new SecretKeySpec(
            Base64.getDecoder().decode(secret.substring("whsec_".length())), "HmacSHA256"));
    String signed =
        message.headers().getFirst("webhook-id")
            + "."
            + message.headers().getFirst("webhook-timestamp")
            + "."
            + message.body();
    String want =
        "v1,"
            + Base64.getEncoder()
                .encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
    return List.of(message.headers().getFirst("webhook-signature").split(" ", -1)).contains(want);
  }

  private static Page.GetByRoleOptions named(String name) {
    return new Page.GetByRoleOptions().setName(name);
  }

  private static Locator.GetByRoleOptions in(String name) {
    return new Locator.GetByRoleOptions().setName(name);
  }
}
