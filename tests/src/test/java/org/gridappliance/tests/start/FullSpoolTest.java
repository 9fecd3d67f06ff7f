package org.gridappliance.tests.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.gridappliance.tests.fixture.Await;
import org.gridappliance.tests.fixture.PortalClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A manager whose disk with HTCondor's queue is full: a small file system of its own. */
@Tag("root")
@Tag("netns")
class FullSpoolTest {
  private static final int MIB = 1 << 20;

  private static LabPool lab;
  private static PortalClient ada;
  private static Path disk;

  @BeforeAll
  static void start() throws Exception {
    lab = new LabPool("steps");
    disk = Files.createDirectories(lab.agent(""));
    LabPool.output("mount", "-t", "tmpfs", "-o", "size=256m,mode=711", "tmpfs", disk.toString());
    ada = lab.up(8, "--nodes", "2", "--cpus", "8");
  }

  @AfterAll
  static void stop() throws Exception {
    try {
      lab.stop();
    } finally {
      LabPool.output("umount", "-l", disk.toString());
      Files.deleteIfExists(disk);
    }
  }

  @Test
  void whatIsSubmittedWaitsWithTheReasonAndNothingIsLostOrDoneTwice() throws Exception {
    long under = ada.submit("steps", Map.of("steps", 1, "seconds", 20), sweep(8));
    Await.until(
        "it runs", LabPool.PATIENCE, () -> ada.job(under).at("/counts/running").asInt() == 8);
    Path filler = disk.resolve("filler");
    try (OutputStream out = Files.newOutputStream(filler)) {
      byte[] block = new byte[MIB];
      assertThrows(IOException.class, () -> writeForEver(out, block));
    }
    Await.until("it is told why", LabPool.PATIENCE, () -> reason().contains(" MiB free"));
    long meanwhile = ada.submit("steps", Map.of("steps", 1, "seconds", 1), sweep(30));
    Await.until(
        "the job says so too",
        LabPool.PATIENCE,
        () -> ada.get("/api/v1/jobs/" + meanwhile).toString().contains(" MiB free"));
    assertEquals(0, ada.job(meanwhile).at("/counts/completed").asInt());
    Files.delete(filler);
    ada.awaitCompleted(meanwhile, LabPool.PATIENCE);
    ada.awaitCompleted(under, LabPool.PATIENCE);
    assertEquals(IntStream.range(0, 30).boxed().toList(), completed(meanwhile));
    assertEquals(IntStream.range(0, 8).boxed().toList(), completed(under));
    assertEquals("", reason());
  }

  private static void writeForEver(OutputStream out, byte[] block) throws IOException {
    while (true) {
      out.write(block);
    }
  }

  private static String reason() throws Exception {
    return ada.get("/api/v1/pool").at("/condor/reason").asText("");
  }

  /** Which subjobs have a completed run, as often as they have one. */
  private static List<Integer> completed(long job) throws Exception {
    JsonNode runs = ada.get("/api/v1/pool/runs?limit=100&q=job:" + job).path("runs");
    return StreamSupport.stream(runs.spliterator(), false)
        .filter(run -> run.path("state").asText().equals("Completed"))
        .map(run -> run.path("index").asInt())
        .sorted()
        .toList();
  }

  private static Map<String, Object> sweep(int count) {
    return Map.of(
        "pool", "condor", "sweep", Map.of("n", IntStream.range(0, count).boxed().toList()));
  }
}
