package org.gridappliance.tests;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.LoadState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Chromium;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The first run, as a newcomer does it in a browser: printed link, first account, HMMER search on
 * files of his own, live subjobs, plot, table, zip. Then every page is looked at: four ways of
 * screen, axe-core on each.
 */
@Tag("browser")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FirstRunStoryTest {
  private static Appliance appliance;
  private static Chromium chromium;
  private static String jobAddress;
  private static String session;

  @BeforeAll
  static void start() throws Exception {
    appliance = Appliance.fresh(2);
    chromium = Chromium.launch();
  }

  @AfterAll
  static void stop() throws Exception {
    chromium.close();
    appliance.close();
  }

  @Test
  @Order(1)
  void newcomerGetsFromThePrintedLinkToAPlotAndAZip() throws Exception {
    BrowserContext context = chromium.anonymous(false, ColorScheme.LIGHT);
    Page page = context.newPage();
    List<String> complaints = new ArrayList<>();
    page.onConsoleMessage(m -> remember(complaints, m.type(), m.text() + " " + m.location()));
    page.onPageError(complaints::add);

    page.navigate(appliance.setupLink());
    page.waitForURL(appliance.url() + "/setup"); // the secret leaves the address
    page.getByLabel("Name").first().fill("marie");
    page.getByLabel("Password").first().fill("radium and polonium");
    Chromium.picture(page, "setup");
    button(page, "Make administrator").click();

    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Apps")).first().click();
    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Open HMMER search")).click();
    Locator files = page.locator("input[type=file]");
    assertThat(files).hasCount(2);
    files.nth(0).setInputFiles(TestApps.exampleEnding("hmmsearch", ".hmm"));
    assertThat(page.locator("input[type=file]")).hasCount(1);
    page.locator("input[type=file]").setInputFiles(TestApps.exampleEnding("hmmsearch", ".fasta"));
    assertThat(page.locator("input[type=file]")).hasCount(0);
    page.evaluate("window.neverReloaded = true");
    assertThat(button(page, "Run")).isEnabled();
    Chromium.picture(page, "form-filled");
    button(page, "Run").click();

    page.waitForURL("**/jobs/*");
    jobAddress = page.url().replaceFirst("[?].*", "");
    assertThat(page.locator(".chip").first())
        .containsText("Completed", new ContainsTextOptions().setTimeout(60_000));
    assertEquals(true, page.evaluate("window.neverReloaded"), "the page moved without a reload");
    assertThat(page.locator("canvas").first()).isVisible();
    Locator rows = page.locator("table tbody tr");
    assertThat(rows.first()).isVisible();
    Chromium.picture(page, "results");
    sortsByScore(page, rows);
    choosesRowsInPlotAndTable(page, rows);

    Path zip = Files.createTempFile("results", ".zip");
    Download download =
        page.waitForDownload(
            () ->
                page.getByRole(
                        AriaRole.LINK, new Page.GetByRoleOptions().setName("Download all (zip)"))
                    .first()
                    .click());
    download.saveAs(zip);
    try (ZipFile opened = new ZipFile(zip.toFile())) {
      assertTrue(opened.stream().anyMatch(e -> e.getName().endsWith("hits.tsv")), "hits.tsv");
    }
    Files.delete(zip);
    theSameAgainIsToldBesideRun(page);
    session = context.storageState();
    context.close();
    assertEquals(List.of(), complaints);
  }

  /** axe-core judges light pages on the desktop and dark ones on the phone; all are pictured. */
  @Test
  @Order(2)
  void everyPageIsAccessibleOnDesktopAndPhoneInLightAndDark() {
    List<String> pages =
        List.of(
            "/",
            "/apps",
            "/apps/hmmsearch",
            "/apps/cachegrind",
            "/jobs",
            jobAddress,
            jobAddress + "?tab=subjobs",
            jobAddress + "?tab=output",
            jobAddress + "?tab=files",
            jobAddress + "?tab=about",
            "/files",
            "/pool",
            "/pool/share",
            "/admin",
            "/profile",
            "/reference?operation=submitJob",
            "/reference?schema=Job");
    List<String> findings = new ArrayList<>();
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      for (boolean phone : new boolean[] {false, true}) {
        try (BrowserContext context = chromium.withState(session, phone, scheme)) {
          Page page = context.newPage();
          for (String address : pages) {
            look(page, address, phone, scheme, findings);
          }
        }
        try (BrowserContext context = chromium.anonymous(phone, scheme)) {
          Page page = context.newPage();
          for (String address : List.of("/login", "/register", "/join")) {
            look(page, address, phone, scheme, findings);
          }
        }
      }
    }
    assertEquals(List.of(), findings);
  }

  @Test
  @Order(3)
  void aLinkToAnOperationOfTheReferenceLeadsToIt() {
    try (BrowserContext context = chromium.withState(session, false, ColorScheme.LIGHT)) {
      Page page = context.newPage();
      page.navigate(appliance.url() + "/reference?operation=submitJob");
      page.waitForFunction( // below the bar, which stays at the top
          "() => { const top = document.getElementById('submitJob')?.getBoundingClientRect().top;"
              + " return top >= 56 && top < 120; }");
    }
  }

  private static void look(
      Page page, String address, boolean phone, ColorScheme scheme, List<String> findings) {
    page.navigate(address.startsWith("http") ? address : appliance.url() + address);
    page.locator("h1, h2").first().waitFor();
    page.waitForLoadState(LoadState.LOAD);
    String how = (phone ? "phone-" : "desktop-") + scheme.name().toLowerCase(Locale.ROOT);
    if (phone == (scheme == ColorScheme.DARK)) {
      try {
        Chromium.accessible(page);
      } catch (AssertionError e) {
        findings.add(how + " " + e.getMessage());
      }
    }
    Chromium.picture(
        page, how + address.replaceFirst("^http://[^/]*", "").replaceAll("[^a-z0-9]+", "-"));
  }

  /** Offered, not taken: Run stays what it is. */
  private static void theSameAgainIsToldBesideRun(Page page) {
    String job = jobAddress.replaceFirst(".*/", "");
    page.navigate(appliance.url() + "/apps/hmmsearch?from=" + job);
    Locator told = page.getByText("You ran exactly this on");
    assertThat(told).containsText("job " + job + ", it took");
    assertThat(button(page, "Run")).isEnabled();
    Chromium.picture(page, "form-ran-before");
    page.getByLabel("Largest E-value").first().fill("1");
    assertThat(told).hasCount(0);
    page.getByLabel("Largest E-value").first().fill("10.0");
    assertThat(told).isVisible();
    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Show its results")).click();
    page.waitForURL("**/jobs/" + job + "?tab=results");
  }

  private static void sortsByScore(Page page, Locator rows) {
    page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Sort by Score"))
        .first()
        .click();
    page.waitForURL("**sort**");
    assertThat(rows.first()).isVisible();
  }

  /** A bar by keyboard, a box by mouse, a row by its checkbox: plot, table, link and file agree. */
  private static void choosesRowsInPlotAndTable(Page page, Locator rows) throws IOException {
    Locator plot = page.getByRole(AriaRole.APPLICATION).first();
    Locator chosen = page.locator("tr[data-chosen]");
    plot.focus();
    page.keyboard().press("End");
    assertThat(plot.getByRole(AriaRole.STATUS)).containsText("Score");
    page.keyboard().press("Enter");
    Locator said = page.getByText(Pattern.compile("^[0-9,]+ rows? chosen$"));
    assertThat(said).isVisible();
    assertThat(rows.first()).hasAttribute("data-chosen", "true");
    Chromium.picture(page, "results-chosen-bar");
    page.locator("table input[type=checkbox]").nth(1).uncheck();
    assertThat(page.locator("tr[data-chosen]")).hasCount(0);
    page.locator("table input[type=checkbox]").nth(2).check();
    assertThat(said).hasText("1 row chosen");
    page.keyboard().press("Escape");
    assertThat(said).hasCount(0);

    page.evaluate("window.scrollTo(0, 0)");
    BoundingBox box = plot.boundingBox();
    page.mouse().move(box.x + 80, box.y + 20);
    page.mouse().down();
    page.mouse().move(box.x + box.width - 30, box.y + 280);
    page.mouse().up();
    assertThat(said).isVisible();
    int number = Integer.parseInt(said.textContent().replaceAll("\\D", ""));
    assertTrue(number > 1, "a box over the whole plot holds " + number + " rows");
    page.evaluate("window.scrollTo(0, 0)");
    Chromium.picture(page, "results-chosen-box");
    Download download = page.waitForDownload(() -> button(page, "Save as CSV").click());
    Path csv = Files.createTempFile("chosen", ".csv");
    download.saveAs(csv);
    assertEquals(number + 1, Files.readAllLines(csv).size(), "lines of the file");
    Files.delete(csv);
    page.reload();
    assertThat(said).containsText(number + " rows chosen");
    assertThat(chosen.first()).isVisible();
    button(page, "Clear").click();
    assertThat(said).hasCount(0);
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private static void remember(List<String> complaints, String type, String text) {
    if (type.equals("error")) {
      complaints.add(text);
    }
  }
}
