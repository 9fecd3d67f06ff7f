package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many short subjobs through HTTP and a database that flushes; prints the rate, asserts none. */
class ThroughputTest {
  @TempDir Path data;

  @Test
  void everyOneOfManyShortSubjobsCompletes() throws Exception {
    int subjobs = Boolean.getBoolean("soak") ? 100_000 : 5_000;
    TestApps.install(data);
    try (TestPortal portal = new TestPortal(data, Clock.systemUTC())) {
      TestExecutor one = new TestExecutor(() -> portal, "one", 2);
      long begin = System.nanoTime();
      long id =
          portal.submit(
              "ann",
              Map.of(
                  "app", "nothing",
                  "inputs", Map.of(),
                  "sweep", Map.of("number", IntStream.rangeClosed(1, subjobs).boxed().toList())));
      double submitted = (System.nanoTime() - begin) / 1e9;
      assertEquals(subjobs, one.work(lease -> TestExecutor.success(lease, List.of(), "")));
      double ran = (System.nanoTime() - begin) / 1e9;
      TestPortal.await("completes", () -> portal.state("ann", id).equals("Completed"));
      double ended = (System.nanoTime() - begin) / 1e9;
      System.out.println(
          "%d subjobs: submitted after %.2f s, results after %.2f s (%.0f/s), merged after %.2f s"
              .formatted(subjobs, submitted, ran, subjobs / (ran - submitted), ended)
              .toLowerCase(Locale.ROOT));
    }
  }
}
