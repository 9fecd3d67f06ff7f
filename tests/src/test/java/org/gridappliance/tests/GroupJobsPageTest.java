package org.gridappliance.tests;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Chromium;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.Seated;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two people of a group, whose administrator lets them see one another's jobs step by step. */
@Tag("browser")
class GroupJobsPageTest {
  @Test
  void membersSeeWhatTheGroupShowsAndAreToldSo() throws Exception {
    try (Appliance appliance = Appliance.start(1);
        Chromium chromium = Chromium.launch()) {
      TestApps.drop(appliance.apps(), "steps");
      PortalClient ada = appliance.admin();
      PortalClient ben = ada.newUser("ben");
      ada.newUser("gil");
      Map<String, Object> lab = Map.of("name", "lab", "members", List.of("ben", "gil"));
      assertEquals(201, ada.send("POST", "/api/v1/groups", lab).statusCode());
      submit(ben, "Before it was shown");

      BrowserContext admins = chromium.anonymous(false, ColorScheme.LIGHT);
      Page page = Seated.login(admins, appliance.url(), Appliance.ADMIN, Appliance.PASSWORD);
      page.navigate(appliance.url() + "/admin?tab=groups");
      Locator shown = page.getByLabel("What members see of one another's jobs");
      shown.selectOption("list");
      seen(page.getByText("Members of lab see the list of one another's new jobs"));
      Chromium.accessible(page);
      Chromium.picture(page, "group-shows");
      long job = submit(ben, "Naps of ben");
      ben.awaitCompleted(job, Duration.ofSeconds(90));

      BrowserContext others = chromium.anonymous(false, ColorScheme.LIGHT);
      Page hers = Seated.login(others, appliance.url(), "gil", Appliance.PASSWORD);
      hers.navigate(appliance.url() + "/jobs");
      seen(hers.getByText("Members of lab see the list of your jobs"));
      hers.getByLabel("Whose jobs").selectOption("Group lab");
      seen(hers.getByText("Naps of ben"));
      assertThat(hers.getByText("Before it was shown")).hasCount(0);
      assertThat(hers.getByRole(AriaRole.LINK, named("Naps of ben"))).hasCount(0);
      Chromium.accessible(hers);
      Chromium.picture(hers, "jobs-group-listed");
      hers.navigate(appliance.url() + "/usage");
      hers.getByLabel("Whose jobs").selectOption("Group lab");
      seen(hers.getByRole(AriaRole.CELL, named("ben")));
      Locator csv = hers.getByRole(AriaRole.LINK, named("Jobs as CSV"));
      List<String> lines = Files.readAllLines(hers.waitForDownload(csv::click).path());
      assertEquals(2, lines.size(), lines.toString());
      assertTrue(lines.getLast().contains(",ben,"), lines.toString());
      Chromium.accessible(hers);
      Chromium.picture(hers, "usage-of-a-group");
      hers.navigate(appliance.url() + "/jobs/" + job);
      seen(hers.getByText("This job is not here"));

      shown.selectOption("results");
      seen(page.getByText("Members of lab can read the results of one another's new jobs"));
      long read = submit(ben, "Naps to be read");
      ben.awaitCompleted(read, Duration.ofSeconds(90));
      hers.navigate(appliance.url() + "/jobs?group=lab");
      hers.getByRole(AriaRole.LINK, named("Naps to be read")).click();
      seen(hers.getByText("This job is ben's."));
      for (String action : List.of("More actions", "Run again with changes", "Delete job")) {
        assertThat(Seated.button(hers, action)).hasCount(0);
      }
      hers.getByRole(AriaRole.TAB, named("Output")).click();
      Chromium.accessible(hers);
      Chromium.picture(hers, "job-of-a-group");
      try (BrowserContext dark =
          chromium.withState(others.storageState(), true, ColorScheme.DARK)) {
        Page phone = dark.newPage();
        phone.navigate(appliance.url() + "/jobs?group=lab");
        seen(phone.getByText("Naps to be read"));
        Chromium.accessible(phone);
        Chromium.picture(phone, "jobs-group-phone-dark");
        phone.navigate(appliance.url() + "/profile");
        seen(phone.getByText("Members of lab can read results, output and inputs"));
        Chromium.picture(phone, "profile-group-phone-dark");
      }

      Map<String, Object> left = Map.of("members", List.of("ben"));
      assertEquals(200, ada.send("PUT", "/api/v1/groups/lab", left).statusCode());
      hers.reload();
      seen(hers.getByText("This job is not here"));
      admins.close();
      others.close();
    }
  }

  private static long submit(PortalClient person, String name) throws Exception {
    return person.submit("steps", Map.of("steps", 1, "seconds", 0), Map.of("name", name));
  }

  private static Page.GetByRoleOptions named(String name) {
    return new Page.GetByRoleOptions().setName(name).setExact(true);
  }

  private static void seen(Locator what) {
    assertThat(what.first()).isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(30_000));
  }
}
