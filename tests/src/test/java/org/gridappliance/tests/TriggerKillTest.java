package org.gridappliance.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Await;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.Test;

/**
 * The portal is killed at seeded moments while files arrive and jobs end: every file starts one
 * job, and every job's results are in the home once and whole. 4 kills, 40 with {@code
 * -Dsoak=true}.
 */
class TriggerKillTest {
  private static final int FILES_A_ROUND = 4;

  @Test
  void everyFileStartsOneJobWhoseResultsLandOnce() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    int rounds = Boolean.getBoolean("soak") ? 40 : 4;
    Random random = new Random(seed);
    try (Appliance appliance = Appliance.start(2)) {
      TestApps.drop(appliance, "lines");
      Path home = appliance.data().resolve("users/" + Appliance.ADMIN + "/home");
      Path inbox = Files.createDirectories(home.resolve("inbox"));
      JsonNode made = create(appliance.admin());
      TreeSet<String> dropped = new TreeSet<>();
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < FILES_A_ROUND; i++) {
          String name = round + "-" + i + ".txt";
          Path part = Files.writeString(appliance.data().resolve("tmp/" + name), name + "\n");
          Files.move(part, inbox.resolve(name), StandardCopyOption.ATOMIC_MOVE);
          dropped.add("inbox/" + name);
        }
        LockSupport.parkNanos(random.nextLong(2_500_000_000L));
        appliance.killPortal();
        appliance.startPortal();
      }
      PortalClient admin = appliance.admin();
      String runs = "/api/v1/triggers/" + made.path("id").asLong() + "/runs?limit=500";
      Await.until(
          "a run for each of " + dropped.size() + " files, seed " + seed,
          Duration.ofSeconds(90),
          () -> admin.get(runs).path("runs").size() >= dropped.size());
      List<String> causes =
          StreamSupport.stream(admin.get(runs).path("runs").spliterator(), false)
              .map(run -> run.path("cause").asText())
              .sorted()
              .toList();
      assertEquals(List.copyOf(dropped), causes, "seed " + seed);
      Await.until(
          "all results are in the home, seed " + seed,
          Duration.ofSeconds(90),
          () -> folders(home).size() >= dropped.size());
      assertEquals(dropped.size(), admin.get("/api/v1/jobs").path("count").asInt(), "seed " + seed);
      assertEquals(dropped.size(), folders(home).size(), "seed " + seed);
      for (Path folder : folders(home)) {
        assertEquals("what\tcount\nlines\t1\n", Files.readString(folder.resolve("lines.tsv")));
      }
    }
  }

  private static JsonNode create(PortalClient admin) throws Exception {
    assertEquals(
        201,
        admin
            .send(
                "POST",
                "/api/v1/triggers",
                Map.of(
                    "name",
                    "Lines",
                    "job",
                    Map.of("app", "lines", "inputs", Map.of()),
                    "folder",
                    Map.of("path", "inbox", "input", "data", "settleSeconds", 0),
                    "perHour",
                    600))
            .statusCode());
    return admin.get("/api/v1/triggers").path("triggers").get(0);
  }

  private static List<Path> folders(Path home) throws Exception {
    Path jobs = home.resolve("jobs");
    if (!Files.isDirectory(jobs)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(jobs)) {
      return all.toList();
    }
  }
}
