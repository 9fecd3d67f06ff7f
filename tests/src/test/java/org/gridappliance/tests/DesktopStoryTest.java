package org.gridappliance.tests;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.JSHandle;
import com.microsoft.playwright.Keyboard;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.MouseButton;
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
import org.gridappliance.tests.fixture.PortalClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A desktop and a terminal in a real browser: typed into, left, killed under, watched, shared. */
@Tag("browser")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DesktopStoryTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final double PATIENCE_MILLIS = 20_000;

  /**
   * A mark of the dark and light dots inside the first terminal window, and how many are dark. Not
   * of the colours: pictures may come with losses.
   */
  private static final String TERMINAL_PIXELS =
      "() => { const c = document.querySelector('[data-screen] canvas');"
          + " const d = c.getContext('2d').getImageData(6, 26, 400, 160).data;"
          + " let h = 7, lit = 0; for (let i = 0; i < d.length; i += 4) {"
          + " const dark = d[i] < 128 ? 1 : 0; h = (h * 31 + dark) | 0; lit += dark; }"
          + " return h + ':' + lit; }";

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
    page = login(context, Appliance.ADMIN, Appliance.PASSWORD);
  }

  @AfterAll
  static void stop() throws Exception {
    chromium.close();
    appliance.close();
  }

  @Test
  @Order(10)
  void whatIsTypedIsDoneAndShown() throws Exception {
    page.navigate(appliance.url() + "/desktops");
    Chromium.picture(page, "desktops-empty");
    button(page, "Open desktop").click();
    awaitScreen(page);
    awaitPrompt(page);
    type(page, "clear; echo $((6*7)) | tee answer\n");
    awaitFile("answer", "42\n");
    Chromium.picture(page, "desktop-42");
    Chromium.accessible(page);
  }

  @Test
  @Order(20)
  void afterAReloadAndAKilledPortalItIsTheSameDesktopWithTheSameText() throws Exception {
    String before = settled(page);
    assertTrue(Integer.parseInt(before.split(":", 2)[1]) > 20, "nothing is written: " + before);
    page.reload();
    awaitScreen(page);
    awaitPixels(page, before);
    appliance.killPortal();
    assertThat(page.getByText("Connecting again")).isVisible();
    Chromium.picture(page, "desktop-lost");
    appliance.startPortal();
    awaitScreen(page);
    awaitPixels(page, before);
    type(page, "echo again > after\n");
    awaitFile("after", "again\n");
  }

  @Test
  @Order(30)
  void whoMayOnlyWatchSeesAndCannotAct() throws Exception {
    PortalClient admin = appliance.admin();
    admin.newUser("bob");
    String id = page.url().replaceFirst(".*/desktops/", "");
    String secret =
        PortalClient.JSON
            .readTree(
                admin
                    .send("POST", "/api/v1/desktops/" + id + "/shares", Map.of("name", "for Bob"))
                    .body())
            .path("secret")
            .asText();
    try (BrowserContext other = chromium.anonymous(false, ColorScheme.DARK)) {
      Page watcher = login(other, "bob", Appliance.PASSWORD);
      assertEquals(
          404,
          watcher.navigate(appliance.url() + "/api/v1/desktops/" + id).status(),
          "what is not his is not there");
      watcher.navigate(appliance.url() + "/desktops/shared#" + secret);
      awaitScreen(watcher);
      awaitPixels(watcher, settled(page));
      type(watcher, "touch forbidden\n");
      type(page, "touch allowed\n");
      awaitFile("allowed", "");
      assertFalse(Files.exists(home.resolve("forbidden")), "a watcher's keys arrived");
      Chromium.picture(watcher, "desktop-watched-dark");
      String share =
          admin
              .get("/api/v1/desktops/" + id + "/shares")
              .path("shares")
              .path(0)
              .path("id")
              .asText();
      admin.send("DELETE", "/api/v1/desktops/" + id + "/shares/" + share, null);
      assertThat(watcher.getByText("took the link back")).isVisible();
      Chromium.picture(watcher, "desktop-link-taken-back");
    }
  }

  @Test
  @Order(40)
  void theClipboardGoesBothWays() throws Exception {
    page.bringToFront();
    type(page, "clear; yes copiedthere | head -60\n");
    settled(page);
    Locator canvas = page.locator("[data-screen] canvas");
    canvas.dblclick(new Locator.DblclickOptions().setPosition(60, 200));
    button(page, "Clipboard").click();
    Locator panel = page.getByLabel("Text on the desktop's clipboard");
    assertThat(panel).hasValue("copiedthere");
    assertEquals("copiedthere", page.evaluate("navigator.clipboard.readText()"));
    panel.fill("pasted-42-ü");
    Chromium.picture(page, "desktop-clipboard");
    button(page, "Send to the desktop").click();
    page.keyboard().press("Escape");
    canvas.click(new Locator.ClickOptions().setPosition(60, 200));
    type(page, "clear; echo ");
    canvas.click(new Locator.ClickOptions().setPosition(60, 200).setButton(MouseButton.MIDDLE));
    type(page, " > pasted\n");
    awaitFile("pasted", "pasted-42-ü\n");
  }

  @Test
  @Order(41)
  void germanFrenchAndJapaneseKeysArriveAsTheyAreWritten() throws Exception {
    type(page, "clear; cat > keys\n");
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
    awaitFile("keys", "zyäöüß#Ä?;°>@€{\\|~aéèçàmù!1µ§@:^\\¥_|\"'~あ\n");
    Chromium.picture(page, "desktop-keys");
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
    awaitFile("dragged.txt", "from my computer");
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
    awaitScreen(page);
    assertThat(page.getByText("It ends in 10 min")).isVisible();
    Chromium.picture(page, "desktop-ends-soon");
    Chromium.accessible(page);
    page.setViewportSize(390, 844);
    Chromium.picture(page, "desktop-ends-soon-phone");
    page.setViewportSize(1280, 800);
    page.unroute(address);
    button(page, "Extend").click();
    assertThat(page.getByText("It ends in 10 min")).isHidden();
    String ends = appliance.admin().get("/api/v1/desktops/" + id).path("endsAt").asText();
    assertTrue(Instant.parse(ends).isAfter(Instant.now().plusSeconds(4 * 3600)), ends);
    assertTrue(
        appliance.admin().get("/api/v1/audit").toString().contains("desktop.extended"),
        "it is in the audit log");
    settled(page);
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
    awaitScreen(page);
    assertThat(page.getByText("notes.txt ·").first()).isVisible();
    Await.until(
        "a program has the file open",
        PATIENCE,
        () ->
            ProcessHandle.allProcesses()
                .map(p -> p.info().commandLine().orElse(""))
                .anyMatch(line -> line.endsWith("/home/" + Appliance.ADMIN + "/notes.txt")));
    settled(page);
    Chromium.picture(page, "desktop-open-file");
    String id = page.url().replaceFirst(".*/desktops/", "");
    page.navigate(before);
    appliance.admin().send("DELETE", "/api/v1/desktops/" + id, null);
    awaitScreen(page);
    settled(page);
  }

  @Test
  @Order(50)
  void itsSizeFollowsTheWindow() throws Exception {
    page.setViewportSize(390, 844);
    Await.until(
        "the desktop is as wide as the phone",
        PATIENCE,
        () -> {
          int width = ((Number) page.evaluate("document.querySelector('canvas').width")).intValue();
          return width > 300 && width <= 390;
        });
    settled(page);
    button(page, "Keys").click();
    page.getByLabel("Type here").pressSequentially("clear; echo phone > small");
    page.keyboard().press("Enter");
    awaitFile("small", "phone\n");
    Chromium.picture(page, "desktop-phone");
    Chromium.accessible(page);
    page.setViewportSize(1280, 800);
  }

  @Test
  @Order(60)
  void aTerminalIsTakenUpAgain() throws Exception {
    page.navigate(appliance.url() + "/desktops");
    Chromium.accessible(page);
    Chromium.picture(page, "desktops-cards");
    button(page, "Open terminal").click();
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
    page.keyboard().type("exit\n");
    assertThat(page.getByText("its program ended")).isVisible();
    Chromium.picture(page, "terminal-ended");
  }

  @Test
  @Order(65)
  void fromTheClickToTheFirstPixel() throws Exception {
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      page.navigate(appliance.url() + "/desktops");
      button(page, "Open desktop").click();
      millis.add(
          ((Number)
                  page.evaluate(
                      "() => new Promise(done => { const t = performance.now();"
                          + " const look = () => { const c = document.querySelector('[data-screen] canvas');"
                          + " if (c && c.width > 0 && c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data[3] > 0)"
                          + " done(performance.now() - t); else requestAnimationFrame(look); }; look(); })"))
              .doubleValue());
      awaitScreen(page);
      String id = page.url().replaceFirst(".*/desktops/", "");
      appliance.admin().send("DELETE", "/api/v1/desktops/" + id, null);
    }
    System.out.println("from the click to the first pixel, ms: " + millis);
  }

  @Test
  @Order(70)
  void stoppingEndsEveryProgramAndSaysSo() throws Exception {
    String id =
        appliance.admin().get("/api/v1/desktops").path("desktops").path(0).path("id").asText();
    page.navigate(appliance.url() + "/desktops");
    Locator card = page.locator("[data-desktop='" + id + "']");
    card.getByLabel("More for Desktop").click();
    page.getByRole(AriaRole.MENUITEM, new Page.GetByRoleOptions().setName("Stop")).click();
    button(page, "Stop").click();
    assertThat(card).containsText("It ended: stopped by its owner");
    Chromium.picture(page, "desktops-stopped");
    assertEquals(
        0,
        ProcessHandle.allProcesses()
            .filter(p -> p.info().command().orElse("").endsWith("/Xtigervnc"))
            .filter(p -> p.info().arguments().isPresent())
            .filter(p -> List.of(p.info().arguments().get()).contains("-inetd"))
            .count());
  }

  private static LocatorAssertions.ContainsTextOptions shown() {
    return new LocatorAssertions.ContainsTextOptions().setTimeout(PATIENCE_MILLIS);
  }

  private static Page login(BrowserContext context, String name, String password) {
    Page page = context.newPage();
    page.navigate(appliance.url() + "/login");
    page.getByLabel("Name").first().fill(name);
    page.getByLabel("Password").first().fill(password);
    button(page, "Log in").click();
    page.waitForURL(appliance.url() + "/");
    return page;
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private static void awaitScreen(Page page) {
    assertThat(page.locator("[data-screen][data-connected=true] canvas"))
        .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE_MILLIS));
  }

  /** Until the terminal window is drawn and stands still. */
  private static void awaitPrompt(Page page) throws Exception {
    Await.until(
        "a terminal window is shown",
        PATIENCE,
        () -> {
          int white =
              ((Number)
                      page.evaluate(
                          "() => { const c = document.querySelector('[data-screen] canvas');"
                              + " const d = c.getContext('2d').getImageData(40, 60, 400, 200).data;"
                              + " let w = 0; for (let i = 0; i < d.length; i += 4)"
                              + " w += d[i] > 240 && d[i + 1] > 240 && d[i + 2] > 240 ? 1 : 0;"
                              + " return w; }"))
                  .intValue();
          return white > 60_000;
        });
    settled(page);
  }

  /** {@return the picture's mark once it has been the same for ten looks} */
  private static String settled(Page page) throws Exception {
    String[] last = {""};
    int[] same = {0};
    Await.until(
        "the picture stands still",
        PATIENCE,
        () -> {
          page.waitForTimeout(40);
          String now = String.valueOf(page.evaluate(TERMINAL_PIXELS));
          same[0] = now.equals(last[0]) ? same[0] + 1 : 0;
          last[0] = now;
          return same[0] >= 10;
        });
    return last[0];
  }

  private static void awaitPixels(Page page, String wanted) throws Exception {
    Await.until(
        "the picture is as before",
        PATIENCE,
        () -> wanted.equals(String.valueOf(page.evaluate(TERMINAL_PIXELS))));
  }

  private static void type(Page page, String text) {
    page.locator("[data-screen] canvas").focus();
    page.keyboard().type(text, new Keyboard.TypeOptions().setDelay(20)); // as fast as people can
  }

  private static void awaitFile(String name, String content) throws Exception {
    Await.until(
        name + " holds " + content,
        PATIENCE,
        () ->
            Files.exists(home.resolve(name))
                && Files.readString(home.resolve(name)).equals(content));
  }
}
