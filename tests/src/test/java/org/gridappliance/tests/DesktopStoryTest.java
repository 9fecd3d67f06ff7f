package org.gridappliance.tests;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.MouseButton;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Await;
import org.gridappliance.tests.fixture.Chromium;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.Seated;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A desktop in a real browser: typed into, left, killed under, watched, made smaller, stopped. */
@Tag("browser")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DesktopStoryTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static Appliance appliance;
  private static Chromium chromium;
  private static BrowserContext context;
  private static Page page;
  private static Path home;

  @BeforeAll
  static void start() throws Exception {
    appliance = Appliance.start(1);
    chromium = Chromium.launch();
    home = appliance.data().resolve("users").resolve(Appliance.ADMIN).resolve("home");
    context = chromium.anonymous(false, ColorScheme.LIGHT);
    context.grantPermissions(List.of("clipboard-read", "clipboard-write"));
    page = Seated.login(context, appliance.url(), Appliance.ADMIN, Appliance.PASSWORD);
  }

  @AfterAll
  static void stop() throws Exception {
    chromium.close();
    appliance.close();
  }

  @Test
  @Order(10)
  void whatIsTypedIsDoneAndShown() throws Exception {
    page.navigate(appliance.url() + "/desktops");
    Chromium.picture(page, "desktops-empty");
    Seated.button(page, "Open desktop").click();
    Seated.awaitScreen(page);
    Seated.awaitWindow(page);
    Seated.type(page, "clear; echo $((6*7)) | tee answer\n");
    Seated.awaitFile(home, "answer", "42\n");
    Chromium.picture(page, "desktop-42");
    Chromium.accessible(page);
  }

  @Test
  @Order(20)
  void afterAReloadAndAKilledPortalItIsTheSameDesktopWithTheSameText() throws Exception {
    String before = Seated.settled(page);
    assertTrue(before.chars().filter(dot -> dot == '#').count() > 20, "nothing is written");
    page.reload();
    Seated.awaitScreen(page);
    awaitPixels(page, before);
    appliance.killPortal();
    assertThat(page.getByText("Connecting again")).isVisible();
    Chromium.picture(page, "desktop-lost");
    appliance.startPortal();
    Seated.awaitScreen(page);
    awaitPixels(page, before);
    Seated.type(page, "echo again > after\n");
    Seated.awaitFile(home, "after", "again\n");
  }

  @Test
  @Order(30)
  void whoMayOnlyWatchSeesAndCannotAct() throws Exception {
    PortalClient admin = appliance.admin();
    admin.newUser("bob");
    String id = page.url().replaceFirst(".*/desktops/", "");
    String secret =
        PortalClient.JSON
            .readTree(
                admin
                    .send("POST", "/api/v1/desktops/" + id + "/shares", Map.of("name", "for Bob"))
                    .body())
            .path("secret")
            .asText();
    try (BrowserContext other = chromium.anonymous(false, ColorScheme.DARK)) {
      Page watcher = Seated.login(other, appliance.url(), "bob", Appliance.PASSWORD);
      assertEquals(
          404,
          watcher.navigate(appliance.url() + "/api/v1/desktops/" + id).status(),
          "what is not his is not there");
      watcher.navigate(appliance.url() + "/desktops/shared#" + secret);
      Seated.awaitScreen(watcher);
      Await.until(
          "both see the same",
          PATIENCE,
          () ->
              Seated.same(
                  Seated.settled(page), Seated.mark(watcher))); // a cursor may blink meanwhile
      Seated.type(watcher, "touch forbidden\n");
      Seated.type(page, "touch allowed\n");
      Seated.awaitFile(home, "allowed", "");
      assertFalse(Files.exists(home.resolve("forbidden")), "a watcher's keys arrived");
      Chromium.picture(watcher, "desktop-watched-dark");
      String share =
          admin
              .get("/api/v1/desktops/" + id + "/shares")
              .path("shares")
              .path(0)
              .path("id")
              .asText();
      admin.send("DELETE", "/api/v1/desktops/" + id + "/shares/" + share, null);
      assertThat(watcher.getByText("took the link back")).isVisible();
      Chromium.picture(watcher, "desktop-link-taken-back");
    }
  }

  @Test
  @Order(31)
  void whoseAccountIsDisabledIsCutWithinSeconds() throws Exception {
    PortalClient admin = appliance.admin();
    admin.newUser("eve");
    String path = "/api/v1/desktops/" + page.url().replaceFirst(".*/desktops/", "");
    Map<String, Object> link = Map.of("name", "for Eve", "control", true);
    String secret =
        PortalClient.JSON
            .readTree(admin.send("POST", path + "/shares", link).body())
            .path("secret")
            .asText();
    try (BrowserContext other = chromium.anonymous(false, ColorScheme.LIGHT)) {
      Page guest = Seated.login(other, appliance.url(), "eve", Appliance.PASSWORD);
      guest.navigate(appliance.url() + "/desktops/shared#" + secret);
      Seated.awaitScreen(guest);
      assertTrue(admin.get(path).path("viewers").toString().contains("eve"), "who is connected");
      admin.send("PATCH", "/api/v1/users/eve", Map.of("status", "disabled"));
      assertThat(guest.getByText("this account is disabled"))
          .isVisible(
              new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE.toSeconds() * 1e3));
    }
    assertFalse(admin.get(path).path("viewers").toString().contains("eve"), "she is cut");
  }

  @Test
  @Order(32)
  void backOnANetworkThePageConnectsAnew() throws Exception {
    String path = "/api/v1/desktops/" + page.url().replaceFirst(".*/desktops/", "");
    String since = appliance.admin().get(path).at("/viewers/0/since").asText();
    context.setOffline(true);
    context.setOffline(false);
    Await.until(
        "there is a new connection and no old one",
        PATIENCE,
        () -> {
          JsonNode viewers = appliance.admin().get(path).path("viewers");
          return viewers.size() == 1 && !viewers.at("/0/since").asText().equals(since);
        });
    Seated.awaitScreen(page);
    Seated.type(page, "touch online\n");
    Seated.awaitFile(home, "online", "");
  }

  @Test
  @Order(40)
  void theClipboardGoesBothWays() throws Exception {
    page.bringToFront();
    Seated.type(page, "clear; yes copiedthere | head -60; touch listed\n");
    Seated.awaitFile(home, "listed", ""); // before, a still picture says nothing
    Seated.settled(page);
    Locator canvas = page.locator("[data-screen] canvas");
    canvas.dblclick(new Locator.DblclickOptions().setPosition(60, 200));
    Seated.button(page, "Clipboard").click();
    Locator panel = page.getByLabel("Text on the desktop's clipboard");
    assertThat(panel).hasValue("copiedthere");
    assertEquals("copiedthere", page.evaluate("navigator.clipboard.readText()"));
    panel.fill("pasted-42-ü");
    Chromium.picture(page, "desktop-clipboard");
    Seated.button(page, "Send to the desktop").click();
    page.keyboard().press("Escape");
    canvas.click(new Locator.ClickOptions().setPosition(60, 200));
    Seated.type(page, "clear; echo ");
    canvas.click(new Locator.ClickOptions().setPosition(60, 200).setButton(MouseButton.MIDDLE));
    Seated.type(page, " > pasted\n");
    Seated.awaitFile(home, "pasted", "pasted-42-ü\n");
  }

  @Test
  @Order(50)
  void itsSizeFollowsTheWindow() throws Exception {
    page.setViewportSize(390, 844);
    Await.until(
        "the desktop is as wide as the phone",
        PATIENCE,
        () -> {
          int width = ((Number) page.evaluate("document.querySelector('canvas').width")).intValue();
          return width > 300 && width <= 390;
        });
    Seated.settled(page);
    Seated.button(page, "Keys").click();
    page.getByLabel("Type here").pressSequentially("clear; echo phone > small");
    page.keyboard().press("Enter");
    Seated.awaitFile(home, "small", "phone\n");
    Chromium.picture(page, "desktop-phone");
    Chromium.accessible(page);
    page.setViewportSize(1280, 800);
  }

  @Test
  @Order(70)
  void stoppingEndsEveryProgramAndSaysSo() throws Exception {
    String id =
        appliance.admin().get("/api/v1/desktops").path("desktops").path(0).path("id").asText();
    page.navigate(appliance.url() + "/desktops");
    Locator card = page.locator("[data-desktop='" + id + "']");
    card.getByLabel("More for Desktop").click();
    page.getByRole(AriaRole.MENUITEM, new Page.GetByRoleOptions().setName("Stop")).click();
    Seated.button(page, "Stop").click();
    assertThat(card).containsText("It ended: stopped by its owner");
    Chromium.picture(page, "desktops-stopped");
    assertEquals(
        0,
        ProcessHandle.allProcesses()
            .filter(p -> p.info().arguments().isPresent())
            .map(p -> List.of(p.info().arguments().get()))
            .filter(a -> a.contains("/usr/bin/Xtigervnc") && a.contains("-inetd"))
            .count());
  }

  private static void awaitPixels(Page page, String wanted) throws Exception {
    Await.until("the picture is as before", PATIENCE, () -> Seated.same(wanted, Seated.mark(page)));
  }
}
