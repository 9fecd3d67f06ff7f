package org.gridappliance.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.gridappliance.evm.Sandbox.Finished;
import org.gridappliance.evm.Sandbox.Mode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What uses too much ends at its limit, and the report says at which. */
class LimitTest {
  private static final long MIB = 1L << 20;
  private final Sandbox sandbox = new Sandbox();

  @AfterEach
  void clear() throws Exception {
    Machine.awaitNoProcesses();
    sandbox.close();
  }

  @ParameterizedTest
  @CsvSource({
    "fork-bomb, '', processes",
    "thread-bomb, '', processes",
    "hog-memory, shared, memory-bytes",
    "hog-memory, forked, memory-bytes",
    "hog-memory, tmpfs, memory-bytes",
    "hog-disk, '', disk-bytes",
    "hog-disk, removed, disk-bytes",
    "hog-disk, many, disk-files",
    "hog-disk, deep, disk-files",
    "spin, '', cpu-ms",
    "hog-disk, hidden, disk-bytes"
  })
  void endsTheProgramUnprivileged(String attack, String argument, String limit) throws Exception {
    check(Mode.UNPRIVILEGED, attack, argument, limit);
  }

  @Tag("root")
  @ParameterizedTest
  @CsvSource({
    "fork-bomb, '', processes",
    "thread-bomb, '', processes",
    "hog-memory, shared, memory-bytes",
    "hog-memory, tmpfs, memory-bytes",
    "hog-memory, child, memory-bytes",
    "hog-disk, removed, disk-bytes",
    "spin, '', cpu-ms"
  })
  void endsTheProgramAsRoot(String attack, String argument, String limit) throws Exception {
    check(Mode.ROOT, attack, argument, limit);
    assertEquals(List.of(), Machine.controlGroups());
  }

  private void check(Mode mode, String attack, String argument, String limit) throws Exception {
    EvmLimits limits =
        EvmLimits.defaults()
            .withWall(Duration.ofSeconds(30))
            .withCpu(Duration.ofMillis(attack.equals("spin") ? 300 : 20_000))
            .withProcesses(60)
            .withMemoryBytes(160 * MIB)
            .withTmpBytes(400 * MIB)
            .withDisk(32 * MIB, 64 * MIB, 3000);
    Finished run = sandbox.run(mode, sandbox.attack(attack, argument).withLimits(limits));

    assertEquals(EvmResult.Outcome.LIMIT, run.result().outcome(), () -> run.result().toString());
    assertEquals(limit, run.result().limit());
    assertTrue(run.result().reason().contains("allowed by " + limit), run.result().reason());
    assertEquals(124, run.exitCode());
  }

  @Test
  void oneProcessCannotTakeMoreMemoryThanTheLimit() throws Exception {
    EvmLimits limits = EvmLimits.defaults().withMemoryBytes(96 * MIB);
    Finished run = sandbox.run(Mode.UNPRIVILEGED, sandbox.attack("hog-memory").withLimits(limits));

    assertTrue(run.result().maxRssBytes() < 100 * MIB, () -> run.result().toString());
  }

  @Test
  void wallTimeEndsASleepingProgram() throws Exception {
    EvmLimits limits = EvmLimits.defaults().withWall(Duration.ofMillis(400));
    Finished run = sandbox.run(Mode.UNPRIVILEGED, sandbox.attack("spin").withLimits(limits));

    assertEquals("wall-ms", run.result().limit());
    assertTrue(run.result().wall().toMillis() < 3000, () -> run.result().toString());
  }
}
