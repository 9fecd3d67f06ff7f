package org.gridappliance.tests;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.util.List;
import java.util.Map;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Chromium;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.Seated;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An administrator hands an application to its author, who publishes it step by step. */
@Tag("browser")
class AppAccessPageTest {
  private static final String APP = "count";

  @Test
  void anAuthorPublishesStepByStepAndNobodySeesItEarlier() throws Exception {
    try (Appliance appliance = Appliance.withoutExecutor();
        Chromium chromium = Chromium.launch()) {
      TestApps.drop(appliance, APP);
      PortalClient ada = appliance.admin();
      PortalClient ben = ada.newUser("ben");
      PortalClient gil = ada.newUser("gil");
      PortalClient eve = ada.newUser("eve");
      Map<String, Object> roles = Map.of("roles", List.of("scientist", "author"));
      assertEquals(200, ada.send("PATCH", "/api/v1/users/ben", roles).statusCode());
      Map<String, Object> lab = Map.of("name", "lab", "members", List.of("ben", "gil"));
      assertEquals(201, ada.send("POST", "/api/v1/groups", lab).statusCode());
      String title = ada.get("/api/v1/apps/" + APP).get("title").asText();
      String address = appliance.url() + "/apps/" + APP;

      BrowserContext admins = chromium.anonymous(false, ColorScheme.LIGHT);
      Page page = Seated.login(admins, appliance.url(), Appliance.ADMIN, Appliance.PASSWORD);
      page.navigate(address);
      Seated.button(page, "Access").click();
      Locator sheet = sheet(page, title);
      sheet.getByLabel("Draft").check();
      sheet.getByLabel("Authors").fill("ben");
      page.keyboard().press("Enter");
      Chromium.accessible(page);
      sheet.getByRole(AriaRole.BUTTON, named("Make it a draft")).click();
      seen(page.getByText(title + " is a draft"));
      seen(page.getByText("Draft", new Page.GetByTextOptions().setExact(true)));
      assertEquals(404, status(eve));
      assertEquals(404, status(gil));
      assertEquals(200, status(ben));

      BrowserContext others = chromium.anonymous(false, ColorScheme.LIGHT);
      Page hers = Seated.login(others, appliance.url(), "eve", Appliance.PASSWORD);
      hers.navigate(address);
      seen(hers.getByText("This application cannot be opened"));
      hers.navigate(appliance.url() + "/apps");
      seen(hers.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Apps")));
      assertThat(heading(hers, title)).hasCount(0);

      BrowserContext authors = chromium.anonymous(false, ColorScheme.LIGHT);
      Page his = Seated.login(authors, appliance.url(), "ben", Appliance.PASSWORD);
      his.navigate(appliance.url() + "/apps");
      seen(his.getByText("Draft", new Page.GetByTextOptions().setExact(true)));
      Chromium.picture(his, "apps-draft");
      his.navigate(address);
      Seated.button(his, "Access").click();
      sheet = sheet(his, title);
      sheet.getByLabel("Group", new Locator.GetByLabelOptions().setExact(true)).check();
      sheet.getByLabel("People").fill("nobody-here");
      his.keyboard().press("Enter");
      sheet.getByRole(AriaRole.BUTTON, named("Publish to these")).click();
      seen(sheet.getByText("\"nobody-here\" is no account that can log in"));
      his.keyboard().press("Backspace");
      sheet.getByLabel("People").press("Backspace");
      sheet.getByLabel("Groups").first().press("ArrowDown");
      his.getByRole(AriaRole.OPTION, new Page.GetByRoleOptions().setName("lab")).click();
      sheet.getByText("Who sees it").click();
      Chromium.accessible(his);
      Chromium.picture(his, "access");
      sheet.getByRole(AriaRole.BUTTON, named("Publish to these")).click();
      seen(his.getByText(title + " is published to those named"));
      assertEquals(200, status(gil));
      assertEquals(404, status(eve));

      settingsAreShared(chromium, appliance, his, address);

      try (BrowserContext dark =
          chromium.withState(authors.storageState(), true, ColorScheme.DARK)) {
        Page phone = dark.newPage();
        phone.navigate(address);
        Seated.button(phone, "Access").click();
        sheet = sheet(phone, title);
        Chromium.accessible(phone);
        Chromium.picture(phone, "access-phone-dark");
        sheet.getByLabel("Everyone").check();
        sheet.getByRole(AriaRole.BUTTON, named("Publish to everyone")).click();
        seen(phone.getByText(title + " is published to everyone"));
      }
      hers.reload();
      seen(heading(hers, title));
      assertEquals(
          3,
          ada.get("/api/v1/audit?action=app.access-changed").path("entries").size(),
          ada.get("/api/v1/audit").toString());
      admins.close();
      others.close();
      authors.close();
    }
  }

  /** Ben saves settings and shares them with the lab by a menu; gil finds and copies them. */
  private static void settingsAreShared(
      Chromium chromium, Appliance appliance, Page his, String address) {
    his.navigate(address);
    his.locator("#root_n").fill("17");
    Seated.button(his, "Saved settings").click();
    his.getByLabel("Name for these settings").fill("Seventeen");
    Seated.button(his, "Save").click();
    seen(his.getByText("Settings “Seventeen” saved"));
    Seated.button(his, "Saved settings").click();
    Seated.button(his, "Share “Seventeen” with").click();
    his.getByRole(AriaRole.COMBOBOX, new Page.GetByRoleOptions().setName("Share “Seventeen” with"))
        .selectOption("lab");
    seen(his.getByText("Settings “Seventeen” shared with lab"));
    Chromium.accessible(his);
    Chromium.picture(his, "settings-share");

    try (BrowserContext phone = chromium.anonymous(true, ColorScheme.DARK)) {
      Page members = Seated.login(phone, appliance.url(), "gil", Appliance.PASSWORD);
      members.navigate(address);
      Seated.button(members, "Saved settings").click();
      seen(members.getByText("Shared with group lab"));
      Chromium.accessible(members);
      Chromium.picture(members, "settings-shared-phone-dark");
      members
          .getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Seventeen from ben"))
          .click();
      assertThat(members.locator("#root_n")).hasValue("17");
      Seated.button(members, "Saved settings").click();
      assertThat(members.getByLabel("Name for these settings")).hasValue("Seventeen");
      Seated.button(members, "Save").click();
      seen(members.getByText("Settings “Seventeen” saved"));
    }
    Seated.button(his, "Delete settings Seventeen").click();
    seen(his.getByText("Settings “Seventeen” deleted"));
    Seated.button(his, "Undo").last().click();
    his.keyboard().press("Escape"); // a press outside may have closed the list
    Seated.button(his, "Saved settings").click();
    seen(his.getByText("shared with lab", new Page.GetByTextOptions().setExact(true)));
    his.keyboard().press("Escape");
  }

  private static int status(PortalClient person) throws Exception {
    return person.send("GET", "/api/v1/apps/" + APP, null).statusCode();
  }

  private static Locator heading(Page page, String name) {
    return page.getByRole(
        AriaRole.HEADING, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Locator sheet(Page page, String title) {
    Locator sheet =
        page.getByRole(AriaRole.DIALOG, new Page.GetByRoleOptions().setName("Access to " + title));
    seen(sheet.getByLabel("Authors"));
    return sheet;
  }

  private static void seen(Locator what) {
    assertThat(what.first()).isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(30_000));
  }

  private static Locator.GetByRoleOptions named(String name) {
    return new Locator.GetByRoleOptions().setName(name).setExact(true);
  }
}
