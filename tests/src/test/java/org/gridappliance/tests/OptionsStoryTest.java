package org.gridappliance.tests;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Chromium;
import org.gridappliance.tests.fixture.PortalClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Choices that come from a file and from a command, in the form and at submission. */
@Tag("browser")
class OptionsStoryTest {
  private static final String SCREEN =
      """
      title: Screen
      category: Test
      about: Screens atoms.
      packages: [mawk]
      inputs:
        - { name: method, type: choice, title: Method, choices: [quick, exact], default: quick }
        - name: atoms
          type: repeat
          title: Atoms
          row: Atom
          inputs:
            - { name: kind, type: choice, title: Kind, choices: [point, listed], default: point }
            - name: radius
              type: number
              title: Radius
              units: nm
              default: 1
              maximum: 10
              cases:
                - { when: { method: exact }, title: Exact radius, units: Å, default: 20, maximum: 100 }
            - { name: library, type: file, title: Library, showIf: { atoms.kind: listed } }
            - name: element
              type: choice
              title: Element
              showIf: { atoms.kind: listed }
              choices: { command: [mawk, "{{ print $1 }}", { when: atoms.library, then: ["{atoms.library}"] }] }
        - { name: digits, type: integer, title: Digits, default: 3, minimum: 1, maximum: 9, tab: Report }
        - { name: note, type: text, title: Note, required: false, tab: Notes }
      command: [mawk, 'BEGIN {{ print ARGC - 1 > "n.txt" }}', { each: atoms, then: ["{atoms.kind}"] }]
      outputs: [{ name: said, type: text, title: Output, file: n.txt }]
      resources: { memory: 64 MiB, disk: 1 MiB, minimumTime: 0 s, expectedTime: 1 s, maximumTime: 2 min }
      examples:
        - title: Two
          inputs: { atoms: [{ kind: listed, library: "example:elements.txt", element: C }, { kind: point }] }
      """;

  private static final IsVisibleOptions PATIENT = new IsVisibleOptions().setTimeout(60_000);
  private static Appliance appliance;
  private static PortalClient ada;

  @BeforeAll
  static void start() throws Exception {
    appliance = Appliance.start(2);
    ada = appliance.admin();
  }

  @AfterAll
  static void stop() throws Exception {
    appliance.close();
  }

  private static HttpResponse<String> find(String app, String input, Map<String, String> inputs)
      throws Exception {
    ObjectNode body = PortalClient.JSON.createObjectNode();
    inputs.forEach(body.putObject("inputs")::put);
    return ada.send("POST", "/api/v1/apps/" + app + "/inputs/" + input + "/options", body);
  }

  @Test
  void aCommandListsProfilesFromTheBundleAndASubmissionIsHeldAgainstThem() throws Exception {
    HttpResponse<String> answer =
        find("hmmlogo", "profile", Map.of("library", "example:three.hmm"));
    assertEquals(200, answer.statusCode(), answer.body());
    JsonNode list = PortalClient.JSON.readTree(answer.body());
    assertEquals("globins", list.at("/options/0/value").asText());
    assertEquals(3, list.get("count").asInt());

    ObjectNode wrong = PortalClient.JSON.createObjectNode().put("app", "hmmlogo");
    wrong.putObject("inputs").put("library", "example:three.hmm").put("profile", "kinase");
    HttpResponse<String> refused = ada.send("POST", "/api/v1/jobs", wrong);
    assertEquals(400, refused.statusCode());
    assertTrue(refused.body().contains("which gives 3 names"), refused.body());

    long job =
        ada.submit(
            "hmmlogo", Map.of("library", "example:three.hmm", "profile", "globins"), Map.of());
    ada.awaitCompleted(job, Duration.ofSeconds(90));
    JsonNode rows = ada.get("/api/v1/jobs/" + job + "/tables/heights?limit=200").get("rows");
    assertEquals(149, rows.size());
    assertEquals(1.144, rows.get(2).get(1).asDouble(), 1e-9, "as hmmlogo 3.3.2 says");
  }

  @Test
  void aCommandThatFailsSaysWhatItSaid() throws Exception {
    Path junk = Files.createTempFile("junk", ".hmm");
    Files.writeString(junk, "this is no profile\n");
    String home = ada.upload("junk.hmm", junk);
    Files.delete(junk);
    HttpResponse<String> answer = find("hmmlogo", "profile", Map.of("library", home));
    assertEquals(400, answer.statusCode());
    assertTrue(answer.body().contains("the command failed"), answer.body());
  }

  @Test
  void theFormReadsTheNamesWhenTheFileIsChosen() throws Exception {
    try (Chromium chromium = Chromium.launch();
        BrowserContext context = chromium.anonymous(false, ColorScheme.LIGHT)) {
      Page page = context.newPage();
      page.navigate(appliance.url() + "/login");
      page.getByLabel("Name").first().waitFor(new Locator.WaitForOptions().setTimeout(60_000));
      page.getByLabel("Name").first().fill(Appliance.ADMIN);
      page.getByLabel("Password").first().fill(Appliance.PASSWORD);
      button(page, "Log in").click();
      page.waitForURL(url -> !url.contains("/login"));

      page.navigate(appliance.url() + "/apps/blastp");
      Locator without = page.locator("#root_without");
      assertThat(without).isDisabled();
      page.navigate(appliance.url() + "/apps/blastp?example=0");
      assertThat(page.getByText("names in Bank")).isVisible(PATIENT);
      without.click();
      without.fill("haemoglobin");
      Locator alpha =
          page.getByRole(AriaRole.OPTION, new Page.GetByRoleOptions().setName("HBA_HUMAN"));
      assertThat(alpha).isVisible(PATIENT);
      Chromium.picture(page, "form-options-search");
      Chromium.accessible(page);
      alpha.click();
      page.keyboard().press("Escape");
      assertThat(page.getByText("HBA_HUMAN").first()).isVisible();

      page.navigate(appliance.url() + "/apps/hmmlogo?example=0");
      assertThat(page.getByText("3 names in Library")).isVisible(PATIENT);
      assertThat(page.locator("#root_profile")).hasValue("globins");
      Path junk = Files.createTempFile("broken", ".hmm");
      Files.writeString(junk, "this is no profile\n");
      page.getByLabel("Change: three.hmm").click();
      page.locator("input[type=file]").first().setInputFiles(junk);
      assertThat(page.getByText("the command failed").first()).isVisible(PATIENT);
      assertThat(button(page, "Try again to list Profile")).isVisible();
      Chromium.picture(page, "form-options-failed");
      Chromium.accessible(page);
      Files.delete(junk);

      String state = context.storageState();
      for (ColorScheme scheme : ColorScheme.values()) {
        if (scheme != ColorScheme.NO_PREFERENCE) {
          try (BrowserContext phone = chromium.withState(state, true, scheme)) {
            Page small = phone.newPage();
            small.navigate(appliance.url() + "/apps/hmmlogo?example=0");
            assertThat(small.getByText("3 names in Library")).isVisible(PATIENT);
            small.locator("#root_profile").click();
            assertThat(
                    small.getByRole(
                        AriaRole.OPTION, new Page.GetByRoleOptions().setName("MYG_PHYMC")))
                .isVisible(PATIENT);
            Chromium.accessible(small);
            Chromium.picture(
                small, "form-options-phone-" + scheme.name().toLowerCase(java.util.Locale.ROOT));
          }
        }
      }
    }
  }

  /** Rows whose inputs, units and choices follow from the row and from the form. */
  @Test
  void eachRowOfAGroupAsksWhatItNeeds() throws Exception {
    Path app = Files.createDirectories(appliance.apps().resolve("screen/examples")).getParent();
    Files.writeString(app.resolve("examples/elements.txt"), "C\nN\nO\n");
    Files.writeString(app.resolve("app.yaml"), SCREEN);
    try (Chromium chromium = Chromium.launch();
        BrowserContext context = chromium.anonymous(false, ColorScheme.LIGHT)) {
      Page page = context.newPage();
      page.navigate(appliance.url() + "/login");
      page.getByLabel("Name").first().waitFor(new Locator.WaitForOptions().setTimeout(60_000));
      page.getByLabel("Name").first().fill(Appliance.ADMIN);
      page.getByLabel("Password").first().fill(Appliance.PASSWORD);
      button(page, "Log in").click();
      page.waitForURL(url -> !url.contains("/login"));

      page.navigate(appliance.url() + "/apps/screen?example=0");
      assertThat(page.getByText("3 names in Library")).isVisible(PATIENT);
      assertThat(page.locator("#root_atoms_0_element")).hasValue("C");
      assertThat(page.locator("#root_atoms_1_element")).hasCount(0);
      assertThat(page.getByLabel("Radius")).hasCount(2);
      page.locator("#root_atoms_1_radius").fill("2.5");
      page.locator("#root_method").selectOption("exact");
      assertThat(page.getByLabel("Exact radius")).hasCount(2);
      assertThat(page.locator("#root_atoms_0_radius")).hasValue("20");
      assertThat(page.locator("#root_atoms_1_radius")).hasValue("25");
      page.locator("#root_atoms_1_kind").selectOption("listed");
      assertThat(page.locator("#root_atoms_1_element")).isVisible();
      Chromium.picture(page, "form-rows");
      Chromium.accessible(page);
      page.locator("#root_atoms_1_kind").selectOption("point");
      button(page, "Add to Atoms").click();
      page.locator("#root_atoms_2_radius").fill("3 nm");
      button(page, "Move Atom 3 up").click();
      assertThat(page.locator("#root_atoms_1_radius")).hasValue("3 nm");
      button(page, "Remove Atom 3").click();
      page.locator("#root_digits").fill("12");
      page.getByRole(AriaRole.TAB, new Page.GetByRoleOptions().setName("Notes")).click();
      page.locator("#root_note").fill("the second try");
      button(page, "Run").click(); // the tab of the mistake comes to the front
      assertThat(page.getByText("12 is above the largest value, 9.")).isVisible();
      page.locator("#root_digits").fill("2");
      button(page, "Run").click();
      page.waitForURL(
          url -> url.contains("/jobs/"), new Page.WaitForURLOptions().setTimeout(60_000));
      long job = Long.parseLong(page.url().replaceAll(".*/jobs/(\\d+).*", "$1"));
      JsonNode rows = ada.get("/api/v1/jobs/" + job).at("/inputs/atoms");
      assertEquals("point", rows.at("/1/kind").asText());
      assertEquals(30, rows.at("/1/radius").asDouble());
      assertTrue(rows.at("/1/element").isMissingNode(), rows.toString());

      String state = context.storageState();
      for (boolean small : new boolean[] {false, true}) {
        try (BrowserContext dark = chromium.withState(state, small, ColorScheme.DARK)) {
          Page other = dark.newPage();
          other.navigate(appliance.url() + "/apps/screen?example=0");
          assertThat(other.getByText("3 names in Library")).isVisible(PATIENT);
          other.locator("#root_atoms_0_element").scrollIntoViewIfNeeded();
          Chromium.accessible(other);
          Chromium.picture(other, "form-rows-dark" + (small ? "-phone" : ""));
        }
      }
    }
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }
}
