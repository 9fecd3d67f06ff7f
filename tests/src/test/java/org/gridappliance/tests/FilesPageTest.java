package org.gridappliance.tests;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import com.microsoft.playwright.options.LoadState;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Await;
import org.gridappliance.tests.fixture.Chromium;
import org.gridappliance.tests.fixture.PortalClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Files page as people use it: drop, lose the network, delete by mistake, share, edit at once.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("browser")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FilesPageTest {
  @TempDir static Path folder;
  private Appliance appliance;
  private Chromium chromium;
  private String cookie;
  private String state;
  private BrowserContext context;
  private Page page;
  private final List<String> complaints = new ArrayList<>();

  @BeforeAll
  void start() throws Exception {
    appliance = Appliance.withoutExecutor();
    chromium = Chromium.launch();
    PlaywrightAssertions.setDefaultAssertionTimeout(15_000);
    PortalClient ada = appliance.admin();
    cookie = ada.cookie();
    state =
        "{\"cookies\":[{\"name\":\"session\",\"value\":\"%s\",\"domain\":\"127.0.0.1\",\"path\":\"/\",\"expires\":-1,\"httpOnly\":true,\"secure\":false,\"sameSite\":\"Strict\"}],\"origins\":[]}"
            .formatted(cookie.substring("session=".length()));
  }

  @AfterAll
  void stop() throws Exception {
    chromium.close();
    appliance.close();
  }

  @BeforeEach
  void openPage() {
    complaints.clear();
    context = chromium.withState(state, false, ColorScheme.LIGHT);
    page = context.newPage();
    page.onPageError(complaints::add);
  }

  @AfterEach
  void closePage() {
    context.close();
    assertEquals(List.of(), complaints);
  }

  private void files(String query) {
    page.navigate(appliance.url() + "/files" + query);
    page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Files")).waitFor();
  }

  private Path home() {
    return appliance.data().resolve("users/ada/home");
  }

  private Path file(String name, String content) throws Exception {
    Path file = home().resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  private Locator row(String name) {
    return page.getByRole(AriaRole.ROW, new Page.GetByRoleOptions().setName(name));
  }

  private Locator button(String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private void choose(String name, String action) {
    button("Actions for " + name).click();
    page.getByRole(AriaRole.MENUITEM, new Page.GetByRoleOptions().setName(action)).first().click();
  }

  private void picture(String name) {
    Chromium.picture(page, "files-" + name);
  }

  private void hasContent(String name, String content) throws Exception {
    Await.until(
        name + " arrives",
        Duration.ofSeconds(20),
        () ->
            Files.exists(home().resolve(name))
                && Files.readString(home().resolve(name)).equals(content));
  }

  @Test
  void aFolderWithFoldersInItIsUploadedAsItIs() throws Exception {
    Path set = Files.createDirectories(folder.resolve("survey/plots"));
    Files.writeString(folder.resolve("survey/readme.txt"), "read me");
    Files.writeString(set.resolve("über.csv"), "x,y\n1,2\n2,4\n");
    files("");
    page.locator("input[data-folder]").setInputFiles(folder.resolve("survey"));
    hasContent("survey/plots/über.csv", "x,y\n1,2\n2,4\n");
    hasContent("survey/readme.txt", "read me");
    row("survey").getByText("survey").click();
    assertThat(row("readme.txt")).isVisible();
    row("plots").getByText("plots").click();
    row("über.csv").getByText("über.csv").click();
    assertThat(page.locator("section[aria-label*='über.csv'] table")).isVisible();
    page.getByText("Plot", new Page.GetByTextOptions().setExact(true)).click();
    assertThat(page.locator("section canvas").first()).isVisible();
    Chromium.accessible(page);
    picture("plot");
  }

  @Test
  void whatIsDroppedOnAFolderLandsInIt() throws Exception {
    file("target/keep.txt", "keep");
    files("");
    Object transfer =
        page.evaluateHandle(
            "() => { const t = new DataTransfer(); t.items.add(new File(['dropped'],"
                + " 'dropped.txt')); return t; }");
    row("target").dispatchEvent("drop", java.util.Map.of("dataTransfer", transfer));
    hasContent("target/dropped.txt", "dropped");
  }

  @Test
  void anInterruptedUploadGoesOnAfterAReloadWhereItStopped() throws Exception {
    byte[] bytes = new byte[12_000_000];
    new Random(7).nextBytes(bytes);
    Path big = Files.write(folder.resolve("big.bin"), bytes);
    files("");
    breaksAfterAThird(bytes);
    page.locator("input[type=file]:not([data-folder])").setInputFiles(big);
    assertThat(page.getByText("no connection; goes on by itself")).isVisible();
    picture("offline");
    page.unroute("**/api/v1/uploads/*");
    page.reload();
    assertThat(page.getByText(Pattern.compile("stopped at 33 %"))).isVisible();
    picture("unfinished");
    Chromium.accessible(page);
    List<String> offsets = offsets();
    page.locator("input[type=file][aria-label='Choose big.bin again']").setInputFiles(big);
    Await.until(
        "big.bin arrives", Duration.ofSeconds(20), () -> Files.exists(home().resolve("big.bin")));
    assertEquals(-1, Files.mismatch(big, home().resolve("big.bin")));
    assertThat(row("big.bin")).isVisible();
    assertEquals(List.of("4000000"), offsets);
  }

  @Test
  void anInterruptedUploadInAFormGoesOnAfterAReloadWhereItStopped() throws Exception {
    byte[] bytes = new byte[12_000_000];
    new Random(8).nextBytes(bytes);
    Path large = Files.write(folder.resolve("large.txt"), bytes);
    breaksAfterAThird(bytes);
    page.navigate(appliance.url() + "/apps/command");
    page.locator("input[type=file]").setInputFiles(large);
    assertThat(page.getByText("large.txt: 33 % uploaded · no connection; goes on by itself"))
        .isVisible();
    picture("form-offline");
    page.unroute("**/api/v1/uploads/*");
    page.reload();
    List<String> offsets = offsets();
    page.locator("input[type=file]").setInputFiles(large);
    assertThat(button("Change: large.txt")).isVisible();
    assertEquals(-1, Files.mismatch(large, home().resolve("uploads/large.txt")));
    assertEquals(List.of("4000000"), offsets);
  }

  /**
   * The connection breaks in the middle: a third of the bytes arrive, then nothing comes through.
   */
  private void breaksAfterAThird(byte[] bytes) {
    AtomicInteger tries = new AtomicInteger();
    page.route(
        "**/api/v1/uploads/*",
        route -> {
          if (!route.request().method().equals("PATCH")) {
            route.resume();
          } else {
            if (tries.getAndIncrement() == 0) {
              part(route.request(), Arrays.copyOf(bytes, bytes.length / 3));
            }
            route.abort("internetdisconnected");
          }
        });
  }

  /** {@return where each PATCH from now on begins} */
  private List<String> offsets() {
    List<String> offsets = new ArrayList<>();
    page.onRequest(
        request -> {
          if (request.method().equals("PATCH")) {
            offsets.add(request.headers().getOrDefault("upload-offset", ""));
          }
        });
    return offsets;
  }

  /** Sends the first bytes of a page's PATCH, as a connection does that breaks in the middle. */
  private void part(Request request, byte[] bytes) {
    HttpRequest patch =
        HttpRequest.newBuilder(URI.create(request.url()))
            .method("PATCH", HttpRequest.BodyPublishers.ofByteArray(bytes))
            .header("Tus-Resumable", "1.0.0")
            .header("Upload-Offset", "0")
            .header("Content-Type", "application/offset+octet-stream")
            .header("X-CSRF-Token", request.headers().get("x-csrf-token"))
            .header("Cookie", cookie)
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      assertEquals(204, client.send(patch, HttpResponse.BodyHandlers.discarding()).statusCode());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void anUploadGoesOnAfterKillOfThePortal() throws Exception {
    byte[] bytes = new byte[3_000_000];
    new Random(11).nextBytes(bytes);
    String path = Base64.getEncoder().encodeToString("killed.bin".getBytes(UTF_8));
    String csrf =
        PortalClient.JSON.readTree(send("GET", "/session", null).body()).get("csrf").asText();
    HttpResponse<String> made =
        send(
            "POST",
            "/uploads",
            null,
            "X-CSRF-Token",
            csrf,
            "Upload-Length",
            "3000000",
            "Upload-Metadata",
            "path " + path);
    String upload = made.headers().firstValue("Location").orElseThrow().substring(7);
    assertEquals(204, piece(upload, csrf, 0, Arrays.copyOf(bytes, 1_234_567)));
    appliance.killPortal();
    appliance.startPortal();
    String offset = send("HEAD", upload, null).headers().firstValue("Upload-Offset").orElse("none");
    assertEquals("1234567", offset, "what was acknowledged is there");
    assertEquals(
        204, piece(upload, csrf, 1_234_567, Arrays.copyOfRange(bytes, 1_234_567, bytes.length)));
    assertArrayEquals(bytes, Files.readAllBytes(home().resolve("killed.bin")));
  }

  private int piece(String upload, String csrf, long offset, byte[] bytes) throws Exception {
    return send(
            "PATCH",
            upload,
            bytes,
            "X-CSRF-Token",
            csrf,
            "Upload-Offset",
            Long.toString(offset),
            "Content-Type",
            "application/offset+octet-stream")
        .statusCode();
  }

  private HttpResponse<String> send(
      String method, String path, byte @Nullable [] body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(appliance.url() + "/api/v1" + path))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body))
            .header("Tus-Resumable", "1.0.0")
            .header("Cookie", cookie);
    if (headers.length > 0) {
      request.headers(headers);
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  @Test
  void picturesAndPdfAreDrawnAndPagesAreNeverRun() throws Exception {
    byte[] png =
        Base64.getDecoder()
            .decode(
                "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
    Files.createDirectories(home().resolve("show"));
    Files.write(home().resolve("show/dot.png"), png);
    file("show/evil.html", "<script>document.title = 'run'</script>");
    file("show/evil.svg", "<svg onload=\"document.title = 'run'\"/>");
    file(
        "show/page.pdf",
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]"
            + "/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 150]/Contents 4"
            + " 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj\n4 0 obj<</Length 43>>stream\nBT /F 24 Tf"
            + " 40 70 Td (Grid Appliance) Tj ET\nendstream endobj\n5 0 obj<</Type/Font/Subtype/Type1"
            + "/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");
    files("?path=show&preview=show/dot.png");
    assertThat(page.getByAltText("Picture dot.png")).isVisible();
    row("page.pdf").getByText("page.pdf").click();
    Locator drawn =
        page.getByRole(AriaRole.IMG, new Page.GetByRoleOptions().setName("page.pdf, Page 1 of 1"));
    assertThat(drawn).hasAttribute("height", Pattern.compile("^2[0-9][0-9]$")); // half its width
    picture("pdf");
    for (String name : List.of("evil.html", "evil.svg")) {
      row(name).getByText(name).click();
      assertThat(page.getByText("document.title = 'run'")).isVisible();
      assertEquals("Files · Grid Appliance", page.title());
    }
  }

  @Test
  void whatWasDeletedComesBackByUndoAndFromTheTrash() throws Exception {
    file("mistake/one.txt", "one");
    file("mistake/two.txt", "two");
    files("?path=mistake");
    choose("one.txt", "Delete");
    assertThat(row("one.txt")).hasCount(0);
    button("Undo").click();
    assertThat(row("one.txt")).isVisible();
    assertEquals("one", Files.readString(home().resolve("mistake/one.txt")));
    row("two.txt").getByRole(AriaRole.CHECKBOX).check();
    page.getByRole(AriaRole.TOOLBAR)
        .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Delete"))
        .click();
    assertThat(row("two.txt")).hasCount(0);
    files("?view=trash");
    picture("trash");
    Chromium.accessible(page);
    button("Restore two.txt").click();
    hasContent("mistake/two.txt", "two");
  }

  /**
   * First, while the home is small: a look through ten thousand files takes longer than a page
   * waits.
   */
  @Test
  @Order(1)
  void whatAShellOverwroteAndDeletedComesBackFromEarlierVersionsAndTheTrash() throws Exception {
    file("shell/draft.txt", "yesterday's");
    file("shell/data.txt", "a day's work");
    // the home is looked at before its trash is shown, as it is every ten minutes
    page.waitForResponse("**/api/v1/trash", () -> files("?view=trash"));
    Process shell =
        new ProcessBuilder("sh", "-ec", "echo mistake >draft.txt; rm data.txt")
            .directory(home().resolve("shell").toFile())
            .start();
    assertEquals(0, shell.waitFor());
    files("?path=shell");
    choose("draft.txt", "Earlier versions");
    picture("versions");
    button("Restore").click();
    hasContent("shell/draft.txt", "yesterday's");
    files("?view=trash");
    button("Restore data.txt").click();
    hasContent("shell/data.txt", "a day's work");
  }

  @Test
  void aShareLinkOpensInAnotherBrowserAndADropBoxTakesFiles() throws Exception {
    file("open/data.csv", "x,y\n1,2\n");
    file("open/deep/page.html", "<script>document.title='run'</script>");
    files("");
    choose("open", "Share");
    button("Make link").click();
    String link =
        page.getByRole(AriaRole.TEXTBOX, new Page.GetByRoleOptions().setName("Link").setExact(true))
            .textContent()
            .strip();
    picture("share");
    Chromium.accessible(page);
    try (BrowserContext other = chromium.anonymous(false, ColorScheme.LIGHT)) {
      Page guest = other.newPage();
      guest.onPageError(complaints::add);
      guest.navigate(link);
      assertThat(guest.getByText("data.csv")).isVisible();
      Chromium.accessible(guest);
      Chromium.picture(guest, "files-link");
      Path zip = folder.resolve("open.zip");
      Download download =
          guest.waitForDownload(() -> guest.getByText("Download all (zip)").click());
      download.saveAs(zip);
      try (ZipFile opened = new ZipFile(zip.toFile())) {
        assertTrue(opened.stream().anyMatch(e -> e.getName().equals("data.csv")));
      }
      guest.getByText("deep").click();
      guest.getByText("page.html").click();
      assertThat(guest.getByText("<script>document.title='run'</script>")).isVisible();
      assertTrue(guest.title().startsWith("open"), guest.title());
    }
    button("Close").click();
    choose("open", "Share");
    page.getByText("only upload (drop box)").click();
    button("Make link").click();
    String box =
        page.getByRole(AriaRole.TEXTBOX, new Page.GetByRoleOptions().setName("Link").setExact(true))
            .textContent()
            .strip();
    try (BrowserContext other = chromium.anonymous(true, ColorScheme.DARK)) {
      Page guest = other.newPage();
      guest.navigate(box);
      guest
          .locator("input[type=file]")
          .setInputFiles(new FilePayload("gift.txt", "text/plain", "a gift".getBytes(UTF_8)));
      assertThat(guest.getByText("1 file delivered. Thank you.")).isVisible();
      Chromium.accessible(guest);
      Chromium.picture(guest, "files-dropbox-phone-dark");
    }
    hasContent("open/gift.txt", "a gift");
    files("?view=shares");
    assertThat(page.getByText("Stop sharing").first()).isVisible();
    Chromium.accessible(page);
    picture("shares");
  }

  @Test
  void twoEditorsOfOneFileAreBothAsked() throws Exception {
    file("edit/notes.txt", "first");
    files("?path=edit&preview=edit/notes.txt");
    button("Edit").click();
    Locator area =
        page.getByRole(AriaRole.TEXTBOX, new Page.GetByRoleOptions().setName("Text of notes.txt"));
    area.fill("mine");
    file("edit/notes.txt", "theirs, from a mounted drive");
    button("Save").click();
    assertThat(page.getByText("Somebody changed this file meanwhile")).isVisible();
    assertThat(page.getByText("theirs, from a mounted drive")).isVisible();
    Chromium.accessible(page);
    picture("conflict");
    assertEquals(
        "theirs, from a mounted drive", Files.readString(home().resolve("edit/notes.txt")));
    button("Save mine as a new file").click();
    hasContent("edit/notes-2.txt", "mine");
  }

  @Test
  void tenThousandEntriesScrollAndTheKeyboardReachesAll() throws Exception {
    Path many = Files.createDirectories(home().resolve("many"));
    for (int i = 0; i < 10_000; i++) {
      Files.createFile(many.resolve("entry-%05d.txt".formatted(i)));
    }
    files("?path=many");
    assertThat(page.getByText("10,000 entries")).isVisible();
    assertTrue(page.getByRole(AriaRole.ROW).count() < 100, "only what is seen exists");
    page.getByRole(AriaRole.GRID).focus();
    page.keyboard().press("End");
    assertThat(row("entry-09999.txt")).isVisible();
    page.keyboard().press("Home");
    page.keyboard().press("Shift+ArrowDown");
    page.keyboard().press("Shift+ArrowDown");
    assertThat(page.getByText("3 selected")).isVisible();
    page.keyboard().press("Escape");
    page.keyboard().press("F2");
    page.getByLabel("New name of entry-00002.txt").fill("renamed.txt");
    page.keyboard().press("Enter");
    assertThat(page.getByText("Renamed entry-00002.txt to renamed.txt")).isVisible();
    Await.until(
        "it is renamed", Duration.ofSeconds(10), () -> Files.exists(many.resolve("renamed.txt")));
    picture("many");
  }

  @Test
  void everyViewIsAccessibleOnDesktopAndPhoneInLightAndDark() throws Exception {
    file("looks/table.csv", "time,voltage\n0,1.5\n1,1.7\n2,1.2\n");
    file("looks/README", "A short text.\n".repeat(5));
    file("looks/run.sh", "#!/bin/sh\necho hello\n");
    Files.createDirectories(home().resolve("looks/results"));
    List<String> findings = new ArrayList<>();
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      for (boolean phone : new boolean[] {false, true}) {
        try (BrowserContext other = chromium.withState(state, phone, scheme)) {
          page = other.newPage();
          boolean isJudged = phone == (scheme == ColorScheme.DARK); // as in FirstRunStoryTest
          String how =
              (phone ? "phone-" : "desktop-") + scheme.name().toLowerCase(Locale.ROOT) + "-";
          for (String view :
              List.of(
                  "?path=looks",
                  "?path=looks&preview=looks/table.csv",
                  "?path=empty",
                  "?path=looks&search=table",
                  "?view=received",
                  "?view=trash")) {
            Files.createDirectories(home().resolve("empty"));
            files(view);
            page.waitForLoadState(LoadState.NETWORKIDLE);
            look(how + view.replaceAll("[^a-z]+", "-"), isJudged, findings);
          }
          files("?path=looks");
          button("Mount on my computer").click();
          button("Make a token").click();
          page.getByText("Copy it now").waitFor();
          look(how + "mount", isJudged, findings);
        }
      }
    }
    assertEquals(List.of(), findings);
  }

  private void look(String name, boolean isJudged, List<String> findings) {
    try {
      if (isJudged) {
        Chromium.accessible(page);
      }
    } catch (AssertionError e) {
      findings.add(name + " " + e.getMessage());
    }
    picture(name);
  }
}
