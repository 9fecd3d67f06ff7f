package org.gridappliance.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Await;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The data folder lies on a small disk of its own, and another program fills it to the last byte.
 */
@Tag("root")
class FullDiskTest {
  private static final int SUBJOBS = 200;
  private Path disk = Path.of("/");

  @BeforeEach
  void mount() throws Exception {
    disk = Files.createTempDirectory("appliance-disk-");
    run("mount", "-t", "tmpfs", "-o", "size=480m", "none", disk.toString());
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", disk.toString());
    Files.delete(disk);
  }

  @Test
  void whatWasAcknowledgedSurvivesAFullDiskAndWhatComesThenIsRefused() throws Exception {
    try (Appliance appliance = Appliance.startOn(Files.createDirectory(disk.resolve("data")), 2)) {
      TestApps.drop(appliance, "count");
      PortalClient ada = appliance.admin();
      Path file = Files.writeString(disk.resolve("small"), "kept\n");
      String kept = ada.upload("kept.txt", file);
      long before = submit(ada, 5);
      ada.awaitCompleted(before, Duration.ofSeconds(60));
      long during = submit(ada, SUBJOBS);

      fill();
      Await.until(
          "health tells of the full disk",
          Duration.ofSeconds(10),
          () -> ada.send("GET", "/healthz", null).body().contains("trouble"));
      refused(ada.send("POST", "/api/v1/jobs", job(1)));
      refused(ada.send("PUT", "/api/v1/files/uploads/more.txt", Map.of("a", 1)));
      Files.delete(disk.resolve("filler"));
      Await.until(
          "the portal serves again, started anew if it ended",
          Duration.ofSeconds(60),
          () -> {
            if (!appliance.portalRuns()) {
              appliance.startPortal(); // as ./appliance up does
            }
            return ada.answers("/healthz") && ada.answers("/api/v1/jobs/" + before);
          });
      completed(ada, before, 5);

      fill();
      appliance.killPortal();
      Files.delete(disk.resolve("filler"));
      appliance.startPortal();
      PortalClient again = appliance.admin();
      assertEquals(
          "kept\n", new String(again.bytes("/api/v1/files/" + kept), StandardCharsets.UTF_8));
      again.awaitCompleted(during, Duration.ofMinutes(3));
      completed(again, during, SUBJOBS);
      completed(again, before, 5);
      again.awaitCompleted(submit(again, 3), Duration.ofSeconds(90));
    }
  }

  private static void refused(HttpResponse<String> response) {
    assertEquals(507, response.statusCode(), response.body());
    assertTrue(response.body().contains("Disk full"), response.body());
  }

  private static void completed(PortalClient client, long job, int subjobs) throws Exception {
    JsonNode rows = client.get("/api/v1/jobs/" + job + "/tables/rows?limit=1000&columns=value");
    assertEquals(subjobs, rows.get("rows").size());
  }

  private static long submit(PortalClient client, int subjobs) throws Exception {
    return client.submit("count", Map.of("n", 0), sweep(subjobs));
  }

  private static Map<String, ?> sweep(int subjobs) {
    return Map.of("sweep", Map.of("n", IntStream.range(0, subjobs).boxed().toList()));
  }

  private static Map<String, ?> job(int subjobs) {
    return Map.of("app", "count", "inputs", Map.of("n", 0), "sweep", sweep(subjobs).get("sweep"));
  }

  private void fill() throws IOException {
    byte[] piece = new byte[64 * 1024];
    try (OutputStream out = Files.newOutputStream(disk.resolve("filler"))) {
      while (true) {
        out.write(piece);
      }
    } catch (IOException e) {
      assertTrue(String.valueOf(e.getMessage()).contains("No space left"), e.toString());
    }
  }

  private static void run(String... command) throws Exception {
    assertEquals(
        0, new ProcessBuilder(command).inheritIO().start().waitFor(), List.of(command)::toString);
  }
}
