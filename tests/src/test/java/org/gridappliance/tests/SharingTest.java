package org.gridappliance.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Await;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A computer's owner keeps jobs away from it, and lets them come back. */
@Tag("root")
@Tag("alone")
class SharingTest {
  private static final int SUBJOBS = 300;

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
