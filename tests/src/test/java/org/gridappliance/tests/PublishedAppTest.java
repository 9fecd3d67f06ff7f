package org.gridappliance.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An application with packages is published as a bundle, and executors run only that. */
class PublishedAppTest {
  private static Appliance appliance;
  private static PortalClient ada;

  @BeforeAll
  static void start() throws Exception {
    appliance = Appliance.start(2);
    ada = appliance.admin();
    TestApps.drop(appliance, "bundled");
    TestApps.drop(appliance, "unbundled");
  }

  @AfterAll
  static void stop() throws Exception {
    appliance.close();
  }

  @Test
  void theProgramSeesItsBundleAndNothingOfTheMachine() throws Exception {
    long job = ada.submit("bundled", Map.of("script", "example:look.awk"), Map.of());
    ada.awaitCompleted(job, Duration.ofSeconds(60));
    assertEquals(
        "/usr/bin/mawk there\n/usr/bin/perl absent\n/usr/bin/env absent\n",
        ContainedJobTest.text(ada, job, "seen.txt"));
    assertEquals(
        bundles(appliance.data().resolve("bundles")),
        bundles(appliance.data().resolve("executor/bundles/kept")));
  }

  @Test
  void whatDoesNotRunFromItsBundleIsRefusedWithTheReason() throws Exception {
    var body = PortalClient.JSON.createObjectNode().put("app", "unbundled");
    body.putObject("inputs").put("script", "example:look.awk");
    HttpResponse<String> response = ada.send("POST", "/api/v1/jobs", body);
    assertEquals(409, response.statusCode(), response.body());
    assertTrue(response.body().contains("List/Util.pm"), response.body());
    assertTrue(ada.get("/api/v1/apps/unbundled").get("problem").asText().contains("published"));
  }

  private static List<String> bundles(Path folder) throws Exception {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString())
          .filter(name -> name.length() == 64)
          .sorted()
          .toList();
    }
  }
}
