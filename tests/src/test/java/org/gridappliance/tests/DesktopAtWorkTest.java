package org.gridappliance.tests;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.JSHandle;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Await;
import org.gridappliance.tests.fixture.Chromium;
import org.gridappliance.tests.fixture.Seated;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Work on a desktop and in a terminal: keys of other layouts, files, an end by rule, first pixel.
 */
@Tag("browser")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DesktopAtWorkTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final double PATIENCE_MILLIS = 20_000;

  private static Appliance appliance;
  private static Chromium chromium;
  private static BrowserContext context;
  private static Page page;
  private static Path home;

  @BeforeAll
  static void start() throws Exception {
    Path data = Files.createTempDirectory("appliance-test-");
    Files.writeString(data.resolve("appliance.yaml"), "desktops.life-hours: 5\n");
    appliance = Appliance.startOn(data, 1);
    chromium = Chromium.launch();
    home = appliance.data().resolve("users").resolve(Appliance.ADMIN).resolve("home");
    context = chromium.anonymous(false, ColorScheme.LIGHT);
    context.grantPermissions(List.of("clipboard-read", "clipboard-write"));
    page = Seated.login(context, appliance.url(), Appliance.ADMIN, Appliance.PASSWORD);
  }

  @AfterAll
  static void stop() throws Exception {
    chromium.close();
    appliance.close();
  }

  @Test
  @Order(41)
  void germanFrenchAndJapaneseKeysArriveAsTheyAreWritten() throws Exception {
    page.navigate(appliance.url() + "/desktops");
    Seated.button(page, "Open desktop").click();
    Seated.awaitScreen(page);
    Seated.awaitWindow(page);
    Seated.type(page, "clear; cat > keys\n");
    CDPSession chrome = context.newCDPSession(page);
    press(chrome, "z KeyY y KeyZ ä Quote ö Semicolon ü BracketLeft ß Minus # Backslash");
    hold(chrome, "Shift", "ShiftLeft", true);
    press(chrome, "Ä Quote ? Minus ; Comma ° Backquote > IntlBackslash");
    hold(chrome, "Shift", "ShiftLeft", false);
    hold(chrome, "AltGraph", "AltRight", true);
    press(chrome, "@ KeyQ € KeyE { Digit7 \\ Minus | IntlBackslash ~ BracketRight");
    hold(chrome, "AltGraph", "AltRight", false);
    press(chrome, "a KeyQ é Digit2 è Digit7 ç Digit9 à Digit0 m Semicolon ù Quote ! Slash");
    hold(chrome, "Shift", "ShiftLeft", true);
    press(chrome, "1 Digit1 µ Backslash § Slash");
    hold(chrome, "Shift", "ShiftLeft", false);
    press(chrome, "@ BracketLeft : Quote ^ Equal \\ IntlRo ¥ IntlYen");
    hold(chrome, "Shift", "ShiftLeft", true);
    press(chrome, "_ IntlRo | IntlYen \" Digit2 ' Digit7 ~ Equal");
    hold(chrome, "Shift", "ShiftLeft", false);
    press(chrome, "あ KeyA");
    page.keyboard().press("Enter");
    page.keyboard().press("Control+d");
    Seated.awaitFile(home, "keys", "zyäöüß#Ä?;°>@€{\\|~aéèçàmù!1µ§@:^\\¥_|\"'~あ\n");
    Chromium.picture(page, "desktop-keys");
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
    Chromium.accessible(page);
    Chromium.picture(page, "desktop-dark");
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
  }

  /** Presses keys as a keyboard of another layout does: pairs of what it writes and where it is. */
  private static void press(CDPSession chrome, String pairs) {
    String[] words = pairs.split(" ", -1);
    for (int i = 0; i < words.length; i += 2) {
      send(chrome, "keyDown", words[i], words[i + 1]);
      send(chrome, "keyUp", words[i], words[i + 1]);
      page.waitForTimeout(20); // as fast as people can
    }
  }

  private static void hold(CDPSession chrome, String key, String code, boolean down) {
    send(chrome, down ? "rawKeyDown" : "keyUp", key, code);
  }

  private static void send(CDPSession chrome, String type, String key, String code) {
    JsonObject event = new JsonObject();
    event.addProperty("type", type);
    event.addProperty("key", key);
    event.addProperty("code", code);
    if (type.equals("keyDown")) {
      event.addProperty("text", key);
    }
    chrome.send("Input.dispatchKeyEvent", event);
  }

  @Test
  @Order(42)
  void aFileDraggedOntoTheDesktopIsInTheHome() throws Exception {
    JSHandle dragged =
        page.evaluateHandle(
            "() => { const t = new DataTransfer();"
                + " t.items.add(new File(['from my computer'], 'dragged.txt')); return t; }");
    page.locator("[data-screen] canvas").dispatchEvent("drop", Map.of("dataTransfer", dragged));
    Seated.awaitFile(home, "dragged.txt", "from my computer");
    assertThat(page.getByText("dragged.txt is in your home")).isVisible();
  }

  @Test
  @Order(43)
  void beforeItEndsByRuleThePageWarnsAndOneClickPutsItOff() throws Exception {
    String id = page.url().replaceFirst(".*/desktops/", "");
    String soon = Instant.now().plusSeconds(10 * 60 + 5).toString();
    String address = appliance.url() + "/api/v1/desktops/" + id;
    page.route( // as half an hour before the end
        address,
        route -> {
          APIResponse answer = route.fetch();
          String body =
              answer
                  .text()
                  .replaceFirst("\"endsAt\":\"[^\"]*\"", "\"endsAt\":\"" + soon + "\"")
                  .replace("\"endsSoon\":false", "\"endsSoon\":true");
          route.fulfill(new Route.FulfillOptions().setResponse(answer).setBody(body));
        });
    page.reload();
    Seated.awaitScreen(page);
    assertThat(page.getByText("It ends in 10 min")).isVisible();
    Chromium.picture(page, "desktop-ends-soon");
    Chromium.accessible(page);
    page.setViewportSize(390, 844);
    Chromium.picture(page, "desktop-ends-soon-phone");
    page.setViewportSize(1280, 800);
    page.unroute(address);
    Seated.button(page, "Extend").click();
    assertThat(page.getByText("It ends in 10 min")).isHidden();
    String ends = appliance.admin().get("/api/v1/desktops/" + id).path("endsAt").asText();
    assertTrue(Instant.parse(ends).isAfter(Instant.now().plusSeconds(4 * 3600)), ends);
    assertTrue(
        appliance.admin().get("/api/v1/audit").toString().contains("desktop.extended"),
        "it is in the audit log");
    Seated.settled(page);
  }

  @Test
  @Order(44)
  void aFileOpensInADesktopProgram() throws Exception {
    String before = page.url();
    Files.writeString(home.resolve("notes.txt"), "what I found\n".repeat(20));
    page.navigate(appliance.url() + "/files");
    page.getByLabel("Actions for notes.txt").click();
    page.getByRole(AriaRole.MENUITEM, new Page.GetByRoleOptions().setName("Open in desktop"))
        .click();
    page.waitForURL("**/desktops/*");
    Seated.awaitScreen(page);
    assertThat(page.getByText("notes.txt ·").first()).isVisible();
    Await.until(
        "a program has the file open",
        PATIENCE,
        () ->
            ProcessHandle.allProcesses()
                .map(p -> p.info().commandLine().orElse(""))
                .anyMatch(line -> line.endsWith("/home/" + Appliance.ADMIN + "/notes.txt")));
    Seated.settled(page);
    Chromium.picture(page, "desktop-open-file");
    String id = page.url().replaceFirst(".*/desktops/", "");
    page.navigate(before);
    appliance.admin().send("DELETE", "/api/v1/desktops/" + id, null);
    Seated.awaitScreen(page);
    Seated.settled(page);
  }

  @Test
  @Order(60)
  void aTerminalIsTakenUpAgain() throws Exception {
    page.navigate(appliance.url() + "/desktops");
    Chromium.accessible(page);
    Chromium.picture(page, "desktops-cards");
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
    Chromium.accessible(page);
    Chromium.picture(page, "desktops-cards-dark");
    page.setViewportSize(390, 844);
    Chromium.picture(page, "desktops-cards-phone-dark");
    page.setViewportSize(1280, 800);
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
    Seated.button(page, "Open terminal").click();
    Locator rows = page.locator(".xterm-rows");
    assertThat(rows).containsText("$", shown());
    page.keyboard().type("echo \"größe $((6*7))\"; stty size > size\n");
    assertThat(rows).containsText("größe 42", shown());
    Chromium.picture(page, "terminal");
    page.reload();
    assertThat(page.locator(".xterm-rows")).containsText("größe 42", shown());
    appliance.killPortal();
    appliance.startPortal();
    assertThat(page.locator("[data-state=open]"))
        .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE_MILLIS));
    assertThat(page.locator(".xterm-rows")).containsText("größe 42", shown());
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
    Chromium.picture(page, "terminal-dark");
    page.setViewportSize(390, 844);
    page.keyboard().type("cat > typed\n");
    Seated.button(page, "Keys").click();
    assertThat(Seated.button(page, "Ctrl-C")).hasCSS("opacity", "1");
    Chromium.picture(page, "terminal-phone-dark");
    Seated.button(page, "Ctrl-C").click();
    assertThat(page.locator(".xterm-rows")).containsText("^C", shown());
    page.setViewportSize(1280, 800);
    page.locator(".xterm").click();
    page.keyboard().type("exit\n");
    assertThat(page.getByText("its program ended")).isVisible();
    Chromium.picture(page, "terminal-ended-dark");
    String ended = page.url();
    Seated.button(page, "Open a new one").click();
    assertThat(page.locator("[data-state=open] .xterm-rows")).containsText("$", shown());
    assertNotEquals(ended, page.url());
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
    String relayed = appliance.admin().send("GET", "/metrics", null).body();
    assertTrue(relayed.contains("relay_connections{kind=\"terminal\"} 1"), relayed);
    assertTrue(relayed.contains("relay_bytes_total{kind=\"vnc\",way=\"down\"}"), relayed);
  }

  @Test
  @Order(65)
  void fromTheClickToTheFirstPixel() throws Exception {
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      page.navigate(appliance.url() + "/desktops");
      Seated.button(page, "Open desktop").click();
      millis.add(
          ((Number)
                  page.evaluate(
                      "() => new Promise(done => { const t = performance.now();"
                          + " const look = () => { const c = document.querySelector('[data-screen] canvas');"
                          + " if (c && c.width > 0 && c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data[3] > 0)"
                          + " done(performance.now() - t); else requestAnimationFrame(look); }; look(); })"))
              .doubleValue());
      Seated.awaitScreen(page);
      String id = page.url().replaceFirst(".*/desktops/", "");
      appliance.admin().send("DELETE", "/api/v1/desktops/" + id, null);
    }
    System.out.println("from the click to the first pixel, ms: " + millis);
  }

  private static LocatorAssertions.ContainsTextOptions shown() {
    return new LocatorAssertions.ContainsTextOptions().setTimeout(PATIENCE_MILLIS);
  }
}
