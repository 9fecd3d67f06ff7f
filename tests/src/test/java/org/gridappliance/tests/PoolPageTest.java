package org.gridappliance.tests;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Chromium;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.Seated;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The Pool page: map, a node's sheet, what an admin does there. One real executor, others away. */
@Tag("browser")
class PoolPageTest {
  private static void enrol(PortalClient admin, int number, double latitude, double longitude)
      throws Exception {
    String token =
        made(admin, "/api/v1/nodes/join-tokens", Map.of("hours", 1)).path("token").asText();
    long id =
        made(
                admin,
                "/api/v1/executors/enrol",
                Map.of(
                    "joinToken",
                    token,
                    "name",
                    "lab-" + number,
                    "tokenHash",
                    "%064x".formatted(number),
                    "cpus",
                    8,
                    "memoryBytes",
                    16L << 30,
                    "version",
                    "0.1.0"))
            .path("executor")
            .asLong();
    assertEquals(
        200,
        admin
            .send(
                "PATCH",
                "/api/v1/nodes/" + id,
                Map.of(
                    "place",
                    Map.of(
                        "name", number % 3 == 0 ? "Gainesville, Florida" : "Campus " + number,
                        "latitude", latitude,
                        "longitude", longitude)))
            .statusCode());
  }

  /**
   * As if the executor, which has no place and is on this machine, came from an Australian address.
   */
  private static void elsewhere(Route route) {
    APIResponse answer = route.fetch();
    String moved = answer.text().replaceAll("\"state\":\"(Ready|Busy)\"", "$0,\"country\":\"AU\"");
    route.fulfill(new Route.FulfillOptions().setResponse(answer).setBody(moved));
  }

  private static JsonNode made(PortalClient admin, String path, Map<String, ?> body)
      throws Exception {
    HttpResponse<String> answer = admin.send("POST", path, body);
    assertEquals(201, answer.statusCode(), answer.body());
    return PortalClient.JSON.readTree(answer.body());
  }

  @Test
  void nodesAreFoundOnTheMapDrainedOpenedAndPlaced() throws Exception {
    try (Appliance appliance = Appliance.start(1);
        Chromium chromium = Chromium.launch()) {
      PortalClient admin = appliance.admin();
      for (int i = 0; i < 12; i++) {
        boolean home = i % 3 == 0;
        enrol(admin, i, home ? 29.65 : 25 + (i * 17) % 30, home ? -82.32 : -5 + i * 15);
      }
      BrowserContext context = chromium.anonymous(false, ColorScheme.LIGHT);
      Page page = Seated.login(context, appliance.url(), Appliance.ADMIN, Appliance.PASSWORD);
      page.route("**/api/v1/nodes", PoolPageTest::elsewhere);
      page.navigate(appliance.url() + "/pool");
      Locator home = button(page, Pattern.compile("^Gainesville, Florida: 4 Away"));
      assertThat(home).isVisible();
      assertThat(
              page.getByText(
                  "13 nodes, 12 with a place, 1 in the country of their address (dashed)"))
          .isVisible();
      assertThat(button(page, Pattern.compile("^Australia \\(by address\\): 1 Ready"))).isVisible();
      assertThat(page.getByText("from its address: Australia")).isVisible();
      Chromium.accessible(page);
      Chromium.picture(page, "pool");

      home.focus();
      page.keyboard().press("Enter");
      assertThat(page.locator("tbody tr")).hasCount(4);
      button(page, Pattern.compile("^Show all nodes")).click();
      assertThat(page.locator("tbody tr")).hasCount(13);

      Locator filter = page.locator("[data-filter]");
      filter.fill("state:away place:gainesville");
      assertThat(page.locator("tbody tr")).hasCount(4);
      assertThat(page.getByText("4 of 13")).isVisible();
      filter.fill("state:lazy");
      assertThat(page.getByText("want states of ready, busy")).isVisible();
      Chromium.accessible(page);
      filter.fill("");
      assertThat(page.locator("tbody tr")).hasCount(13);

      Locator own =
          page.locator("tbody tr").filter(new Locator.FilterOptions().setHasText("Ready"));
      own.click();
      Locator sheet = page.getByRole(AriaRole.DIALOG);
      assertThat(sheet.getByText("Joined the pool")).isVisible();
      button(page, Pattern.compile("^Drain node")).click();
      assertThat(sheet.getByText("drained: nothing runs here").first()).isVisible();
      assertThat(page.getByText("all nodes that are here are drained or banned")).isAttached();
      assertFalse(admin.get("/api/v1/pool").path("accepting").asBoolean());
      Chromium.accessible(page);
      Chromium.picture(page, "node");
      button(page, Pattern.compile("^Open node")).click();
      assertThat(sheet.locator(".chip")).containsText("Ready");

      button(page, Pattern.compile("^Set place")).click();
      Locator dialog =
          page.getByRole(
              AriaRole.DIALOG, new Page.GetByRoleOptions().setName(Pattern.compile("^Where is")));
      Locator map = dialog.locator("svg[role=group]");
      assertThat(map).isVisible();
      map.click();
      assertThat(dialog.getByLabel("Latitude")).not().hasValue("");
      dialog.getByLabel("Name of the place").fill("Here");
      Chromium.accessible(page);
      Chromium.picture(page, "placing");
      dialog.getByRole(AriaRole.BUTTON, named("Set place")).click();
      assertThat(sheet.getByText("Here", new Locator.GetByTextOptions().setExact(true)))
          .isVisible();

      for (boolean phone : new boolean[] {true, false}) {
        try (BrowserContext dark =
            chromium.withState(context.storageState(), phone, ColorScheme.DARK)) {
          Page other = dark.newPage();
          other.navigate(appliance.url() + "/pool?map=us&by=user");
          assertThat(button(other, Pattern.compile("^Gainesville, Florida: 4 Away"))).isVisible();
          Chromium.accessible(other);
          Chromium.picture(other, phone ? "pool-phone-dark" : "pool-dark");
          other.navigate(appliance.url() + "/pool/overlay");
          assertThat(other.getByText("This computer is on no overlay yet")).isVisible();
          Chromium.accessible(other);
        }
      }
      context.close();
    }
  }

  @Test
  void whatEndedIsFoundAgainInTheJobHistoryAndDownloaded() throws Exception {
    try (Appliance appliance = Appliance.start(2);
        Chromium chromium = Chromium.launch()) {
      TestApps.drop(appliance.apps(), "say");
      PortalClient admin = appliance.admin();
      long job =
          admin.submit(
              "say",
              Map.of("n", 0),
              Map.of(
                  "name", "Count to eight", "sweep", Map.of("n", List.of(1, 2, 3, 4, 5, 6, 7, 8))));
      admin.awaitCompleted(job, Duration.ofMinutes(2));
      BrowserContext context = chromium.anonymous(false, ColorScheme.LIGHT);
      Page page = Seated.login(context, appliance.url(), Appliance.ADMIN, Appliance.PASSWORD);
      page.navigate(appliance.url() + "/pool");
      page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Job history")).click();
      assertThat(page.getByText("8 runs")).isVisible();
      assertThat(page.locator("tbody tr").first()).containsText("Count to eight");
      Chromium.accessible(page);
      Chromium.picture(page, "history");
      page.locator("[data-filter]").fill("state:failed,retried");
      assertThat(page.getByText("No run matches")).isVisible();
      page.locator("[data-filter]").fill("state:completed took<1h end<1d -pool:condor");
      assertThat(page.getByText("8 runs")).isVisible();
      Download file =
          page.waitForDownload(
              () ->
                  page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Download CSV"))
                      .click());
      List<String> lines = Files.readAllLines(file.path());
      assertEquals(9, lines.size());
      assertTrue(
          lines.get(1).startsWith(job + ",") && lines.get(1).contains(",Count to eight,ada,"));
      page.locator("[data-filter]").fill("colour:red");
      assertThat(page.getByText("there is no \"colour\"")).isVisible();
      try (BrowserContext dark =
          chromium.withState(context.storageState(), true, ColorScheme.DARK)) {
        Page phone = dark.newPage();
        phone.navigate(appliance.url() + "/pool/history");
        assertThat(phone.getByText("8 runs")).isVisible();
        Chromium.accessible(phone);
        Chromium.picture(phone, "history-phone-dark");
      }
      context.close();
    }
  }

  private static Locator.GetByRoleOptions named(String name) {
    return new Locator.GetByRoleOptions().setName(name).setExact(true);
  }

  private static Locator button(Page page, Pattern name) {
    return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
  }
}
