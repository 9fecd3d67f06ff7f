package org.gridappliance.tests;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Await;
import org.gridappliance.tests.fixture.Chromium;
import org.gridappliance.tests.fixture.Jvm;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.Seated;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A joined machine obeys its owner, who sets its rules on a page, and the policy of its group. */
@Tag("browser")
class PolicyPageTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  @Test
  void joinedMachineObeysItsOwnersRulesAndThePolicyOfItsGroup() throws Exception {
    try (Appliance appliance = Appliance.withoutExecutor();
        Chromium chromium = Chromium.launch()) {
      PortalClient ada = appliance.admin();
      PortalClient bob = ada.newUser("bob");
      HttpResponse<String> made =
          ada.send("POST", "/api/v1/nodes/join-tokens", Map.of("owner", "bob"));
      String token = PortalClient.JSON.readTree(made.body()).path("token").asText();
      Process agent =
          Jvm.start(
              List.of(),
              folder.resolve("agent.log"),
              Map.of(),
              "org.gridappliance.agent.AgentMain",
              "join",
              appliance.url() + "/join#" + token,
              "--slots",
              "1",
              "--data",
              folder.resolve("desk").toString());
      try {
        Await.until(
            "it joined", PATIENCE, () -> !ada.get("/api/v1/nodes").at("/nodes/0").isEmpty());
        JsonNode node = ada.get("/api/v1/nodes").at("/nodes/0");
        String rules = "/api/v1/nodes/" + node.get("id").asLong() + "/sharing";
        Await.until("it told of itself", PATIENCE, () -> bob.get(rules).path("told").asBoolean());
        assertTrue(bob.get(rules).has("idleSource"), bob.get(rules).toString());

        BrowserContext admins = chromium.anonymous(false, ColorScheme.LIGHT);
        Page page = Seated.login(admins, appliance.url(), Appliance.ADMIN, Appliance.PASSWORD);
        page.navigate(appliance.url() + "/pool?node=" + node.get("id").asLong());
        button(page, "Group and owner").click();
        Locator dialog =
            page.getByRole(
                AriaRole.DIALOG,
                new Page.GetByRoleOptions().setName(Pattern.compile("^Group and owner of")));
        dialog.getByLabel("Group").fill("lab-2");
        Chromium.accessible(page);
        dialog.getByRole(AriaRole.BUTTON, named("Save")).click();
        seen(page.getByText("Group lab-2; bob sets its rules"));
        page.navigate(appliance.url() + "/pool/policy");
        Locator group =
            page.getByRole(AriaRole.REGION, new Page.GetByRoleOptions().setName("lab-2"));
        group.getByRole(AriaRole.BUTTON, named("Set a policy")).click();
        group.getByRole(AriaRole.RADIO, named("While nobody is there")).check();
        Chromium.accessible(page);
        Chromium.picture(page, "policy");
        group.getByRole(AriaRole.BUTTON, named("Save policy")).click();
        seen(group.getByText("jobs only while nobody is there"));
        Await.until(
            "the machine has the policy",
            PATIENCE,
            () -> bob.get(rules).at("/bounds/level").asText().equals("AWAY"));

        BrowserContext owners = chromium.anonymous(false, ColorScheme.LIGHT);
        Page his = Seated.login(owners, appliance.url(), "bob", Appliance.PASSWORD);
        String address = appliance.url() + "/pool/share/" + node.get("id").asLong();
        his.navigate(address);
        seen(his.getByText("Policy of group lab-2"));
        radio(his, "Never").check();
        button(his, "Save").click();
        seen(his.getByText("its owner does not share this computer"));
        assertThat(his.getByText("On the way"))
            .isHidden(new LocatorAssertions.IsHiddenOptions().setTimeout(30_000));
        Chromium.accessible(his);
        Chromium.picture(his, "share-joined");
        radio(his, "Always, at the lowest priority").check();
        button(his, "Save").click();
        seen(his.getByText("Jobs may use"));

        ObjectNode bounds = bob.get(rules).get("bounds").deepCopy();
        HttpResponse<String> set =
            ada.send("PUT", "/api/v1/pool/policies/lab-2", bounds.put("level", "OFF"));
        assertEquals(200, set.statusCode(), set.body());
        seen(his.getByText("the pool's policy allows no jobs here"));
        assertEquals("ALWAYS", bob.get(rules).at("/sharing/level").asText());
        try (BrowserContext dark =
            chromium.withState(owners.storageState(), true, ColorScheme.DARK)) {
          Page other = dark.newPage();
          other.navigate(address);
          seen(other.getByText("Policy of group lab-2"));
          Chromium.accessible(other);
          Chromium.picture(other, "share-joined-phone-dark");
        }
        try (BrowserContext dark =
            chromium.withState(admins.storageState(), true, ColorScheme.DARK)) {
          Page other = dark.newPage();
          other.navigate(appliance.url() + "/pool/policy");
          seen(other.getByText("no jobs at all"));
          Chromium.accessible(other);
          Chromium.picture(other, "policy-phone-dark");
        }
        admins.close();
        owners.close();
      } finally {
        agent.destroy();
        assertTrue(agent.waitFor(20, TimeUnit.SECONDS), "ends when asked to");
      }
    }
  }

  private static void seen(Locator what) {
    assertThat(what).isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(30_000));
  }

  private static Locator.GetByRoleOptions named(String name) {
    return new Locator.GetByRoleOptions().setName(name).setExact(true);
  }

  private static Locator radio(Page page, String name) {
    return page.getByRole(AriaRole.RADIO, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }
}
