package org.gridappliance.tests;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Chromium;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * An event-driven run, whole: a trigger made in the page, a file put over WebDAV, the job that it
 * starts, its results in the home.
 */
@Tag("browser")
class DropFolderTest {
  @Test
  void aFilePutOverWebDavRunsAndItsResultsAreInTheFilesPage() throws Exception {
    try (Appliance appliance = Appliance.start(1);
        Chromium chromium = Chromium.launch()) {
      TestApps.drop(appliance, "lines");
      PortalClient admin = appliance.admin();
      String basic = basic(admin);
      assertEquals(201, dav(appliance, basic, "MKCOL", "inbox", ""));
      BrowserContext context = chromium.anonymous(false, ColorScheme.LIGHT);
      Page page = context.newPage();
      page.navigate(appliance.url() + "/login");
      page.getByLabel("Name").first().fill(Appliance.ADMIN);
      page.getByLabel("Password").first().fill(Appliance.PASSWORD);
      button(page, "Log in").click();
      page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Apps")).first().waitFor();

      page.navigate(appliance.url() + "/triggers");
      assertThat(page.getByText("Nothing runs by itself yet")).isVisible();
      Chromium.accessible(page);
      Chromium.picture(page, "triggers-empty");

      page.navigate(appliance.url() + "/apps/lines");
      button(page, "Data: From my files").click();
      assertThat(page.getByRole(AriaRole.OPTION).filter(named("inbox"))).isVisible();
      Chromium.accessible(page);
      Chromium.picture(page, "picker");
      page.keyboard().press("Escape");

      link(page, "Run for each new file…").click();
      button(page, "Choose a folder").click();
      page.getByRole(AriaRole.OPTION).filter(named("inbox")).click();
      button(page, "Choose this folder").click();
      Chromium.accessible(page);
      Chromium.picture(page, "trigger-form");
      button(page, "Save trigger").click();
      page.waitForURL("**/triggers");
      assertThat(page.getByText("each new file in inbox")).isVisible();

      assertEquals(201, dav(appliance, basic, "PUT", "inbox/sample.txt", "one\ntwo\n"));
      Locator started = link(page, "started job 1");
      assertThat(started).isVisible(new IsVisibleOptions().setTimeout(20_000));
      Chromium.accessible(page);
      Chromium.picture(page, "triggers");
      look(chromium, context, appliance, "/triggers", "triggers-phone-dark");
      look(chromium, context, appliance, "/apps/lines?trigger=schedule", "schedule-phone-dark");

      started.click();
      assertThat(page.locator(".chip").first())
          .containsText("Completed", new ContainsTextOptions().setTimeout(20_000));
      Locator folder = link(page, "jobs/1-Lines_ sample.txt");
      assertThat(folder).isVisible(new IsVisibleOptions().setTimeout(10_000));
      Chromium.accessible(page);
      Chromium.picture(page, "results-in-files");
      folder.click();
      assertThat(page.getByText("lines.tsv").first()).isVisible();
      assertEquals(
          "what\tcount\nlines\t2\n",
          new String(
              admin.bytes("/api/v1/files/jobs/1-Lines_%20sample.txt/lines.tsv"),
              StandardCharsets.UTF_8));
      context.close();
    }
  }

  private static void look(
      Chromium chromium, BrowserContext from, Appliance appliance, String address, String name) {
    try (BrowserContext phone = chromium.withState(from.storageState(), true, ColorScheme.DARK)) {
      Page page = phone.newPage();
      page.navigate(appliance.url() + address);
      page.locator("h2").first().waitFor();
      Chromium.accessible(page);
      Chromium.picture(page, name);
    }
  }

  private static String basic(PortalClient admin) throws Exception {
    String token =
        new ObjectMapper()
            .readTree(
                admin
                    .send(
                        "POST",
                        "/api/v1/tokens",
                        Map.of("name", "dav", "scopes", List.of("files"), "days", 1))
                    .body())
            .path("token")
            .asText();
    byte[] pair = (Appliance.ADMIN + ":" + token).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(pair);
  }

  private static int dav(Appliance appliance, String basic, String method, String path, String body)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(appliance.url().resolve("/dav/" + path))
            .header("Authorization", basic)
            .method(method, BodyPublishers.ofString(body))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, BodyHandlers.ofString()).statusCode();
    }
  }

  private static Locator.FilterOptions named(String name) {
    return new Locator.FilterOptions().setHasText(name);
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Locator link(Page page, String name) {
    return page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(name)).first();
  }
}
