package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine without HTCondor says what to install; its own executors take the jobs. */
class NoCondorTest {
  @TempDir Path data;

  @Test
  void thePoolSaysWhatToInstallAJobForHtcondorIsRefusedAndTheLocalPoolWorks() throws Exception {
    TestApps.install(data);
    try (TestPortal portal = new TestPortal(data, Clock.systemUTC())) {
      Files.writeString(portal.home("ann").resolve("words.txt"), "b\na\n");
      JsonNode condor = portal.get("ann", "/pool").json().path("condor");
      assertFalse(condor.path("ready").asBoolean());
      assertTrue(
          condor.path("reason").asText().contains("./appliance pool install"), condor::toString);

      Map<String, Object> job = Map.of("app", "count", "inputs", Map.of("data", "words.txt"));
      Map<String, Object> there = new HashMap<>(job);
      there.put("pool", "condor");
      TestPortal.Answer refused = portal.post("ann", "/jobs", there);
      assertEquals(400, refused.status());
      assertEquals("pool", refused.json().at("/errors/0/field").asText(), refused::text);
      assertTrue(refused.text().contains("./appliance pool install"), refused::text);

      TestExecutor executor = new TestExecutor(() -> portal, "one", 2);
      long id = portal.submit("ann", job);
      assertEquals("local", portal.job("ann", id).path("pool").asText());
      executor.work(lease -> JobLifeTest.count(executor, lease));
      TestPortal.await("job completes", () -> portal.state("ann", id).equals("Completed"));
    }
  }
}
