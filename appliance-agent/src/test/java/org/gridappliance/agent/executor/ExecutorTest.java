package org.gridappliance.agent.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.gridappliance.agent.envelope.Bubblewrap;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.SubjobResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One subjob's way: lease, inputs, envelope, outputs, result. */
class ExecutorTest {
  @TempDir Path folder;
  private LittlePortal portal;
  private Bubblewrap envelope;
  private PortalClient client;
  private Executor executor;

  @BeforeEach
  void open() throws Exception {
    portal = new LittlePortal();
    envelope = new Bubblewrap(folder.resolve("envelope"), 58_700, 2);
    client = new PortalClient(portal.identity());
    executor =
        new Executor(
            client,
            envelope,
            new Executor.Settings(folder.resolve("executor"), 2, 1 << 20, 4L << 30));
    executor.start();
  }

  @AfterEach
  void close() throws Exception {
    executor.close();
    client.close();
    envelope.close();
    portal.close();
    Folders.remove(folder.resolve("envelope"));
  }

  @Test
  void inputsArriveAndOutputsComeBackByHash() throws Exception {
    FileRef input = portal.file("in/data.txt", "three\none\ntwo\n");
    portal.offer(
        List.of("sorted.txt", "*.log"),
        List.of(input),
        "sh",
        "-c",
        "sort in/data.txt > sorted.txt; echo x > a.log; echo done; echo oops >&2");
    SubjobResult result = portal.result();
    assertEquals(0, result.exitCode(), result.toString());
    assertNull(result.failure());
    assertEquals("one\nthree\ntwo\n", portal.output(result, "sorted.txt"));
    assertEquals("x\n", portal.output(result, "a.log"));
    assertEquals("done\n", result.stdout());
    assertEquals("oops\n", result.stderr());
    assertTrue(result.wallSeconds() > 0 && result.wallSeconds() < 30);
    assertTrue(result.peakMemoryBytes() > 100_000, result.toString());
  }

  @Test
  void scratchAndSpoolAreEmptyAfterwards() throws Exception {
    portal.offer(
        List.of("o"), List.of(), "sh", "-c", "mkdir -p a/b; echo > a/b/c; chmod 0 a; echo > o");
    assertEquals(0, portal.result().exitCode());
    portal.offer(List.of(), List.of(), "true");
    portal.result();
    Until.holds("all is delivered", () -> executor.status().undelivered() == 0);
    executor.close();
    for (String place : List.of("scratch", "spool")) {
      try (Stream<Path> left = Files.list(folder.resolve("executor").resolve(place))) {
        assertEquals(List.of(), left.toList(), place);
      }
    }
  }
}
