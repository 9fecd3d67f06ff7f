package org.gridappliance.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The Java door, with the real launcher: as root if the tests are, else as the caller. */
class EvmRunTest {
  private final Sandbox sandbox = new Sandbox();
  private final EvmLauncher launcher = new EvmLauncher(sandbox.launcher);

  @AfterEach
  void clear() throws Exception {
    Machine.awaitNoProcesses();
    assertEquals(List.of(), Machine.controlGroups());
    sandbox.close();
  }

  private EvmRun start(EvmSpec spec) throws Exception {
    Sandbox.Mode mode = Sandbox.isRoot() ? Sandbox.Mode.ROOT : Sandbox.Mode.UNPRIVILEGED;
    return EvmRun.start(launcher, sandbox.as(mode, spec), EvmRun.Streams.pipes(), usage -> {});
  }

  private static EvmResult await(EvmRun run) throws Exception {
    return run.result().get(30, TimeUnit.SECONDS);
  }

  @Test
  void exitCodeOutputAndUsageComeBack() throws Exception {
    try (EvmRun run = start(sandbox.attack("count", "1000"))) {
      CompletableFuture<Long> lines = CompletableFuture.supplyAsync(() -> countLines(run));
      assertEquals(1000, lines.get(20, TimeUnit.SECONDS));
      EvmResult result = await(run);
      assertEquals(EvmResult.Outcome.EXITED, result.outcome());
      assertEquals(0, result.exitCode());
      assertTrue(result.maxRssBytes() > 0);
      assertEquals(0, result.refusedCalls());
    }
  }

  @Test
  void theSandboxIsReadyBeforeTheProgramRuns() throws Exception {
    try (EvmRun run = start(sandbox.attack("nothing"))) {
      EvmLayers layers = run.ready().get(20, TimeUnit.SECONDS);
      assertTrue(layers.landlockAbi() >= 1);
      assertTrue(layers.portalPid() > 1);
      assertEquals(EvmResult.Outcome.EXITED, await(run).outcome());
    }
  }

  @Test
  void aCrashIsASignal() throws Exception {
    try (EvmRun run = start(sandbox.attack("crash"))) {
      EvmResult result = await(run);
      assertEquals(EvmResult.Outcome.SIGNALED, result.outcome());
      assertEquals(11, result.signal());
      assertEquals(-1, result.exitCode());
    }
  }

  @Test
  void aProgramThatIsNotThereIsRefusedWithItsName() throws Exception {
    EvmSpec spec = EvmSpec.of(List.of("/no/such/program"));
    try (EvmRun run = start(spec)) {
      EvmResult result = await(run);
      assertEquals(EvmResult.Outcome.REFUSED, result.outcome());
      assertTrue(result.reason().contains("/no/such/program"), result.reason());
    }
  }

  @Test
  void aWorkingFolderThatIsNotThereIsRefusedBeforeAnythingRuns() throws Exception {
    try (EvmRun run = start(sandbox.attack("nothing").withWork(Path.of("/no/such"), false))) {
      assertThrows(Exception.class, () -> run.ready().get(20, TimeUnit.SECONDS));
      EvmResult result = await(run);
      assertEquals(EvmResult.Outcome.REFUSED, result.outcome());
      assertTrue(result.reason().contains("/no/such"), result.reason());
    }
  }

  /**
   * Its threads send SIGCONT to each other all the time, so a stop by signal alone does not last.
   */
  @Test
  void aProgramThatUndoesEveryStopIsPausedAllTheSame() throws Exception {
    BlockingQueue<Duration> cpu = new LinkedBlockingQueue<>();
    Sandbox.Mode mode = Sandbox.isRoot() ? Sandbox.Mode.ROOT : Sandbox.Mode.UNPRIVILEGED;
    EvmSpec spec = sandbox.as(mode, sandbox.attack("defy"));
    try (EvmRun run =
        EvmRun.start(launcher, spec, EvmRun.Streams.pipes(), usage -> cpu.add(usage.cpu()))) {
      assertTrue(awaitPair(cpu, (before, after) -> after.compareTo(before) > 0), "it runs");
      run.pause();
      assertTrue(awaitPair(cpu, Duration::equals), "it is paused");
      run.resume();
      assertTrue(awaitPair(cpu, (before, after) -> after.compareTo(before) > 0), "it runs again");
      run.kill();
      assertEquals(EvmResult.Outcome.KILLED, await(run).outcome());
    }
  }

  /** Whether CPU times a second apart come to fit, within 15 of them. */
  private static boolean awaitPair(
      BlockingQueue<Duration> cpu, BiPredicate<Duration, Duration> fits) throws Exception {
    Duration before = cpu.poll(10, TimeUnit.SECONDS);
    for (int i = 0; i < 15 && before != null; i++) {
      Duration after = cpu.poll(10, TimeUnit.SECONDS);
      if (after != null && fits.test(before, after)) {
        return true;
      }
      before = after;
    }
    return false;
  }

  @Test
  void killEndsEverything() throws Exception {
    try (EvmRun run = start(sandbox.attack("fork-bomb"))) {
      run.ready().get(20, TimeUnit.SECONDS);
      run.kill();
      assertNotEquals(EvmResult.Outcome.EXITED, await(run).outcome());
    }
  }

  @Test
  void closingTheLifelineEndsEverything() throws Exception {
    EvmRun run = start(sandbox.attack("spin"));
    run.ready().get(20, TimeUnit.SECONDS);
    run.close();
    Machine.awaitNoProcesses();
    assertFalse(run.process().isAlive());
  }

  @Test
  void killingTheLauncherEndsEverythingAndTheNextRunSweeps() throws Exception {
    int rounds = Boolean.getBoolean("soak") ? 300 : 15;
    for (int i = 0; i < rounds; i++) {
      try (EvmRun run = start(sandbox.attack(i % 2 == 0 ? "spin" : "stay"))) {
        if (i % 3 != 0) {
          run.ready().get(20, TimeUnit.SECONDS);
        }
        run.process().destroyForcibly();
        EvmResult result = await(run);
        assertTrue(
            result.outcome() == EvmResult.Outcome.LOST
                || result.outcome() == EvmResult.Outcome.EXITED,
            result::toString);
        Machine.awaitNoProcesses();
      }
    }
    try (EvmRun run = start(sandbox.attack("nothing"))) {
      assertEquals(EvmResult.Outcome.EXITED, await(run).outcome());
    }
  }

  @Test
  void randomPausesLoseNothing() throws Exception {
    int rounds = Boolean.getBoolean("soak") ? 1000 : 25;
    long seed = 20261121;
    Random random = new Random(seed);
    AtomicLong seen = new AtomicLong();
    try (EvmRun run = start(sandbox.attack("count", "" + 40_000L * rounds))) {
      CompletableFuture<Long> lines = CompletableFuture.supplyAsync(() -> inOrder(run, seen));
      run.ready().get(20, TimeUnit.SECONDS);
      for (int i = 0; i < rounds; i++) {
        run.pause();
        LockSupport.parkNanos(random.nextInt(3_000_000));
        run.resume();
        LockSupport.parkNanos(random.nextInt(3_000_000));
      }
      assertEquals(40_000L * rounds, lines.get(120, TimeUnit.SECONDS), "seed " + seed);
      EvmResult result = await(run);
      assertEquals(EvmResult.Outcome.EXITED, result.outcome());
    }
  }

  @Test
  void aPausedProgramUsesNoCpuAndItsWallClockStands() throws Exception {
    EvmSpec spec = sandbox.attack("spin");
    spec = spec.withLimits(spec.limits().withWall(Duration.ofMillis(1500)));
    List<EvmUsage> samples = new java.util.concurrent.CopyOnWriteArrayList<>();
    Sandbox.Mode mode = Sandbox.isRoot() ? Sandbox.Mode.ROOT : Sandbox.Mode.UNPRIVILEGED;
    try (EvmRun run =
        EvmRun.start(launcher, sandbox.as(mode, spec), EvmRun.Streams.pipes(), samples::add)) {
      run.ready().get(20, TimeUnit.SECONDS);
      run.pause();
      while (samples.size() < 4) {
        LockSupport.parkNanos(20_000_000);
      }
      assertEquals(samples.get(2).cpu(), samples.get(3).cpu());
      assertTrue(run.process().isAlive());
      run.resume();
      EvmResult result = await(run);
      assertEquals("wall-ms", result.limit());
      assertTrue(result.paused().toMillis() >= 2000, result::toString);
    }
  }

  /** As batch systems suspend: by SIGSTOP on every process, the launcher's own too. */
  @Test
  void timeInWhichAllOfItWasStoppedIsNotTheProgramsOwn() throws Exception {
    EvmSpec spec = sandbox.attack("spin");
    spec = spec.withLimits(spec.limits().withWall(Duration.ofSeconds(5)));
    try (EvmRun run = start(spec)) {
      run.ready().get(20, TimeUnit.SECONDS);
      signal(run, "STOP");
      long until = System.nanoTime() + Duration.ofMillis(3500).toNanos();
      while (System.nanoTime() < until) {
        LockSupport.parkNanos(20_000_000);
      }
      signal(run, "CONT");
      EvmResult result = await(run);
      assertEquals("wall-ms", result.limit());
      assertTrue(result.paused().toMillis() >= 2000, result::toString);
      assertTrue(result.wall().minus(result.paused()).toMillis() >= 5000, result::toString);
    }
  }

  private static void signal(EvmRun run, String name) throws Exception {
    List<String> command = new java.util.ArrayList<>(List.of("kill", "-" + name));
    command.add(Long.toString(run.process().pid()));
    run.process().descendants().forEach(one -> command.add(Long.toString(one.pid())));
    new ProcessBuilder(command).start().waitFor(); // one that ended since it was listed is no fault
  }

  @Test
  void nothingOfTheHostsEnvironmentIsInside() throws Exception {
    EvmSpec spec =
        Sandbox.withHostPrograms(EvmSpec.of(List.of("/usr/bin/env")))
            .withEnvironment(Map.of("ONLY", "this"));
    try (EvmRun run = start(spec)) {
      assertEquals(
          "ONLY=this\n",
          new String(run.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      await(run);
    }
  }

  @Test
  void theWorkingFolderKeepsTheResults() throws Exception {
    EvmSpec spec =
        Sandbox.withHostPrograms(
                EvmSpec.of(List.of("/bin/sh", "-c", "echo result > out; echo gone > /tmp/x")))
            .withWork(sandbox.work, false);
    try (EvmRun run = start(spec)) {
      assertEquals(0, await(run).exitCode());
    }
    assertEquals("result\n", Files.readString(sandbox.work.resolve("out")));
  }

  private static long countLines(EvmRun run) {
    return inOrder(run, new AtomicLong());
  }

  /** Reads the counter's output to its end; every number must follow the one before. */
  private static long inOrder(EvmRun run, AtomicLong seen) {
    try (BufferedReader reader = run.process().inputReader(StandardCharsets.US_ASCII)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.equals("" + seen.get())) {
          throw new AssertionError("line " + seen + " is " + line);
        }
        seen.incrementAndGet();
      }
      return seen.get();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
