package org.gridappliance.tests;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Chromium;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.Seated;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Hold, undo, release with a reason; then what the job asked for and used, and the page Usage. */
@Tag("browser")
class HoldAndUsageTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Test
  void aJobIsHeldReleasedAndWhatItUsedIsToldWithTheRemedy() throws Exception {
    try (Appliance appliance = Appliance.start(1);
        Chromium chromium = Chromium.launch()) {
      TestApps.drop(appliance.apps(), "steps");
      PortalClient ada = appliance.admin();
      long job =
          ada.submit(
              "steps",
              Map.of("steps", 1, "seconds", 2),
              Map.of(
                  "name",
                  "Twelve naps",
                  "memoryBytes",
                  256L << 20,
                  "sweep",
                  Map.of("n", IntStream.range(0, 12).boxed().toList())));
      BrowserContext context = chromium.anonymous(false, ColorScheme.LIGHT);
      Page page = Seated.login(context, appliance.url(), Appliance.ADMIN, Appliance.PASSWORD);
      page.navigate(appliance.url() + "/jobs/" + job);
      Locator chip = page.locator(".chip").first();
      button(page, "Hold").click();
      assertThat(chip).containsText("Held");
      assertThat(page.getByText("Held by " + Appliance.ADMIN)).isVisible();
      button(page, "Undo").click();
      assertThat(button(page, "Hold")).isVisible();

      button(page, "More actions").click();
      page.getByRole(AriaRole.MENUITEM, new Page.GetByRoleOptions().setName("Hold with a reason…"))
          .click();
      page.getByRole(AriaRole.TEXTBOX, new Page.GetByRoleOptions().setName("Reason"))
          .fill("The licence server is away until Monday.");
      Chromium.accessible(page);
      page.getByRole(AriaRole.DIALOG)
          .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Hold").setExact(true))
          .click();
      assertThat(page.getByText("The licence server is away until Monday.")).isVisible();
      Chromium.accessible(page);
      Chromium.picture(page, "job-held");
      button(page, "Change the reason").click();
      page.getByRole(AriaRole.TEXTBOX, new Page.GetByRoleOptions().setName("Reason"))
          .fill("The licence server is back on Tuesday.");
      button(page, "Save").click();
      assertThat(page.getByText("The licence server is back on Tuesday.")).isVisible();
      assertThat(page.getByText("away until Monday")).isHidden();
      page.navigate(appliance.url() + "/jobs?q=state:held");
      assertThat(page.getByText("Twelve naps")).isVisible();
      page.navigate(appliance.url() + "/jobs/" + job);
      button(page, "Release").click();
      assertThat(page.getByText("Held by " + Appliance.ADMIN)).isHidden();
      ada.awaitCompleted(job, PATIENCE);

      Locator line =
          page.getByRole(AriaRole.GROUP, new Page.GetByRoleOptions().setName("Asked for and used"));
      assertThat(line).containsText("Memory: asked 256 MiB, used");
      assertThat(line).containsText("CPU: asked 1 core, used");
      Chromium.picture(page, "job-asked-used");
      line.getByRole(AriaRole.LINK, new Locator.GetByRoleOptions().setName("Run again with 64 MiB"))
          .click();
      page.waitForURL("**/apps/steps?from=" + job + "&memory=" + (64 << 20));
      assertThat(page.getByText("64 MiB", new Page.GetByTextOptions().setExact(true))).isVisible();

      page.navigate(appliance.url() + "/jobs");
      page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Usage")).click();
      assertThat(page.getByText("Twelve naps")).isVisible();
      assertThat(page.locator("canvas")).isVisible();
      Chromium.accessible(page);
      Chromium.picture(page, "usage");
      page.getByLabel("Whose jobs").selectOption("Everybody's");
      page.getByText("Group", new Page.GetByTextOptions().setExact(true)).click();
      assertThat(page.getByText("In no group")).isVisible();
      Chromium.picture(page, "usage-groups");
      List<String> lines =
          Files.readAllLines(
              page.waitForDownload(
                      () ->
                          page.getByRole(
                                  AriaRole.LINK, new Page.GetByRoleOptions().setName("Jobs as CSV"))
                              .click())
                  .path());
      assertEquals(2, lines.size());
      assertTrue(
          lines.get(1).startsWith(job + ",Twelve naps," + Appliance.ADMIN + ",steps,12,12,"));
      try (BrowserContext dark =
          chromium.withState(context.storageState(), true, ColorScheme.DARK)) {
        Page phone = dark.newPage();
        phone.navigate(appliance.url() + "/usage");
        assertThat(phone.getByText("Twelve naps")).isVisible();
        Chromium.accessible(phone);
        Chromium.picture(phone, "usage-phone-dark");
      }
    }
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }
}
