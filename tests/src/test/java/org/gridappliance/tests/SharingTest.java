package org.gridappliance.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Await;
import org.gridappliance.tests.fixture.Jvm;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A computer's owner keeps jobs away from it, and lets them come back. */
@Tag("root")
@Tag("alone")
class SharingTest {
  private static final int SUBJOBS = 300;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void jobStandsStillWhileItsOwnerWantsQuietAndEndsWholeAfterwards() throws Exception {
    try (Appliance appliance = Appliance.start(2)) {
      TestApps.drop(appliance, "count");
      PortalClient ada = appliance.admin();
      long job =
          ada.submit(
              "count",
              Map.of("n", 0),
              Map.of("sweep", Map.of("n", IntStream.range(0, SUBJOBS).boxed().toList())));
      Await.until("it moves", Duration.ofSeconds(60), () -> completed(ada, job) > 0);
      JsonNode quiet = snooze(ada, 60);
      assertTrue(quiet.get("snoozeSeconds").asInt() > 3500, quiet.toString());
      Await.until(
          "the agent paused",
          Duration.ofSeconds(10),
          () -> ada.get("/api/v1/sharing").path("paused").asText().contains("wants quiet"));
      int[] last = {-1};
      Await.until(
          "it stands still for a second",
          Duration.ofSeconds(30),
          () -> {
            int before = completed(ada, job);
            long looked = System.nanoTime();
            while (System.nanoTime() - looked < 1_000_000_000L && completed(ada, job) == before) {
              last[0] = before;
            }
            return completed(ada, job) == before;
          });
      assertTrue(last[0] < SUBJOBS, "it ended before it was paused");
      snooze(ada, 0);
      ada.awaitCompleted(job, Duration.ofSeconds(90));
      assertEquals(
          SUBJOBS, ada.get("/api/v1/jobs/" + job + "/tables/rows?limit=1000").get("rows").size());
    }
  }

  @Test
  void settingsAreForPoolAdminsAndWrongOnesAreNamed() throws Exception {
    try (Appliance appliance = Appliance.start(1)) {
      PortalClient ada = appliance.admin();
      assertEquals(403, ada.newUser("bob").send("GET", "/api/v1/sharing", null).statusCode());
      ObjectNode wanted = ada.get("/api/v1/sharing").get("sharing").deepCopy();
      wanted.put("level", "AWAY").putArray("days");
      HttpResponse<String> refused = ada.send("PUT", "/api/v1/sharing", wanted);
      assertEquals(422, refused.statusCode(), refused.body());
      assertTrue(refused.body().contains("no job could ever run"), refused.body());
      wanted.putArray("days").add("SUNDAY");
      wanted.putArray("exclusive").add("/usr/bin/blender");
      assertTrue(ada.send("PUT", "/api/v1/sharing", wanted).body().contains("/usr/bin/blender"));
      wanted.putArray("exclusive").add("blender");
      assertEquals(200, ada.send("PUT", "/api/v1/sharing", wanted).statusCode());
      JsonNode kept = ada.get("/api/v1/sharing").get("sharing");
      assertEquals(
          "AWAY SUNDAY blender",
          kept.get("level").asText()
              + " "
              + kept.at("/days/0").asText()
              + " "
              + kept.at("/exclusive/0").asText());
    }
  }

  @Test
  void joinedMachineObeysItsOwnersRulesAndThePolicyOfItsGroup(
      @TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) throws Exception {
    try (Appliance appliance = Appliance.withoutExecutor()) {
      PortalClient ada = appliance.admin();
      PortalClient bob = ada.newUser("bob");
      HttpResponse<String> made =
          ada.send("POST", "/api/v1/nodes/join-tokens", Map.of("owner", "bob"));
      String token = PortalClient.JSON.readTree(made.body()).path("token").asText();
      Process agent =
          Jvm.start(
              List.of(),
              folder.resolve("agent.log"),
              Map.of(),
              "org.gridappliance.agent.AgentMain",
              "join",
              appliance.url() + "/join#" + token,
              "--slots",
              "1",
              "--data",
              folder.resolve("desk").toString());
      try {
        Await.until("it joined", PATIENCE, () -> ada.get("/api/v1/nodes").at("/nodes/0").has("id"));
        String node = "/api/v1/nodes/" + ada.get("/api/v1/nodes").at("/nodes/0/id").asLong();
        String rules = node + "/sharing";
        Await.until("it told of itself", PATIENCE, () -> bob.get(rules).path("told").asBoolean());
        assertTrue(bob.get(rules).has("idleSource"), bob.get(rules).toString());

        ObjectNode wanted = bob.get(rules).get("sharing").deepCopy();
        assertEquals(200, bob.send("PUT", rules, wanted.put("level", "OFF")).statusCode());
        Await.until(
            "it obeys its owner",
            PATIENCE,
            () -> bob.get(rules).path("paused").asText().contains("does not share"));
        assertTrue(
            Files.readString(folder.resolve("desk/executor/sharing.json")).contains("\"OFF\""));
        assertEquals(200, bob.send("PUT", rules, wanted.put("level", "ALWAYS")).statusCode());
        Await.until(
            "it runs jobs again", PATIENCE, () -> bob.get(rules).path("percent").asInt() > 0);

        assertEquals(200, ada.send("PATCH", node, Map.of("group", "lab-2")).statusCode());
        String policy = "/api/v1/pool/policies/lab-2";
        assertEquals(403, bob.send("PUT", policy, wanted).statusCode());
        assertEquals(200, ada.send("PUT", policy, wanted.put("level", "OFF")).statusCode());
        Await.until(
            "it obeys the policy of its group",
            PATIENCE,
            () -> bob.get(rules).path("paused").asText().contains("policy allows no jobs"));
        assertEquals("ALWAYS", bob.get(rules).at("/sharing/level").asText());
      } finally {
        agent.destroy();
        assertTrue(agent.waitFor(20, TimeUnit.SECONDS), "ends when asked to");
      }
    }
  }

  private static JsonNode snooze(PortalClient client, int minutes) throws Exception {
    HttpResponse<String> answer =
        client.send("POST", "/api/v1/sharing/snooze", Map.of("minutes", minutes));
    assertEquals(200, answer.statusCode(), answer.body());
    return PortalClient.JSON.readTree(answer.body());
  }

  private static int completed(PortalClient client, long job) throws Exception {
    return client.job(job).at("/counts/completed").asInt();
  }
}
