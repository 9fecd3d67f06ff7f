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
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Await;
import org.gridappliance.tests.fixture.Chromium;
import org.gridappliance.tests.fixture.FarHost;
import org.gridappliance.tests.fixture.Jvm;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.Repository;
import org.gridappliance.tests.fixture.Seated;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A graphical program and a terminal on a machine that nothing can connect to: an execute node in
 * another network namespace, seen through the connections that it opens itself.
 */
@Tag("root")
@Tag("netns")
@Tag("browser")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FarDesktopTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final double PATIENCE_MILLIS = 40_000;

  private static final int PORT = 8444;
  private static final String PORTAL = "https://" + FarHost.HERE + ":" + PORT;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private static Path folder;

  private static FarHost far;
  private static Process portal;
  private static Process node;
  private static Chromium chromium;
  private static Page page;

  @BeforeAll
  static void start() throws Exception {
    far = new FarHost();
    TestApps.drop(folder.resolve("portal/apps"), "typed");
    portal =
        Jvm.start(
            List.of(),
            folder.resolve("portal.log"),
            Map.of("APPLIANCE_ADMIN", Appliance.ADMIN + ":" + Appliance.PASSWORD),
            "org.gridappliance.portal.PortalMain",
            "--data",
            folder.resolve("portal").toString(),
            "--listen",
            FarHost.HERE,
            "--port",
            Integer.toString(PORT),
            "--apps",
            Repository.root().resolve("job-api/apps").toString());
    Await.until(
        "the portal listens; see " + folder,
        PATIENCE,
        () -> Files.exists(folder.resolve("portal/run/address")));
    chromium = Chromium.launch();
    BrowserContext context = chromium.trusting();
    page = Seated.login(context, URI.create(PORTAL), Appliance.ADMIN, Appliance.PASSWORD);
    node =
        Jvm.start(
            far.there(),
            folder.resolve("node.log"),
            Map.of(),
            "org.gridappliance.agent.AgentMain",
            "join",
            api("POST", "/api/v1/nodes/join-tokens").path("link").asText(),
            "--data",
            folder.resolve("node").toString());
    Await.until(
        "the node is ready; see " + folder,
        PATIENCE,
        () -> api("GET", "/api/v1/pool").path("freeSlots").asInt() > 0);
  }

  @AfterAll
  static void stop() throws Exception {
    chromium.close();
    for (Process process : List.of(node, portal)) {
      process.destroy();
      assertTrue(process.waitFor(20, TimeUnit.SECONDS), "ends when asked to");
    }
    far.close();
  }

  /** Asks as the person in the browser. */
  private static JsonNode api(String method, String path) throws Exception {
    String answer =
        String.valueOf(
            page.evaluate(
                "async ([method, path]) => {"
                    + " const s = await (await fetch('/api/v1/session')).json();"
                    + " const headers = { 'X-CSRF-Token': s.csrf, 'Content-Type': 'application/json' };"
                    + " const body = method === 'GET' ? undefined : '{}';"
                    + " return await (await fetch(path, { method, headers, body })).text(); }",
                List.of(method, path)));
    return PortalClient.JSON.readTree(answer.isEmpty() ? "{}" : answer);
  }

  @Test
  @Order(1)
  void thePictureShowsTheProgramAndKeysArriveThere() throws Exception {
    page.navigate(PORTAL + "/apps/typed");
    page.getByLabel("Word").fill("far");
    Seated.button(page, "Open").click();
    page.waitForURL("**/desktops/job-1-0");
    Seated.awaitScreen(page);
    Seated.awaitWindow(page);
    Seated.type(page, "seen from afar 42\n");
    awaitTyped("seen from afar 42\n");
    Seated.settled(page);
    Chromium.picture(page, "far-open");
    assertEquals("", far.listening(), "nothing may listen on the executor's machine");
  }

  @Test
  @Order(2)
  void afterTheConnectionWasKilledTheProgramIsAsItWas() throws Exception {
    far.cut(PORT);
    assertThat(page.getByText("waiting for the computer"))
        .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE_MILLIS));
    Chromium.picture(page, "far-lost");
    far.mend();
    Seated.awaitScreen(page);
    Seated.awaitWindow(page);
    Chromium.picture(page, "far-again");
    Seated.type(page, "after\n");
    awaitTyped("seen from afar 42\nafter\n");
  }

  @Test
  @Order(3)
  void aTerminalThereSeesTheScratchFolderAndItsOwnSandboxOnly() throws Exception {
    page.navigate(PORTAL + "/jobs/1?tab=subjobs");
    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Open terminal here"))
        .click();
    Locator rows = page.locator(".xterm-rows");
    assertThat(rows).containsText("subjob:", shown());
    page.keyboard().type("cat typed.txt; cat /proc/net/dev | wc -l; hostname; tty\n");
    assertThat(rows).containsText("seen from afar 42", shown());
    assertThat(rows).containsText("subjob", shown());
    assertThat(rows).containsText("/dev/pts/", shown());
    Chromium.picture(page, "far-terminal");
    page.reload();
    assertThat(page.locator(".xterm-rows")).containsText("seen from afar 42", shown());
    api("POST", "/api/v1/jobs/1/finish");
    assertThat(page.getByText("has ended"))
        .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE_MILLIS));
    Chromium.picture(page, "far-terminal-ended");
  }

  private static LocatorAssertions.ContainsTextOptions shown() {
    return new LocatorAssertions.ContainsTextOptions().setTimeout(PATIENCE_MILLIS);
  }

  private static void awaitTyped(String wanted) throws Exception {
    Await.until(
        "what was typed arrived",
        PATIENCE,
        () -> wanted.equals(Seated.inScratch(folder.resolve("node"), "typed.txt")));
  }
}
