package org.gridappliance.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Cookie;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Chromium;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A result that is a web page with a script is a file to keep, never a page of ours; a drawing with
 * one is drawn, and its script does not run.
 */
@Tag("browser")
class HostileResultTest {

  @Test
  void pageAndPictureMadeByAJobCannotCallTheApi() throws Exception {
    try (Appliance appliance = Appliance.start(1);
        Chromium chromium = Chromium.launch()) {
      PortalClient ada = appliance.admin();
      TestApps.drop(appliance, "hostile-result");
      String page = ada.upload("page.html", TestApps.file("hostile.html"));
      long job = ada.submit("hostile-result", Map.of("page", page), Map.of());
      ada.awaitCompleted(job, Duration.ofSeconds(30));
      BrowserContext victim = chromium.anonymous(false, ColorScheme.LIGHT);
      String[] cookie = ada.cookie().split("=", 2);
      victim.addCookies(
          List.of(new Cookie(cookie[0], cookie[1]).setUrl(appliance.url().toString())));
      for (String file :
          List.of(
              "/api/v1/jobs/" + job + "/results/page.html",
              "/api/v1/jobs/" + job + "/results/page.svg",
              "/api/v1/files/uploads/page.html")) {
        HttpHeaders headers = ada.send("GET", file, null).headers();
        assertEquals("nosniff", headers.firstValue("X-Content-Type-Options").orElse(""), file);
        assertTrue(headers.firstValue("Content-Disposition").orElse("").startsWith("attachment"));
        assertTrue(headers.firstValue("Content-Security-Policy").orElse("").contains("sandbox"));
        opensAsDownload(victim, appliance.url() + file);
      }
      assertEquals(List.of(), callsOfThePictureOnItsPage(victim, appliance.url() + "/jobs/" + job));
      assertEquals(1, ada.get("/api/v1/users").get("users").size(), "nobody was added");
    }
  }

  /** An img draws the picture, in which a script calls the API; what it called is returned. */
  private static List<String> callsOfThePictureOnItsPage(BrowserContext victim, String address) {
    Page page = victim.newPage();
    List<String> calls = new ArrayList<>();
    page.onRequest(
        request -> {
          if (request.url().endsWith("/api/v1/users")) {
            calls.add(request.method() + " " + request.url());
          }
        });
    page.navigate(address);
    Locator picture = page.getByAltText("Picture", new Page.GetByAltTextOptions().setExact(true));
    page.waitForFunction(
        "image => image.complete && image.naturalWidth === 120", picture.elementHandle());
    picture.click();
    Locator large = page.getByRole(AriaRole.DIALOG).getByAltText("Picture");
    page.waitForFunction(
        "image => image.complete && image.naturalWidth === 120", large.elementHandle());
    Chromium.accessible(page);
    Chromium.picture(page, "picture-large");
    page.close();
    return calls;
  }

  private static void opensAsDownload(BrowserContext victim, String address) {
    Page page = victim.newPage();
    Download download =
        page.waitForDownload(
            () -> {
              try {
                page.navigate(address);
              } catch (PlaywrightException e) {
                // Chromium ends a navigation that becomes a download with an error
                assertTrue(String.valueOf(e.getMessage()).contains("Download is starting"));
              }
            });
    assertTrue(download.suggestedFilename().startsWith("page."), download.suggestedFilename());
    page.close();
  }
}
