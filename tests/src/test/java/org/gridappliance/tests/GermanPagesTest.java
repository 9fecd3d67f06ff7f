package org.gridappliance.tests;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.LoadState;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Chromium;
import org.gridappliance.tests.fixture.PortalClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The pages for a browser that is set to German. */
@Tag("browser")
class GermanPagesTest {
  /** Labels of buttons, tabs, chips and the rail whose words do not fit into them. */
  private static final String CUT_OFF =
      "() => [...document.querySelectorAll('.mantine-Button-label, .mantine-SegmentedControl-label,"
          + " .mantine-Tabs-tabLabel, .mantine-Badge-label, .chip, nav a')]"
          + ".filter(e => e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1)"
          + ".map(e => e.textContent)";

  @Test
  void everyPageIsGermanAccessibleAndUncut() throws Exception {
    try (Appliance appliance = Appliance.start(1);
        Chromium chromium = Chromium.launch();
        BrowserContext context = chromium.speaking("de-AT", false, ColorScheme.LIGHT)) {
      String job = submit(appliance.admin());
      List<String> complaints = new ArrayList<>();
      Page page = context.newPage();
      page.onConsoleMessage(
          m -> {
            if (m.type().equals("error") && !m.text().contains("401")) { // the wrong password's
              complaints.add(m.text());
            }
          });
      page.onPageError(complaints::add);
      page.onResponse(
          r -> {
            if (r.url().matches(".*/assets/text-[^/]*")) {
              complaints.add("words of a second language: " + r.url());
            }
          });
      page.navigate(appliance.url() + "/login");
      assertThat(page.locator("html")).hasAttribute("lang", "de");
      page.getByLabel("Name").first().fill(Appliance.ADMIN);
      page.getByLabel("Passwort").first().fill("not this one");
      button(page, "Anmelden");
      assertThat(page.getByRole(AriaRole.ALERT))
          .containsText("Name oder Passwort ist falsch; Namen werden klein geschrieben");
      Chromium.accessible(page);
      Chromium.picture(page, "german-login");
      page.getByLabel("Passwort").first().fill(Appliance.PASSWORD);
      button(page, "Anmelden");
      page.waitForURL(appliance.url() + "/");

      page.navigate(appliance.url() + job);
      assertThat(page.locator(".chip").first())
          .containsText("Fertig", new LocatorAssertions.ContainsTextOptions().setTimeout(60_000));
      assertThat(page.locator("canvas").first()).isVisible();

      List<String> findings = new ArrayList<>(complaints);
      look(context, appliance, job, "german-", findings);
      try (BrowserContext phone =
          chromium.speaking("de-DE", context.storageState(), true, ColorScheme.DARK)) {
        look(phone, appliance, job, "german-phone-dark-", findings);
      }
      assertEquals(List.of(), findings);
      theServerSpeaksGerman(page, appliance);
      theChoiceIsKept(page, appliance);
    }
  }

  /** What the server says in sentences: a failed job, a refused value, why a job waits. */
  private static void theServerSpeaksGerman(Page page, Appliance appliance) throws Exception {
    PortalClient admin = appliance.admin();
    long failed = admin.submit("command", Map.of("command", "echo gone >&2; exit 3"), Map.of());
    admin.awaitEnded(failed, Duration.ofMinutes(2));
    page.navigate(appliance.url() + "/jobs/" + failed);
    Locator banner = page.getByRole(AriaRole.ALERT).first();
    assertThat(banner).containsText("Das Programm endete mit Exit-Code 3");
    assertThat(banner).containsText("Vergleichen Sie die Eingaben mit den letzten Zeilen");
    Chromium.accessible(page);
    Chromium.picture(page, "german-said-failed");

    page.navigate(appliance.url() + "/profile");
    page.getByLabel("Bisheriges Passwort").fill("not this one");
    page.getByLabel("Neues Passwort").fill("quite another one");
    button(page, "Passwort ändern");
    assertThat(page.getByText("Das bisherige Passwort ist falsch").first()).isVisible();
    Chromium.picture(page, "german-said-refused");

    long node = admin.get("/api/v1/nodes").path("nodes").path(0).path("id").asLong();
    admin.send("PATCH", "/api/v1/nodes/" + node, Map.of("standing", "draining"));
    long waits = admin.submit("command", Map.of("command", "true"), Map.of());
    page.navigate(appliance.url() + "/jobs/" + waits);
    assertThat(
            page.getByText("alle Knoten, die da sind, laufen leer oder sind gesperrt; geben Sie"))
        .isVisible();
    Chromium.picture(page, "german-said-waits");
    page.navigate(appliance.url() + "/pool");
    assertThat(page.getByText("läuft leer: Hier läuft nichts").first()).isAttached();
    Chromium.picture(page, "german-said-pool");
  }

  private static void theChoiceIsKept(Page page, Appliance appliance) {
    page.navigate(appliance.url() + "/");
    page.getByLabel("Konto von " + Appliance.ADMIN).click();
    assertThat(page.getByText("English")).isVisible();
    Chromium.picture(page, "german-menu");
    page.getByText("English").click();
    assertThat(page.locator("html")).hasAttribute("lang", "en");
    page.navigate(appliance.url() + "/jobs");
    assertThat(page.getByRole(AriaRole.HEADING).first()).hasText("Jobs");
    assertThat(page.getByRole(AriaRole.LINK, named("Files")).first()).isVisible();
  }

  private static void look(
      BrowserContext context,
      Appliance appliance,
      String job,
      String prefix,
      List<String> findings) {
    Page page = context.newPage();
    for (String address :
        List.of(
            "/",
            "/apps",
            "/apps/hmmsearch",
            "/apps/vina?example=0&step=2",
            "/apps/vina?example=0&step=4",
            "/jobs",
            job,
            job + "?tab=subjobs",
            job + "?tab=output",
            job + "?tab=files",
            job + "?tab=about",
            "/workflows",
            "/files",
            "/files?view=trash",
            "/files?view=shares",
            "/triggers",
            "/desktops",
            "/pool",
            "/pool/history",
            "/pool/share",
            "/pool/policy",
            "/pool/condor",
            "/pool/overlay",
            "/certificates",
            "/admin",
            "/admin?tab=settings",
            "/admin?tab=audit",
            "/profile",
            "/reference?operation=submitJob",
            "/nowhere")) {
      page.navigate(appliance.url() + address);
      page.locator("h1, h2").first().waitFor();
      page.waitForLoadState(LoadState.LOAD);
      try {
        Chromium.accessible(page);
      } catch (AssertionError e) {
        findings.add(prefix + e.getMessage());
      }
      if (page.evaluate(CUT_OFF) instanceof List<?> cut && !cut.isEmpty()) {
        findings.add(prefix + address + " cuts off " + cut);
      }
      String name = address.replaceFirst("/jobs/[0-9]+", "/job").replaceAll("[^a-z]+", "-");
      Chromium.picture(page, prefix + name);
    }
    page.close();
  }

  private static String submit(PortalClient admin) throws Exception {
    HttpResponse<String> answer =
        admin.send(
            "POST",
            "/api/v1/jobs",
            Map.of(
                "app",
                "hmmsearch",
                "inputs",
                Map.of("profile", "example:globins.hmm", "sequences", "example:proteins.fasta")));
    assertEquals(201, answer.statusCode(), answer.body());
    return "/jobs/" + PortalClient.JSON.readTree(answer.body()).path("id").asLong();
  }

  private static void button(Page page, String name) {
    page.getByRole(AriaRole.BUTTON, named(name)).click();
  }

  private static Page.GetByRoleOptions named(String name) {
    return new Page.GetByRoleOptions().setName(name).setExact(true);
  }
}
