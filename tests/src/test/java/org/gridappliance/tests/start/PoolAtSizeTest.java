package org.gridappliance.tests.start;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.gridappliance.tests.fixture.Await;
import org.gridappliance.tests.fixture.Chromium;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.Repository;
import org.gridappliance.tests.fixture.Seated;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The Pool page with {@value #MACHINES} machines: a real pool of two nodes whose collector is also
 * told of machines varied from its real worker, by HTCondor's own {@code condor_advertise}. Prints
 * how long pages and answers take; pictures go to {@code target/screenshots/pool-1000-*}.
 */
@Tag("root")
@Tag("netns")
@Tag("browser")
@EnabledIfSystemProperty(
    named = "soak",
    matches = "true",
    disabledReason = "takes some minutes: part of ./appliance test --soak only")
class PoolAtSizeTest {
  private static final int MACHINES = 1_000;
  private static final long SEED = 20_261_122;
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final List<String> STATES = List.of("Away", "Busy", "Draining", "Paused", "Ready");
  private static final long TELL_NANOS = Duration.ofSeconds(15).toNanos();

  /** Where universities are: name, latitude, longitude. */
  private static final String[] PLACES = {
    "Gainesville, Florida|29.65|-82.32", "Miami, Florida|25.76|-80.19",
    "Tallahassee, Florida|30.44|-84.28", "Atlanta, Georgia|33.75|-84.39",
    "Baton Rouge, Louisiana|30.45|-91.15", "Austin, Texas|30.27|-97.74",
    "Houston, Texas|29.76|-95.37", "Madison, Wisconsin|43.07|-89.40",
    "Chicago, Illinois|41.88|-87.63", "West Lafayette, Indiana|40.43|-86.91",
    "Columbus, Ohio|39.96|-83.00", "Ann Arbor, Michigan|42.28|-83.74",
    "Pittsburgh, Pennsylvania|40.44|-80.00", "Princeton, New Jersey|40.34|-74.66",
    "New York, New York|40.71|-74.01", "Boston, Massachusetts|42.36|-71.06",
    "Raleigh, North Carolina|35.78|-78.64", "Lincoln, Nebraska|40.81|-96.70",
    "Boulder, Colorado|40.01|-105.27", "Salt Lake City, Utah|40.76|-111.89",
    "Tucson, Arizona|32.22|-110.97", "San Diego, California|32.72|-117.16",
    "Berkeley, California|37.87|-122.27", "Seattle, Washington|47.61|-122.33",
    "Fairbanks, Alaska|64.84|-147.72", "Honolulu, Hawaii|21.31|-157.86",
    "Toronto, Canada|43.65|-79.38", "Guadalajara, Mexico|20.67|-103.35",
    "Bogotá, Colombia|4.71|-74.07", "São Paulo, Brazil|-23.55|-46.63",
    "Santiago, Chile|-33.45|-70.67", "Buenos Aires, Argentina|-34.60|-58.38",
    "London, United Kingdom|51.51|-0.13", "Dublin, Ireland|53.35|-6.26",
    "Paris, France|48.86|2.35", "Barcelona, Spain|41.39|2.17",
    "Amsterdam, Netherlands|52.37|4.90", "Berlin, Germany|52.52|13.41",
    "Karlsruhe, Germany|49.01|8.40", "Geneva, Switzerland|46.20|6.14",
    "Bologna, Italy|44.49|11.34", "Copenhagen, Denmark|55.68|12.57",
    "Uppsala, Sweden|59.86|17.64", "Warsaw, Poland|52.23|21.01",
    "Athens, Greece|37.98|23.73", "Tel Aviv, Israel|32.09|34.78",
    "Cape Town, South Africa|-33.92|18.42", "Nairobi, Kenya|-1.29|36.82",
    "Mumbai, India|19.08|72.88", "Bangalore, India|12.97|77.59",
    "Singapore|1.35|103.82", "Taipei, Taiwan|25.03|121.57",
    "Beijing, China|39.90|116.41", "Seoul, South Korea|37.57|126.98",
    "Tokyo, Japan|35.68|139.69", "Melbourne, Australia|-37.81|144.96",
    "Auckland, New Zealand|-36.85|174.76"
  };

  private static LabPool lab;
  private static PortalClient ada;
  private static VariedMachines varied;
  private static long toldAt;

  @BeforeAll
  static void start() throws Exception {
    lab = new LabPool("steps");
    ada = lab.up(8, "--nodes", "2", "--cpus", "8");
    varied =
        new VariedMachines(
            LabPool.output(on("condor_status", "-pool", lab.manager(), "-long")), MACHINES, SEED);
  }

  @AfterAll
  static void stop() throws Exception {
    lab.stop();
  }

  @Test
  void aThousandMachinesAreSeenFoundAndOpened() throws Exception {
    measured("told the collector of all", PoolAtSizeTest::advertise);
    Await.until("all are nodes", PATIENCE, () -> nodes().size() == MACHINES + 1);
    place();
    long job = ada.submit("steps", Map.of("steps", 5, "seconds", 30), sweep(6));
    Await.until(
        "the past has some minutes, and those that went are away",
        PATIENCE,
        () -> {
          keepTelling();
          return ada.get("/api/v1/pool/history?span=hour").path("points").size() >= 3
              && count("Away") == MACHINES - varied.lasting();
        });
    Map<String, Long> states =
        nodes().stream()
            .collect(groupingBy(one -> one.path("state").asText(), TreeMap::new, counting()));
    System.out.println("states: " + states);
    assertTrue(states.keySet().containsAll(STATES), states::toString);
    answers();
    try (Chromium chromium = Chromium.launch()) {
      String state;
      try (BrowserContext context = chromium.anonymous(false, ColorScheme.LIGHT)) {
        Seated.login(context, URI.create(lab.up().address()), "ada", LabPool.PASSWORD);
        state = context.storageState();
      }
      for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
        for (boolean phone : new boolean[] {false, true}) {
          keepTelling();
          try (BrowserContext context = chromium.withState(state, phone, scheme)) {
            look(
                context.newPage(),
                (phone ? "phone-" : "") + scheme.name().toLowerCase(Locale.ROOT));
          }
        }
      }
    }
    ada.send("POST", "/api/v1/jobs/" + job + "/cancel", null);
  }

  private static Map<String, Object> sweep(int count) {
    return Map.of(
        "pool", "condor", "sweep", Map.of("n", IntStream.range(0, count).boxed().toList()));
  }

  private static void look(Page page, String how) throws Exception {
    String name = "pool-1000-" + how;
    Locator marks = page.locator("svg .mark");
    measured(
        how + ": the page to its map and rows",
        () -> {
          page.navigate(lab.up().address() + "/pool?span=hour");
          assertThat(page.locator("tbody tr").first()).isVisible();
          assertThat(marks.first()).isVisible();
        });
    int all = ada.get("/api/v1/nodes").path("nodes").size();
    assertThat(page.getByText("%,d nodes".formatted(all)).first()).isVisible();
    page.locator("canvas, figure").first().waitFor();
    Chromium.picture(page, name);
    Chromium.accessible(page);
    page.screenshot(
        new Page.ScreenshotOptions()
            .setFullPage(true)
            .setPath(Repository.root().resolve("tests/target/screenshots/" + name + "-whole.png")));
    measured(
        how + ": the map of the United States",
        () -> {
          page.getByText("United States", new Page.GetByTextOptions().setExact(true)).click();
          page.waitForURL("**map=us**");
          assertThat(marks.first()).isVisible();
        });
    Chromium.picture(page, name + "-us");
    Locator filter = page.locator("[data-filter]");
    for (String wanted : List.of("paused", "gainesville", "24.0.8")) {
      measured(
          how + ": the list filtered by " + wanted,
          () -> {
            filter.fill(wanted);
            page.waitForURL("**filter=" + wanted + "**");
            assertThat(page.locator("tbody tr").first())
                .containsText(
                    Pattern.compile(
                        how.startsWith("phone") ? "." : wanted, Pattern.CASE_INSENSITIVE));
          });
    }
    filter.fill("busy");
    page.waitForURL("**filter=busy**");
    filter.scrollIntoViewIfNeeded();
    Chromium.picture(page, name + "-list");
    measured(
        how + ": a machine's sheet",
        () -> {
          page.locator("tbody tr").first().click();
          assertThat(page.getByRole(AriaRole.DIALOG).getByText(Pattern.compile("^slot1_1")))
              .isVisible();
        });
    Chromium.picture(page, name + "-node");
    Chromium.accessible(page);
  }

  /** What a program sees, from this machine: medians and p99 of a hundred answers. */
  private static void answers() throws Exception {
    JsonNode busy =
        nodes().stream().filter(one -> one.path("state").asText().equals("Busy")).findFirst().get();
    for (String path :
        List.of(
            "/api/v1/nodes",
            "/api/v1/nodes?q=state:busy%20free%3E1",
            "/api/v1/nodes/" + busy.path("id").asLong(),
            "/api/v1/pool")) {
      double[] millis = new double[100];
      int size = 0;
      for (int i = 0; i < millis.length; i++) {
        long begin = System.nanoTime();
        size = ada.bytes(path).length;
        millis[i] = (System.nanoTime() - begin) / 1e6;
      }
      Arrays.sort(millis);
      System.out.printf(
          "GET %s: %,d bytes, p50 %.1f ms, p99 %.1f ms%n",
          path.replaceAll("\\d+$", "ID"), size, millis[49], millis[98]);
    }
  }

  private interface Step {
    void run() throws Exception;
  }

  private static void measured(String what, Step step) throws Exception {
    long begin = System.nanoTime();
    step.run();
    System.out.printf("%s: %.2f s%n", what, (System.nanoTime() - begin) / 1e9);
  }

  private static List<JsonNode> nodes() throws Exception {
    List<JsonNode> all = new ArrayList<>();
    ada.get("/api/v1/nodes").path("nodes").forEach(all::add);
    return all.stream().filter(one -> one.path("kind").asText().equals("machine")).toList();
  }

  private static long count(String state) throws Exception {
    return nodes().stream().filter(one -> one.path("state").asText().equals(state)).count();
  }

  /** Nine in ten have a place, most of them few ones. */
  private static void place() throws Exception {
    Random random = new Random(SEED);
    for (JsonNode node : nodes()) {
      int at = (int) (Math.pow(random.nextDouble(), 2) * PLACES.length);
      if (random.nextInt(10) == 0) {
        continue;
      }
      String[] place = PLACES[at].split("\\|", -1);
      Map<String, ?> body =
          Map.of(
              "place",
              Map.of(
                  "name", place[0],
                  "latitude", Double.parseDouble(place[1]) + random.nextGaussian() * 0.2,
                  "longitude", Double.parseDouble(place[2]) + random.nextGaussian() * 0.2));
      HttpResponse<String> answer =
          ada.send("PATCH", "/api/v1/nodes/" + node.path("id").asLong(), body);
      assertEquals(200, answer.statusCode(), answer::body);
    }
  }

  /** Tells of them again when that was a while ago, as startds do. */
  private static void keepTelling() throws Exception {
    if (System.nanoTime() - toldAt > TELL_NANOS) {
      advertise();
    }
  }

  /** Tells the collector of them as their startds would, with the worker's token. */
  private static void advertise() throws Exception {
    toldAt = System.nanoTime();
    Files.writeString(lab.agent("-w1").resolve("condor/node/ads"), varied.ads());
    LabPool.output(
        on(
            "condor_advertise",
            "-tcp",
            "-multiple",
            "-pool",
            lab.manager(),
            "UPDATE_STARTD_AD",
            "/mnt/node/ads"));
  }

  /** A command among the daemons of the worker, as its root. */
  private static String[] on(String... words) {
    List<String> command = lab.on("-w1", List.of());
    command.addAll(List.of(words));
    return command.toArray(String[]::new);
  }
}
