package org.gridappliance.tests;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Await;
import org.gridappliance.tests.fixture.Chromium;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.Seated;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A graphical program from its form to its results, as a job on this machine's executor. */
@Tag("browser")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class InteractiveJobTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final double PATIENCE_MILLIS = 30_000;

  private static Appliance appliance;
  private static Chromium chromium;
  private static BrowserContext context;
  private static Page page;

  @BeforeAll
  static void start() throws Exception {
    appliance = Appliance.start(1);
    TestApps.drop(appliance, "typed");
    TestApps.drop(appliance, "brief");
    chromium = Chromium.launch();
    context = chromium.anonymous(false, ColorScheme.LIGHT);
    page = Seated.login(context, appliance.url(), Appliance.ADMIN, Appliance.PASSWORD);
  }

  @AfterAll
  static void stop() throws Exception {
    chromium.close();
    appliance.close();
  }

  @Test
  @Order(1)
  void theFormOpensTheProgramWithItsValuesAndKeysArrive() throws Exception {
    page.navigate(appliance.url() + "/apps/typed");
    page.getByLabel("Word").fill("albatross");
    Chromium.picture(page, "interactive-form");
    Seated.button(page, "Open").click();
    page.waitForURL("**/desktops/job-1-0");
    Seated.awaitScreen(page);
    Seated.awaitWindow(page);
    Seated.type(page, "hello 42\n");
    awaitTyped("hello 42\n");
    assertEquals("albatross\n", Seated.inScratch(appliance.data(), "word.txt"));
    Chromium.picture(page, "interactive-open");
    Chromium.accessible(page);
  }

  @Test
  @Order(2)
  void itGoesOnWhileNobodyLooksAndWhileThePortalIsAway() throws Exception {
    page.navigate(appliance.url() + "/desktops");
    assertThat(page.locator("[data-desktop='job-1-0']")).containsText("Running");
    Chromium.picture(page, "interactive-card");
    page.navigate(appliance.url() + "/desktops/job-1-0");
    Seated.awaitScreen(page);
    appliance.killPortal();
    assertThat(page.locator("[data-state=lost]")).isVisible();
    appliance.startPortal();
    Seated.awaitScreen(page);
    Seated.awaitWindow(page);
    Seated.type(page, "again\n");
    awaitTyped("hello 42\nagain\n");
  }

  @Test
  @Order(3)
  void aTerminalBesideItSeesItsFilesAndNotThisMachines() throws Exception {
    page.navigate(appliance.url() + "/jobs/1?tab=subjobs");
    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Open terminal here"))
        .click();
    Locator rows = page.locator(".xterm-rows");
    assertThat(rows).containsText("subjob:", shown());
    page.keyboard().type("cat word.txt; ls -d " + appliance.data() + "; echo a$((6*7))z\n");
    assertThat(rows).containsText("a42z", shown());
    assertThat(rows).containsText("albatross");
    assertThat(rows).containsText("No such file or directory");
    page.reload();
    assertThat(page.locator(".xterm-rows")).containsText("a42z", shown());
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
    Chromium.picture(page, "interactive-terminal-dark");
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
    page.navigate(appliance.url() + "/desktops/job-1-0");
    Seated.awaitScreen(page);
  }

  @Test
  @Order(4)
  void toOthersItIsNotThere() throws Exception {
    appliance.admin().newUser("bob");
    PortalClient bob = appliance.login("bob", Appliance.PASSWORD);
    for (String id : new String[] {"job-1-0", "job-1-0-terminal", "job-99-0"}) {
      String path = "/api/v1/desktops/" + id;
      assertEquals(404, bob.send("GET", path, null).statusCode(), id);
      assertEquals(404, bob.send("POST", path + "/tickets", Map.of()).statusCode(), id);
      assertEquals(404, bob.send("DELETE", path, null).statusCode(), id);
    }
    assertEquals(404, bob.send("POST", "/api/v1/jobs/1/finish", null).statusCode());
  }

  @Test
  @Order(5)
  void stoppingItKeepsWhatItWrote() throws Exception {
    page.setViewportSize(390, 844);
    Seated.settled(page);
    Chromium.picture(page, "interactive-phone");
    page.setViewportSize(1280, 800);
    Seated.button(page, "Stop").click();
    page.getByRole(AriaRole.DIALOG).getByText("Stop", exactly()).last().click();
    page.waitForURL("**/jobs/1");
    PortalClient ada = appliance.admin();
    awaitState(ada, 1, "Completed");
    assertEquals("hello 42\nagain\n", text(ada, "/api/v1/jobs/1/results/typed.txt"));
    assertEquals("albatross\n", text(ada, "/api/v1/jobs/1/results/word.txt"));
    assertEquals(404, ada.send("GET", "/api/v1/jobs/1/results/never.txt", null).statusCode());
    page.navigate(appliance.url() + "/desktops/job-1-0");
    assertThat(page.getByText("its program ended")).isVisible();
    Chromium.picture(page, "interactive-ended");
  }

  @Test
  @Order(6)
  void theMoleculeViewerAndTheInteractivePlotShowTheirExamples() throws Exception {
    for (String app : new String[] {"rasmol", "xmgrace"}) {
      page.navigate(appliance.url() + "/apps/" + app + "?example=0");
      Seated.button(page, "Open").click();
      page.waitForURL("**/desktops/job-*");
      long job = Long.parseLong(page.url().replaceFirst(".*/job-(\\d+)-0", "$1"));
      Seated.awaitScreen(page);
      Await.until(
          app + " has drawn itself", // after the screen took the window's size, which blackens it
          PATIENCE,
          () -> {
            Seated.settled(page);
            return ((Number) page.evaluate(Seated.COLOURS)).intValue() >= 12;
          });
      Chromium.picture(page, "interactive-" + app);
      PortalClient ada = appliance.admin();
      assertEquals(
          204, ada.send("DELETE", "/api/v1/desktops/job-" + job + "-0", null).statusCode());
      awaitState(ada, job, "Completed");
    }
  }

  @Test
  @Order(7)
  void whatRunsLongerThanItMayIsEndedAndThePageSaysWhy() throws Exception {
    page.navigate(appliance.url() + "/apps/brief");
    assertThat(
            page.getByText(
                "You have not run this yet.", new Page.GetByTextOptions().setExact(true)))
        .isVisible();
    Seated.button(page, "Open").click();
    page.waitForURL("**/desktops/job-*");
    String job = page.url().replaceFirst(".*/job-(\\d+)-0", "$1");
    Seated.awaitScreen(page);
    assertThat(page.getByText(Pattern.compile("It ran for [0-9.]+ s; at most 6 s are allowed")))
        .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE_MILLIS));
    Chromium.picture(page, "interactive-too-long");
    JsonNode failed = appliance.admin().get("/api/v1/jobs/" + job);
    assertEquals("Failed", failed.path("state").asText(), failed.toString());
    assertTrue(failed.at("/failure/message").asText().contains("at most 6 s"), failed.toString());
  }

  private static LocatorAssertions.ContainsTextOptions shown() {
    return new LocatorAssertions.ContainsTextOptions().setTimeout(PATIENCE_MILLIS);
  }

  private static void awaitTyped(String wanted) throws Exception {
    Await.until(
        "what was typed arrived",
        PATIENCE,
        () -> wanted.equals(Seated.inScratch(appliance.data(), "typed.txt")));
  }

  private static String text(PortalClient ada, String path) throws Exception {
    return new String(ada.bytes(path), java.nio.charset.StandardCharsets.UTF_8);
  }

  private static void awaitState(PortalClient ada, long job, String wanted) throws Exception {
    Await.until(
        "job " + job + " is " + wanted,
        PATIENCE,
        () -> {
          JsonNode now = ada.get("/api/v1/jobs/" + job);
          String state = now.path("state").asText();
          assertTrue(state.equals(wanted) || state.equals("Running"), now + appliance.tail());
          return state.equals(wanted);
        });
  }

  private static Locator.GetByTextOptions exactly() {
    return new Locator.GetByTextOptions().setExact(true);
  }
}
