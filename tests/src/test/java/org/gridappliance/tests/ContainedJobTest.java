package org.gridappliance.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user chose runs where it can reach nothing, and reaches its program as it was typed. */
class ContainedJobTest {
  private static Appliance appliance;
  private static PortalClient ada;

  @BeforeAll
  static void start() throws Exception {
    appliance = Appliance.start(2);
    ada = appliance.admin();
    TestApps.drop(appliance, "probe");
    TestApps.drop(appliance, "echo-argument");
    TestApps.drop(appliance, "hostile-result");
  }

  @AfterAll
  static void stop() throws Exception {
    appliance.close();
  }

  @Test
  void jobReachesNeitherDataNorNetworkNorProcesses() throws Exception {
    String script = ada.upload("probe.sh", TestApps.file("probe.sh"));
    long job =
        ada.submit(
            "probe",
            Map.of(
                "script",
                script,
                "data",
                appliance.data().toString(),
                "port",
                appliance.url().getPort(),
                "pid",
                appliance.portalPid()),
            Map.of());
    ada.awaitCompleted(job, Duration.ofSeconds(60));
    assertEquals("", text(ada, job, "reached.txt"));
    // what it wrote there was a copy of its own
    assertFalse(Files.exists(Path.of("/etc/written-by-a-probe")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$(touch /tmp/x)",
        "; rm -rf /",
        "a b  c",
        "\"quoted\" 'twice'",
        "`id`",
        "*",
        "\\n",
        "é✓🧬",
        "{text}"
      })
  void shellMetacharactersArriveAsPlainText(String argument) throws Exception {
    long job = ada.submit("echo-argument", Map.of("text", argument), Map.of());
    ada.awaitCompleted(job, Duration.ofSeconds(30));
    assertEquals(argument, text(ada, job, "argument.txt"));
  }

  /** A program would take it for an option. */
  @Test
  void textThatBeginsWithAMinusIsRefused() throws Exception {
    var body = PortalClient.JSON.createObjectNode().put("app", "echo-argument");
    body.putObject("inputs").put("text", "-rf");
    assertEquals(400, ada.send("POST", "/api/v1/jobs", body).statusCode());
  }

  @Test
  void othersSeeNothingOfAJob() throws Exception {
    PortalClient eve = ada.newUser("eve");
    long job = ada.submit("echo-argument", Map.of("text", "mine"), Map.of());
    ada.awaitCompleted(job, Duration.ofSeconds(30));
    for (String path :
        new String[] {
          "",
          "/subjobs",
          "/results",
          "/results/argument.txt",
          "/results.zip",
          "/events",
          "/subjobs/0/output/stdout",
          "/tables/rows"
        }) {
      HttpResponse<String> response = eve.send("GET", "/api/v1/jobs/" + job + path, null);
      assertEquals(404, response.statusCode(), path + response.body());
    }
    for (String action : new String[] {"cancel", "suspend", "resume", "resubmit"}) {
      assertEquals(
          404, eve.send("POST", "/api/v1/jobs/" + job + "/" + action, null).statusCode(), action);
    }
    assertEquals(404, eve.send("DELETE", "/api/v1/jobs/" + job, null).statusCode());
    assertTrue(eve.get("/api/v1/jobs").get("jobs").isEmpty());
  }

  static String text(PortalClient client, long job, String path) throws Exception {
    return new String(
        client.bytes("/api/v1/jobs/" + job + "/results/" + path), StandardCharsets.UTF_8);
  }
}
