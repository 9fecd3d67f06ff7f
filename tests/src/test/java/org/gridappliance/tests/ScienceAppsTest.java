package org.gridappliance.tests;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Await;
import org.gridappliance.tests.fixture.Chromium;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.Repository;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The scientific applications run their examples from their bundles and give the known answers;
 * their forms show what an application's form can do.
 */
@Tag("browser")
class ScienceAppsTest {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final Page.GetByTextOptions EXACTLY = new Page.GetByTextOptions().setExact(true);
  private static final String COMPARE = "Compare runs or values";
  private static Appliance appliance;
  private static PortalClient ada;

  @BeforeAll
  static void start() throws Exception {
    appliance = Appliance.start(2);
    ada = appliance.admin();
    TestApps.drop(appliance, "drawings");
  }

  @AfterAll
  static void stop() throws Exception {
    appliance.close();
  }

  /** Runs an application's example as its form would, and returns the rows of a table. */
  private static List<List<Double>> rows(String app, int example, String table) throws Exception {
    JsonNode one = ada.get("/api/v1/apps/" + app).get("examples").get(example);
    Map<String, Object> more =
        one.get("sweep").isEmpty() ? Map.of() : Map.of("sweep", one.get("sweep"));
    long job = submit(app, one.get("inputs"), more);
    ada.awaitCompleted(job, LIMIT);
    List<List<Double>> rows = new ArrayList<>();
    for (JsonNode row : ada.get("/api/v1/jobs/" + job + "/tables/" + table).get("rows")) {
      List<Double> numbers = new ArrayList<>();
      row.forEach(cell -> numbers.add(cell.isNumber() ? cell.asDouble() : Double.NaN));
      rows.add(numbers);
    }
    return rows;
  }

  private static long submit(String app, JsonNode inputs, Map<String, ?> more) throws Exception {
    Map<String, Object> values = new java.util.LinkedHashMap<>();
    inputs.properties().forEach(entry -> values.put(entry.getKey(), entry.getValue()));
    return ada.submit(app, values, more);
  }

  @Test
  void vinaPutsBenzeneIntoThePocket() throws Exception {
    double affinity = rows("vina", 0, "best").getFirst().getFirst();
    assertEquals(-3.43, affinity, 0.1, "kcal/mol, as vina 1.2.3 says");
  }

  @Test
  void aLibraryOfLigandsIsOneJobWithARowForEach() throws Exception {
    try (Chromium chromium = Chromium.launch();
        BrowserContext context = chromium.anonymous(false, ColorScheme.LIGHT)) {
      Page page = context.newPage();
      logIn(page);
      page.navigate(appliance.url() + "/apps/vina?example=2");
      assertThat(page.getByText("2 files, each a run of its own")).isVisible();
      button(page, "Remove ligand.pdbqt").click();
      assertThat(page.getByText("1 file", new Page.GetByTextOptions().setExact(true))).isVisible();
      Path folder = appliance.data().resolve("users/ada/home/ligands");
      Files.createDirectories(folder);
      Path given = TestApps.exampleEnding("vina", "ligand.pdbqt");
      Files.copy(given, folder.resolve("flexible.pdbqt"));
      Files.writeString(folder.resolve("notes.txt"), "none of them");
      button(page, "Ligand: From my files").click();
      Locator picker = page.getByRole(AriaRole.DIALOG);
      picker.getByText("ligands", new Locator.GetByTextOptions().setExact(true)).click();
      button(page, "Mark the one file here").click(); // the notes are of another kind
      Chromium.accessible(page);
      Chromium.picture(page, "form-files-picker");
      button(page, "Use 1 file").click();
      page.locator("input[type=file][aria-label='Ligand: Choose files']")
          .setInputFiles(new Path[] {given});
      assertThat(page.getByText("3 files, each a run of its own")).isVisible();
      Chromium.accessible(page);
      Chromium.picture(page, "form-files");
      for (String step : List.of("Box", "Search", "Review")) {
        button(page, "Next").click();
        assertThat(
                page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(2)).first())
            .containsText(step);
      }
      Chromium.picture(page, "form-files-review");
      button(page, "Run").click();
      page.waitForURL("**/jobs/*");
      assertThat(page.locator(".chip").first())
          .containsText("Completed", new ContainsTextOptions().setTimeout(90_000));
      assertThat(page.locator("canvas").first()).isVisible();
      Chromium.picture(page, "form-files-results");
      String job = page.url().replaceAll(".*/jobs/(\\d+).*", "$1");
      List<String> ligands = new ArrayList<>();
      for (JsonNode row : ada.get("/api/v1/jobs/" + job + "/tables/best").get("rows")) {
        ligands.add(row.get(0).asText());
      }
      assertEquals(
          List.of("benzene.pdbqt", "ligands/flexible.pdbqt", "uploads/ligand.pdbqt"), ligands);
      looked(chromium, context.storageState(), "/apps/vina?example=2&step=4", "form-files");
    }
  }

  @Test
  void blastpFindsTheGlobinsAndNotTheLysozyme() throws Exception {
    JsonNode one = ada.get("/api/v1/apps/blastp").get("examples").get(0);
    long job = submit("blastp", one.get("inputs"), Map.of("chunks", 2));
    ada.awaitCompleted(job, LIMIT);
    List<String> found = new ArrayList<>();
    for (JsonNode row : ada.get("/api/v1/jobs/" + job + "/tables/hits").get("rows")) {
      if (row.get(0).asText().equals("alpha")) {
        found.add(row.get(1).asText() + " " + Math.round(row.get(2).asDouble()));
      }
    }
    assertEquals("HBA_HUMAN 100", found.getFirst());
    assertTrue(found.contains("HBB_HUMAN 43"), found.toString());
    assertTrue(found.stream().noneMatch(f -> f.startsWith("LYSC")), found.toString());
  }

  /** The energy of the perfect crystal at density 0.8442 with a cutoff of 2.5 is well known. */
  @Test
  void lammpsBeginsAtTheCrystalsEnergyAndKeepsTheTotal() throws Exception {
    List<List<Double>> rows = rows("lammps", 0, "thermo");
    assertEquals(-6.7733681, rows.getFirst().get(3), 1e-6);
    double first = rows.getFirst().get(4);
    double last = rows.getLast().get(4);
    assertEquals(first, last, 0.02 * Math.abs(first), "the total energy stays");
  }

  @Test
  void octaveIntegratesGaussians() throws Exception {
    List<List<Double>> rows = rows("octave", 0, "results");
    assertEquals(5, rows.size());
    for (List<Double> row : rows) {
      assertEquals(Math.sqrt(Math.PI / row.get(0)), row.get(1), 1e-8, "a = " + row.get(0));
    }
  }

  @Test
  void aCommandPrintsWhatTheShellSays() throws Exception {
    JsonNode one = ada.get("/api/v1/apps/command").get("examples").get(0);
    long job = submit("command", one.get("inputs"), Map.of("sweep", one.get("sweep")));
    ada.awaitCompleted(job, LIMIT);
    String file =
        ada.get("/api/v1/jobs/" + job + "/results").get("files").get(0).get("path").asText();
    assertEquals("1\n1\n2\n1\n2\n3\n", ContainedJobTest.text(ada, job, file));
  }

  @Test
  void aSweepOfAThousandMillionIsRefusedWithCountAndLimit() throws Exception {
    ObjectNode body = PortalClient.JSON.createObjectNode().put("app", "octave");
    body.putObject("inputs").put("script", "example:gauss.m");
    ObjectNode sweep = body.putObject("sweep");
    sweep.putObject("parameter").put("from", 1).put("to", 2).put("count", 100_000);
    sweep.putObject("seed").put("from", 1).put("to", 10000).put("step", 1);
    HttpResponse<String> response = ada.send("POST", "/api/v1/jobs", body);
    assertEquals(400, response.statusCode());
    assertTrue(
        response.body().contains("the sweep has 1,000,000,000 combinations: want at most 100,000"),
        response.body());
  }

  @Test
  void theFormTakesUnitsRangesPresetsAndHidesWhatIsNotNeeded() throws Exception {
    try (Chromium chromium = Chromium.launch();
        BrowserContext context = chromium.anonymous(false, ColorScheme.LIGHT)) {
      Page page = context.newPage();
      logIn(page);
      page.navigate(appliance.url() + "/apps/vina?example=0");
      Locator step = page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(2));
      assertThat(step.first()).hasText("Step 1 of 4: Molecules");
      button(page, "Next").click();
      assertThat(step.first()).hasText("Step 2 of 4: Box");
      assertThat(step.first()).isFocused();
      Locator x = page.getByLabel("Centre x", new Page.GetByLabelOptions().setExact(true));
      x.fill("1.1 nm");
      assertThat(page.getByText("= 11 Å")).isVisible();
      x.fill("11 kg");
      button(page, "Next").click();
      assertThat(page.getByText("kg cannot be converted to Å.")).isVisible();
      assertThat(x).isFocused();
      Chromium.accessible(page);
      Chromium.picture(page, "form-step-wrong");
      x.fill("1.1 nm");
      x.press("Control+Enter");
      assertThat(step.first()).hasText("Step 3 of 4: Search");
      page.goBack();
      assertThat(x).hasValue("1.1 nm");
      page.goForward();
      assertThat(page.getByLabel("Evaluations of the score in a run")).hasCount(0);
      button(page, "Quick look").click();
      assertThat(page.getByLabel("Evaluations of the score in a run")).hasValue("2000");
      Chromium.accessible(page);
      Chromium.picture(page, "form-step");
      several(page, "Seed");
      page.getByLabel("Seed: How the values are told").selectOption("step");
      page.getByLabel("Seed: From").fill("1");
      page.getByLabel("Seed: To").fill("3");
      page.getByLabel("Seed: Step").fill("1");
      assertThat(page.getByText("3 values")).isVisible();
      button(page, "Next").click();
      assertThat(step.first()).hasText("Step 4 of 4: Review");
      assertThat(page.getByRole(AriaRole.TABLE).getByText("1 to 3, step 1")).isVisible();
      assertThat(
              page.getByRole(
                  AriaRole.REGION, new Page.GetByRoleOptions().setName("What this becomes")))
          .containsText("Subjobs3", new ContainsTextOptions().setTimeout(20_000));
      Chromium.picture(page, "form-sweep");
      Chromium.accessible(page);
      aRefusalOpensItsStep(page);
      Page other = context.newPage();
      other.navigate(appliance.url() + "/apps/vina?step=3"); // its files are not chosen
      assertThat(other.getByText("Step 1 of 4")).isVisible();
      other.close();
      page.getByRole(AriaRole.NAVIGATION, new Page.GetByRoleOptions().setName("Steps of the form"))
          .getByText("Review")
          .click();
      button(page, "Run").click();
      page.waitForURL("**/jobs/*");
      assertThat(page.locator(".chip").first())
          .containsText("Completed", new ContainsTextOptions().setTimeout(60_000));
      assertThat(page.locator("canvas").first()).isVisible();
      Chromium.picture(page, "form-sweep-results");
      String state = context.storageState();
      looked(chromium, state, "/apps/vina?example=1&step=4", "form-vina");
      looked(chromium, state, "/apps/blastp?example=0", "form-blastp");
    }
  }

  @Test
  void jobsAreTaggedFoundAndKeptAsAViewAndSettingsAreSaved() throws Exception {
    long job =
        ada.submit("command", Map.of("command", "echo $1"), Map.of("name", "an early try of mine"));
    ada.awaitCompleted(job, LIMIT);
    try (Chromium chromium = Chromium.launch();
        BrowserContext context = chromium.anonymous(false, ColorScheme.LIGHT)) {
      Page page = context.newPage();
      logIn(page);
      page.navigate(appliance.url() + "/jobs/" + job);
      button(page, "Add tags or a note").click();
      Locator dialog = page.getByRole(AriaRole.DIALOG);
      dialog.locator("input:not([type=hidden])").nth(1).fill("paper");
      page.keyboard().press("Enter");
      dialog.locator("textarea").first().fill("The first row of table 2.");
      Chromium.accessible(page);
      button(page, "Save").click();
      assertThat(page.getByText("The first row of table 2.")).isVisible();
      Chromium.picture(page, "job-labels");
      page.navigate(appliance.url() + "/jobs");
      Locator filter = page.getByLabel("Part of the name, or a filter");
      filter.fill("state:sleeping");
      assertThat(page.getByText("want states of idle, running").first()).isVisible();
      filter.fill("tag:paper submitted<1h -state:failed");
      assertThat(
              page.getByRole(AriaRole.STATUS)
                  .filter(new Locator.FilterOptions().setHasText("1 job")))
          .isVisible();
      assertThat(page.getByText("an early try of mine")).isVisible();
      button(page, "Views").click();
      page.getByLabel("Name of this view").fill("For the paper");
      Chromium.picture(page, "jobs-view");
      button(page, "Save view").click();
      assertThat(page.getByText("View “For the paper” saved")).isVisible();
      filter.fill("");
      button(page, "Views").click();
      button(page, "For the paper").click();
      assertThat(filter).hasValue("tag:paper submitted<1h -state:failed");
      page.getByLabel("What a filter can say").click();
      assertThat(page.getByText("started more than a day ago")).isVisible();
      Chromium.accessible(page);
      Chromium.picture(page, "jobs-filter");

      page.navigate(appliance.url() + "/apps/command");
      page.locator("#root_command").fill("date");
      button(page, "Saved settings").click();
      page.getByLabel("Name for these settings").fill("What time is it");
      button(page, "Save").click();
      assertThat(page.getByText("Settings “What time is it” saved")).isVisible();
      page.reload();
      button(page, "Saved settings").click();
      button(page, "As in my last run").click();
      assertThat(page.locator("#root_command")).hasValue("echo $1");
      button(page, "Saved settings").click();
      Chromium.picture(page, "settings-saved");
      Chromium.accessible(page);
      button(page, "What time is it").click();
      assertThat(page.locator("#root_command")).hasValue("date");
      String state = context.storageState();
      looked(chromium, state, "/apps/command", "form-command");
      try (BrowserContext phone = chromium.withState(state, true, ColorScheme.DARK)) {
        Page small = phone.newPage();
        small.navigate(appliance.url() + "/jobs?q=tag:paper");
        assertThat(small.getByText("an early try of mine")).isVisible();
        Chromium.accessible(small);
        Chromium.picture(small, "jobs-filter-phone");
        small.navigate(appliance.url() + "/jobs/" + job);
        assertThat(small.getByText("The first row of table 2.")).isVisible();
        Chromium.accessible(small);
        Chromium.picture(small, "job-labels-phone");
      }
    }
  }

  /** A sweep of 12 runs whose results have a plot of each kind. */
  private static long drawings() throws Exception {
    Map<String, ?> sweep = Map.of("size", List.of(1, 2, 3), "angle", List.of(0, 30, 60, 90));
    long job = ada.submit("drawings", Map.of(), Map.of("sweep", sweep));
    ada.awaitCompleted(job, LIMIT);
    return job;
  }

  /** Pictures and curves as films, plots side by side, a long text searched. */
  @Test
  void resultsAreLookedAtAsPicturesFilmsFacetsAndTexts() throws Exception {
    long job = drawings();
    try (Chromium chromium = Chromium.launch();
        BrowserContext context = chromium.anonymous(false, ColorScheme.LIGHT)) {
      Page page = context.newPage();
      logIn(page);
      page.navigate(appliance.url() + "/jobs/" + job);
      Locator hand = section(page, "Hand");
      drawn(page, hand.getByAltText("Hand: Angle 0 deg, Size 1"));
      button(page, "Step: Hand").click();
      drawn(page, hand.getByAltText("Hand: Angle 0 deg, Size 2"));
      Locator stage =
          hand.getByRole(AriaRole.GROUP, new Locator.GetByRoleOptions().setName("Hand"));
      stage.press("End");
      drawn(page, hand.getByAltText("Hand: Angle 90 deg, Size 3"));
      stage.press(" ");
      // from the end it begins anew, and stops at the end
      assertThat(button(page, "Pause: Hand")).isVisible();
      drawn(page, hand.getByAltText("Hand: Angle 90 deg, Size 3"));
      assertThat(button(page, "Play: Hand")).isVisible();
      Chromium.accessible(page);
      hand.scrollIntoViewIfNeeded();
      Chromium.picture(page, "results-film");
      hand.getByText("Side by side").click();
      drawn(page, hand.getByAltText("Hand: Angle 30 deg, Size 2"));
      Chromium.picture(page, "results-pictures");
      button(page, "Show Hand: Angle 30 deg, Size 2 large").click();
      Locator dialog = page.getByRole(AriaRole.DIALOG);
      drawn(page, dialog.getByAltText("Hand: Angle 30 deg, Size 2"));
      page.keyboard().press("ArrowRight");
      drawn(page, dialog.getByAltText("Hand: Angle 30 deg, Size 3"));
      page.keyboard().press("1");
      page.keyboard().press("+");
      assertThat(dialog.getByText("150 %")).isVisible();
      page.reload();
      drawn(page, dialog.getByAltText("Hand: Angle 30 deg, Size 3"));
      page.keyboard().press("Escape");
      assertThat(dialog).hasCount(0);

      Locator waves = section(page, "Waves");
      Locator runs = waves.getByLabel(COMPARE);
      runs.selectOption("Side by side: Size");
      assertThat(waves.locator("canvas")).hasCount(3);
      assertThat(section(page, "Size 3").locator("canvas")).isVisible();
      waves.scrollIntoViewIfNeeded();
      Chromium.accessible(page);
      Chromium.picture(page, "results-facets");
      runs.selectOption("One after the other");
      button(page, "Step: Waves").click();
      assertThat(waves.getByText("Angle 0 deg, Size 2 · 2 of 12")).isVisible();
      Chromium.picture(page, "results-curves");
      page.getByLabel("Find in Log").fill("converged");
      assertThat(page.getByText("36 matches")).isVisible();
      page.getByLabel("Find in Log").press("Enter");
      page.getByLabel("Find in Log").press("Enter");
      assertThat(page.getByText("2 of 36")).isVisible();
      assertThat(page.getByText("lines 1,801–2,000 of 36,000")).isVisible();
      assertThat(page.locator("[data-current] mark")).hasText("Converged");
      page.reload();
      Locator line = page.locator("[data-line='2000'][data-current]");
      assertThat(line).isInViewport();
      Chromium.accessible(page);
      line.scrollIntoViewIfNeeded();
      Chromium.picture(page, "results-text");
      page.getByLabel("Go to line").fill("36000");
      page.getByLabel("Go to line").press("Enter");
      assertThat(page.locator("[data-line='36000'][data-current]")).isInViewport();
      page.getByRole(AriaRole.TAB, new Page.GetByRoleOptions().setName("Files")).click();
      button(page, "Read grid.tsv").click();
      assertThat(page.getByText("lines 1–200 of 973")).isVisible();
      Chromium.accessible(page);
      String state = context.storageState();
      try (BrowserContext phone = chromium.withState(state, true, ColorScheme.DARK)) {
        Page small = phone.newPage();
        small.navigate(appliance.url() + "/jobs/" + job + "?view.Waves=size&run.log.line=4711");
        assertThat(section(small, "Waves").locator("canvas")).hasCount(3);
        assertThat(small.locator("[data-line='4711'][data-current]")).isInViewport();
        Chromium.picture(small, "results-text-phone");
        small.mouse().wheel(0, 1);
        drawn(small, section(small, "Hand").getByAltText("Hand: Angle 0 deg, Size 1"));
        Chromium.accessible(small);
        section(small, "Waves").scrollIntoViewIfNeeded();
        Chromium.picture(small, "results-facets-phone");
        section(small, "Hand").scrollIntoViewIfNeeded();
        Chromium.picture(small, "results-film-phone");
      }
    }
  }

  /** A program's own percent and message while it runs; a bar that a shipped program draws. */
  @Test
  void aProgramSaysHowFarItIs() throws Exception {
    TestApps.drop(appliance, "telling");
    long job = ada.submit("telling", Map.of(), Map.of());
    JsonNode one = ada.get("/api/v1/apps/vina").get("examples").get(0);
    long docking =
        submit("vina", ((ObjectNode) one.get("inputs")).put("exhaustiveness", 1000), Map.of());
    try (Chromium chromium = Chromium.launch();
        BrowserContext context = chromium.anonymous(false, ColorScheme.LIGHT)) {
      Page page = context.newPage();
      logIn(page);
      page.navigate(appliance.url() + "/jobs/" + job + "?tab=subjobs");
      assertThat(page.getByText("The program says: fitting <b>the curve</b>")).isVisible();
      assertThat(page.getByLabel("0 of 1 subjobs, 40 %")).isVisible();
      assertThat(page.getByText("· 40 % · fitting <b>the curve</b>")).isVisible();
      Chromium.accessible(page);
      Chromium.picture(page, "job-progress");
      try (BrowserContext phone =
          chromium.withState(context.storageState(), true, ColorScheme.DARK)) {
        Page small = phone.newPage();
        small.navigate(appliance.url() + "/jobs/" + job + "?tab=subjobs");
        assertThat(small.getByText("The program says:")).isVisible();
        Chromium.accessible(small);
        Chromium.picture(small, "job-progress-phone");
      }
    }
    Await.until(
        "vina draws a star",
        LIMIT,
        () -> ada.get("/api/v1/jobs/" + docking).at("/progress/percent").asDouble() > 0);
    ada.send("POST", "/api/v1/jobs/" + job + "/cancel", null);
    ada.send("POST", "/api/v1/jobs/" + docking + "/cancel", null);
  }

  @Test
  void plotsOfEachKindAreComparedChosenSavedAndLinked() throws Exception {
    long job = drawings();
    try (Chromium chromium = Chromium.launch();
        BrowserContext context = chromium.anonymous(false, ColorScheme.LIGHT)) {
      Page page = context.newPage();
      logIn(page);
      page.navigate(appliance.url() + "/jobs/" + job);
      Locator contours = section(page, "Landscape");
      assertThat(contours.locator("canvas")).isVisible();
      // sin(3/2) is the highest that y has; sizes are 2 and shares of angles 0.68 on the mean
      String lines = saved(page, "Landscape", "SVG");
      assertTrue(lines.contains(">0.5</text>") && lines.contains(">-0.5</text>"), lines);
      Locator grid = contours.getByRole(AriaRole.APPLICATION);
      grid.press("Home");
      assertThat(contours).containsText("X: 0\nY: 0\nEnergy: 0");
      grid.press(" ");
      assertThat(page.getByText("12 rows chosen", EXACTLY)).isVisible();
      Chromium.picture(page, "results-contours");
      page.keyboard().press("Escape");
      for (String kind : List.of("Waves", "Landscape", "Energies", "Cells", "Widths", "Heights")) {
        Locator plot = section(page, kind);
        plot.getByLabel(COMPARE).selectOption("Side by side: Size");
        assertThat(plot.getByRole(AriaRole.APPLICATION)).hasCount(3);
        String drawn = saved(page, kind, "SVG");
        assertTrue(drawn.contains(">Size 1</text>") && drawn.contains(">Size 3</text>"), kind);
        saved(page, kind, "PNG");
        assertTrue(saved(page, kind, "CSV").startsWith("angle,size,"), kind);
        plot.scrollIntoViewIfNeeded();
        Chromium.picture(page, "results-facets-" + kind);
      }
      Chromium.accessible(page);
      Locator bars = section(page, "Widths");
      // a colour for each angle
      assertThat(bars.getByRole(AriaRole.LISTITEM)).hasCount(4);
      bars.getByLabel(COMPARE).selectOption("Side by side: Axis");
      assertThat(section(page, "Axis short").locator("canvas")).isVisible();
      Locator cells = section(page, "Cells");
      cells.getByLabel(COMPARE).selectOption("One after the other");
      cells.getByLabel("log colours").press(" ");
      button(page, "Last: Cells").click();
      assertThat(cells.getByText("Angle 90 deg, Size 3 · 12 of 12")).isVisible();
      page.waitForURL("**at.Cells=11**");
      page.reload();
      assertThat(cells.getByText("Angle 90 deg, Size 3 · 12 of 12")).isVisible();
      assertThat(cells.getByLabel("log colours")).isChecked();
      assertThat(bars.getByRole(AriaRole.APPLICATION)).hasCount(2);
      String link = page.url().substring(appliance.url().toString().length());
      String state = context.storageState();
      try (BrowserContext phone = chromium.withState(state, true, ColorScheme.DARK)) {
        Page small = phone.newPage();
        small.navigate(appliance.url() + link);
        for (String kind : List.of("Landscape", "Energies", "Cells", "Widths")) {
          assertThat(section(small, kind).locator("canvas").first()).isVisible();
          section(small, kind).scrollIntoViewIfNeeded();
          Chromium.picture(small, "results-facets-phone-" + kind);
        }
        Chromium.accessible(small);
      }
    }
  }

  /** Saves a plot, lays the file beside the screenshots and returns its text. */
  private static String saved(Page page, String plot, String kind) throws Exception {
    Download file =
        page.waitForDownload(() -> button(page, "Save “" + plot + "” as " + kind).click());
    Path path =
        Repository.root()
            .resolve("tests/target/screenshots")
            .resolve("saved-" + plot + "." + kind.toLowerCase(Locale.ROOT));
    file.saveAs(path);
    return Files.readString(path, StandardCharsets.ISO_8859_1);
  }

  private static Locator section(Page page, String name) {
    return page.locator("section[aria-label='" + name + "']");
  }

  private static void drawn(Page page, Locator picture) {
    assertThat(picture).isVisible();
    page.waitForFunction(
        "image => image.complete && image.naturalWidth > 0", picture.elementHandle());
  }

  private static void looked(Chromium chromium, String state, String address, String name) {
    for (boolean phone : new boolean[] {false, true}) {
      try (BrowserContext context = chromium.withState(state, phone, ColorScheme.DARK)) {
        Page page = context.newPage();
        page.navigate(appliance.url() + address);
        assertThat(button(page, "Run")).isVisible();
        Chromium.accessible(page);
        Chromium.picture(page, name + (phone ? "-phone" : "-dark"));
      }
    }
  }

  /** The server's answer is made up: it says of a field what the form could not know. */
  private static void aRefusalOpensItsStep(Page page) {
    String answer =
        """
        {"title": "Not valid", "status": 400, "detail": "inputs are not valid",
         "errors": [{"field": "inputs.poses", "message": "3 poses are too many today"}]}
        """;
    page.route(
        "**/api/v1/jobs",
        route ->
            route.fulfill(
                new Route.FulfillOptions()
                    .setStatus(400)
                    .setContentType("application/problem+json")
                    .setBody(answer)),
        new Page.RouteOptions().setTimes(1));
    button(page, "Run").click();
    assertThat(page.getByText("Step 3 of 4")).isVisible();
    assertThat(page.getByText("3 poses are too many today")).isVisible();
    assertThat(page.locator("#root_poses")).isFocused();
  }

  private static void logIn(Page page) {
    page.navigate(appliance.url() + "/login");
    page.getByLabel("Name").first().fill(Appliance.ADMIN);
    page.getByLabel("Password").first().fill(Appliance.PASSWORD);
    button(page, "Log in").click();
    page.waitForURL(url -> !url.contains("/login"));
  }

  private static void several(Page page, String title) {
    Locator field = page.locator("#root_" + title.toLowerCase(Locale.ROOT));
    field.locator("xpath=ancestor::div[button[@aria-pressed]][1]/button[@aria-pressed]").click();
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }
}
