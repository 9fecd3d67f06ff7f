package org.gridappliance.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Portal and executor are killed with signal 9 at seeded random moments of 500-subjob jobs. */
@Tag("slow")
class KillTest {
  private static final int KILLS = Boolean.getBoolean("soak") ? 200 : 15;
  private static final int SUBJOBS = 500;
  private static final long SEED = Long.getLong("seed", 20031);

  @Test
  void everySubjobHasExactlyOneResultAfterKills() throws Exception {
    System.out.println("KillTest seed=" + SEED + " kills=" + KILLS);
    Random random = new Random(SEED);
    try (Appliance appliance = Appliance.start(2)) {
      TestApps.drop(appliance, "count");
      int kills = 0;
      while (kills < KILLS) {
        List<Integer> numbers = IntStream.range(0, SUBJOBS).boxed().toList();
        long job =
            appliance
                .admin()
                .submit("count", Map.of("n", 0), Map.of("sweep", Map.of("n", numbers)));
        // at most five kills a job, so that jobs end between them
        for (int i = 0; i < 5 && kills < KILLS; i++, kills++) {
          LockSupport.parkNanos(Duration.ofMillis(200 + random.nextInt(1500)).toNanos());
          if (random.nextBoolean()) {
            appliance.killPortal();
            appliance.startPortal();
          } else {
            appliance.killAgent();
            appliance.startAgent(2);
          }
        }
        try {
          check(appliance.admin(), job);
        } catch (AssertionError e) {
          throw new AssertionError(state(appliance, job) + "after " + kills + " kills", e);
        }
      }
    }
  }

  /** What a person would look at to find out why a job does not end. */
  private static String state(Appliance appliance, long job) throws Exception {
    PortalClient client = appliance.admin();
    StringBuilder text = new StringBuilder();
    for (String path :
        List.of("jobs/" + job, "jobs/" + job + "/subjobs?limit=1000", "nodes", "pool")) {
      text.append(path).append(": ").append(client.get("/api/v1/" + path)).append('\n');
    }
    return text + appliance.tail();
  }

  private static void check(PortalClient client, long job) throws Exception {
    JsonNode ended = client.awaitCompleted(job, Duration.ofMinutes(15));
    assertEquals(SUBJOBS, ended.get("counts").get("completed").asInt());
    JsonNode subjobs = client.get("/api/v1/jobs/" + job + "/subjobs?limit=1000");
    assertEquals("C".repeat(SUBJOBS), subjobs.get("states").asText());
    JsonNode rows = client.get("/api/v1/jobs/" + job + "/tables/rows?limit=1000&columns=value");
    List<Integer> values =
        StreamSupport.stream(rows.get("rows").spliterator(), false)
            .map(row -> row.get(0).asInt())
            .sorted()
            .toList();
    assertEquals(IntStream.range(0, SUBJOBS).boxed().toList(), values);
  }
}
