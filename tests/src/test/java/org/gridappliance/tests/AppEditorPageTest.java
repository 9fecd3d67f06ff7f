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
import com.microsoft.playwright.options.FilePayload;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Chromium;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.Seated;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An author makes, mends, tries and publishes an application and never leaves the browser. */
@Tag("browser")
class AppEditorPageTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void anAuthorNeverLeavesTheBrowser() throws Exception {
    try (Appliance appliance = Appliance.start(1);
        Chromium chromium = Chromium.launch()) {
      PortalClient ada = appliance.admin();
      PortalClient ben = ada.newUser("ben");
      PortalClient eve = ada.newUser("eve");
      Map<String, Object> roles = Map.of("roles", List.of("scientist", "author"));
      assertEquals(200, ada.send("PATCH", "/api/v1/users/ben", roles).statusCode());

      BrowserContext authors = chromium.anonymous(false, ColorScheme.LIGHT);
      Page page = Seated.login(authors, appliance.url(), "ben", Appliance.PASSWORD);
      page.navigate(appliance.url() + "/apps");
      Seated.button(page, "New application").click();
      page.getByLabel("Title").fill("Count words!");
      assertThat(page.getByLabel("Name in addresses")).hasValue("count-words");
      Chromium.accessible(page);
      Seated.button(page, "Create application").click();
      page.waitForURL(appliance.url() + "/apps/count-words/edit");
      Locator code = page.getByLabel("Text of app.yaml");
      Locator preview =
          page.getByRole(AriaRole.REGION, new Page.GetByRoleOptions().setName("Preview"));
      seen(preview.getByLabel("How often"));
      Chromium.accessible(page);
      Chromium.picture(page, "editor");

      String text = code.inputValue();
      code.fill(text.replace("type: integer", "type: integr"));
      seen(page.getByText("1 mistake"));
      Locator mistake =
          page.getByRole(
              AriaRole.BUTTON,
              new Page.GetByRoleOptions().setName(Pattern.compile("^Line 11, column .*integr")));
      seen(mistake);
      seen(preview.getByText("The form as it was before the mistakes"));
      Chromium.accessible(page);
      Chromium.picture(page, "editor-mistake");
      mistake.click();
      assertThat(code).isFocused();
      String pages =
          "pages: [{ title: Words, inputs: [greeting] }, { title: Number, inputs: [times] }]\n";
      code.fill(text.replace("\ncommand:", "\n" + pages + "command:"));
      seen(preview.getByText("Step 1 of 3"));
      preview.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Next")).click();
      seen(preview.getByText("Step 2 of 3"));
      seen(preview.getByLabel("How often"));
      Chromium.accessible(page);
      Chromium.picture(page, "editor-pages");
      code.fill(text.replace("How often", "Repeats"));
      seen(preview.getByLabel("Repeats"));
      seen(page.getByText("app.yaml is in order"));
      page.keyboard().press("Control+s");
      seen(page.getByText("Version 2 saved"));
      assertEquals(404, status(eve, "/api/v1/apps/count-words"));

      page.getByLabel("Upload a file")
          .last()
          .setInputFiles(
              new FilePayload(
                  "my words.txt", "text/plain", "one two".getBytes(StandardCharsets.UTF_8)));
      seen(page.getByText("my-words.txt"));
      assertEquals(
          "one two",
          new String(
              ben.bytes("/api/v1/apps/count-words/examples/my-words.txt"), StandardCharsets.UTF_8));

      // another tab: both texts stay
      Page other = authors.newPage();
      other.navigate(appliance.url() + "/apps/count-words/edit");
      Locator second = other.getByLabel("Text of app.yaml");
      second.fill(second.inputValue() + "# from the other tab\n");
      Seated.button(other, "Save").click();
      seen(other.getByText("Version 4 saved"));
      code.fill(code.inputValue() + "# from this tab\n");
      Seated.button(page, "Save").click();
      seen(page.getByText("Somebody changed this application meanwhile"));
      Chromium.accessible(page);
      Chromium.picture(page, "editor-conflict");
      Seated.button(page, "Take theirs, keep mine among the versions").click();
      seen(page.getByText("Version 6 saved"));
      assertThat(code).hasValue(Pattern.compile("# from the other tab\\n$"));
      JsonNode fifth = ben.get("/api/v1/apps/count-words/source?version=5");
      assertTrue(fifth.path("text").asText().endsWith("# from this tab\n"), fifth.toString());
      other.close();

      Seated.button(page, "Versions").click();
      Seated.button(page, "Show version 1").click();
      seen(page.getByText("title: How often"));
      Chromium.accessible(page);
      Chromium.picture(page, "editor-versions");
      Seated.button(page, "Restore version 1").click();
      seen(page.getByText("Version 1 restored"));
      assertThat(code).hasValue(text);

      long job = ben.submit("count-words", Map.of("greeting", "good day", "times", 2), Map.of());
      ben.awaitCompleted(job, PATIENCE);
      assertEquals(
          "good day 1\ngood day 2\n",
          new String(ben.bytes("/api/v1/jobs/" + job + "/results/stdout"), StandardCharsets.UTF_8));

      Seated.button(page, "Access").click();
      Locator sheet =
          page.getByRole(
              AriaRole.DIALOG, new Page.GetByRoleOptions().setName("Access to Count words!"));
      sheet.getByLabel("Everyone").check();
      sheet
          .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Publish to everyone"))
          .click();
      seen(page.getByText("Count words! is published to everyone"));
      assertEquals(200, status(eve, "/api/v1/apps/count-words"));
      removedAndBack(page, appliance, eve);
      try (BrowserContext dark =
          chromium.withState(authors.storageState(), true, ColorScheme.DARK)) {
        Page phone = dark.newPage();
        phone.navigate(appliance.url() + "/apps/count-words/edit");
        Locator small = phone.getByLabel("Text of app.yaml");
        small.fill("title: [\n");
        seen(phone.getByText("mistake"));
        Chromium.accessible(phone);
        Chromium.picture(phone, "editor-phone-dark");
        Seated.button(phone, "Save").click();
        seen(phone.getByText("others use this application"));
        assertThat(small).hasValue("title: [\n");
      }
      authors.close();
    }
  }

  /** Removed by mistake and undone; removed, then restored from the list. */
  private static void removedAndBack(Page page, Appliance appliance, PortalClient eve)
      throws Exception {
    String app = "/api/v1/apps/count-words";
    Seated.button(page, "Remove Count words!").click();
    page.waitForURL(appliance.url() + "/apps");
    seen(page.getByText("Count words! removed"));
    assertEquals(410, status(eve, app));
    Seated.button(page, "Undo").click();
    seen(page.getByText("Count words! restored"));
    assertEquals(200, status(eve, app));
    page.navigate(appliance.url() + "/apps/count-words");
    Seated.button(page, "Remove Count words!").click();
    Locator removed =
        page.getByRole(
            AriaRole.REGION, new Page.GetByRoleOptions().setName("Removed applications"));
    seen(removed.getByText("removed by ben"));
    removed.scrollIntoViewIfNeeded();
    Chromium.accessible(page);
    Chromium.picture(page, "apps-removed");
    page.navigate(appliance.url() + "/apps/count-words");
    seen(page.getByText("was removed; an author of it or an administrator can restore it"));
    page.navigate(appliance.url() + "/apps");
    Seated.button(page, "Restore Count words!").click();
    seen(page.getByText("Count words! restored"));
    assertThat(removed).hasCount(0);
    assertEquals(200, status(eve, app));
  }

  private static int status(PortalClient person, String path) throws Exception {
    return person.send("GET", path, null).statusCode();
  }

  private static void seen(Locator what) {
    assertThat(what.first()).isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(30_000));
  }
}
