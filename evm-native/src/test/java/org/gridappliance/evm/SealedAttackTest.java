package org.gridappliance.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.gridappliance.evm.Sandbox.Mode;
import org.gridappliance.evm.SealedSandbox.Ended;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who owns the disk changes it, who runs inside looks for the key, and processes are killed. */
class SealedAttackTest {
  private static final int STRIDE = 4096 + 16;

  private final SealedSandbox sealed = new SealedSandbox();
  private final Sandbox sandbox = sealed.sandbox;

  @AfterEach
  void clear() throws Exception {
    sealed.close();
  }

  /** What the owner of the disk does to one file between two moments. */
  private interface Tampering {
    void change(Path file, byte[] older) throws IOException;
  }

  private static byte[] block(byte[] bytes, int number) {
    return java.util.Arrays.copyOfRange(bytes, number * STRIDE, (number + 1) * STRIDE);
  }

  private static void put(Path file, int number, byte[] block) throws IOException {
    byte[] now = Files.readAllBytes(file);
    System.arraycopy(block, 0, now, number * STRIDE, STRIDE);
    Files.write(file, now);
  }

  /**
   * The program writes ten blocks, writes them again, reads them; the disk is changed before it
   * reads.
   */
  private void tamper(Mode mode, String expected, Tampering tampering) throws Exception {
    sandbox.clearWork();
    Path report = sandbox.folder.resolve("report-" + System.nanoTime());
    Process process = sealed.start(mode, sealed.scratch("tamper", "/work"), 0, report);
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    assertEquals("first", output.readLine());
    Path file = sandbox.work.resolve("2");
    byte[] older = Files.readAllBytes(file);
    answer(process);
    assertEquals("second", output.readLine());
    tampering.change(file, older);
    answer(process);
    StringBuilder rest = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      rest.append(line).append('\n');
    }
    Ended run = sealed.finish(process, rest.toString(), report);
    assertEquals(EvmResult.Outcome.ALTERED, run.result().outcome(), () -> run + "");
    assertEquals("scratch was altered: " + expected, run.result().reason());
    assertEquals(123, run.exitCode());
    assertFalse(run.output().contains("read 4"), run.output()); // nothing was read
    assertFalse(Files.exists(sandbox.work.resolve("index")), "no results of an altered run");
  }

  private static void answer(Process process) throws IOException {
    process.getOutputStream().write("go\n".getBytes(StandardCharsets.US_ASCII));
    process.getOutputStream().flush();
  }

  @Test
  void aFlippedBitStopsTheSubjob() throws Exception {
    for (Mode mode : SealedSandbox.modes()) {
      tamper(
          mode,
          "victim block 3",
          (file, older) -> {
            byte[] changed = block(Files.readAllBytes(file), 3);
            changed[100] ^= 1;
            put(file, 3, changed);
          });
    }
  }

  @Test
  void swappedBlocksStopTheSubjob() throws Exception {
    for (Mode mode : SealedSandbox.modes()) {
      tamper(
          mode,
          "victim block 4",
          (file, older) -> {
            byte[] bytes = Files.readAllBytes(file);
            put(file, 4, block(bytes, 5));
            put(file, 5, block(bytes, 4));
          });
    }
  }

  @Test
  void aBlockRolledBackStopsTheSubjob() throws Exception {
    for (Mode mode : SealedSandbox.modes()) {
      tamper(mode, "victim block 9", (file, older) -> put(file, 9, block(older, 9)));
    }
  }

  @Test
  void aWholeFileRolledBackStopsTheSubjob() throws Exception {
    for (Mode mode : SealedSandbox.modes()) {
      tamper(mode, "victim block 0", (file, older) -> Files.write(file, older));
    }
  }

  @Test
  void cutCiphertextStopsTheSubjob() throws Exception {
    for (Mode mode : SealedSandbox.modes()) {
      tamper(
          mode,
          "victim block 6",
          (file, older) ->
              Files.write(
                  file, java.util.Arrays.copyOf(Files.readAllBytes(file), 6 * STRIDE + 50)));
    }
  }

  @Test
  void aFolderRolledBackOrOfAnotherKeyIsNotStarted() throws Exception {
    Mode mode = Mode.UNPRIVILEGED;
    assertEquals(0, sealed.run(mode, sealed.shell("echo a > a"), 0).exitCode());
    Path older = Files.createDirectory(sandbox.folder.resolve("older"));
    copy(sandbox.work, older);
    assertEquals(0, sealed.run(mode, sealed.shell("echo b >> a"), 1).exitCode());
    Ended second = sealed.run(mode, sealed.shell("cat a"), 2);
    assertEquals("a\nb\n", second.output());
    sandbox.clearWork();
    copy(older, sandbox.work);
    if (Sandbox.isRoot()) {
      sandbox.giveAway(sandbox.work);
    }
    for (long generation : List.of(2L, 3L)) {
      Ended refused = sealed.run(mode, sealed.shell("cat a"), generation);
      assertEquals(EvmResult.Outcome.ALTERED, refused.result().outcome(), () -> refused + "");
      assertTrue(refused.result().reason().contains("another generation"), () -> refused + "");
      assertFalse(refused.output().contains("a\n"), "the program never ran");
    }
    byte[] index = Files.readAllBytes(sandbox.work.resolve("index"));
    index[80] ^= 4;
    Files.write(sandbox.work.resolve("index"), index);
    Ended changed = sealed.run(mode, sealed.shell("cat a"), 1);
    assertEquals(EvmResult.Outcome.ALTERED, changed.result().outcome(), () -> changed + "");
    Files.delete(sandbox.work.resolve("index"));
    Ended missing = sealed.run(mode, sealed.shell("cat a"), 1);
    assertEquals(EvmResult.Outcome.ALTERED, missing.result().outcome(), () -> missing + "");
    Ended full = sealed.run(mode, sealed.shell("cat a"), 0);
    assertEquals(EvmResult.Outcome.REFUSED, full.result().outcome(), () -> full + "");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(String.valueOf(file.getFileName())));
      }
    }
  }

  @Test
  void fromInsideThereIsNoKeyAndNoDevice() throws Exception {
    for (Mode mode : SealedSandbox.modes()) {
      sandbox.clearWork();
      Ended run = sealed.run(mode, sealed.scratch("intrude", "/work"), 0);
      assertEquals("same\n", run.output());
    }
  }

  @Test
  void aCommandLineTakesNoKey() throws Exception {
    Process process =
        new ProcessBuilder(sandbox.launcher.toString(), "--seal-key", "00", "--", "/x")
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(125, process.waitFor());
    assertTrue(output.contains("--seal-key-fd"), output);
  }

  /** A running program on sealed scratch, and its evm-seal. */
  private record Running(Process launcher, ProcessHandle seal, Path report) {}

  private Running startSpinning(Mode mode) throws Exception {
    sandbox.clearWork();
    Path report = sandbox.folder.resolve("report-" + System.nanoTime());
    EvmSpec spec =
        sealed
            .shell("echo running; while :; do echo x >> file; sleep 0.01; done")
            .withLimits(EvmLimits.defaults().withWall(Duration.ofSeconds(60)));
    Process process = sealed.start(mode, spec, 0, report);
    assertEquals("running", process.inputReader(StandardCharsets.UTF_8).readLine());
    return new Running(process, seal(process).orElseThrow(), report);
  }

  private static Optional<ProcessHandle> seal(Process launcher) {
    return launcher
        .children()
        .filter(child -> comm(child.pid()).startsWith("evm-seal"))
        .findFirst();
  }

  private static String comm(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/comm")).strip();
    } catch (IOException e) {
      return ""; // it ended
    }
  }

  private static void awaitEnd(ProcessHandle process) {
    Instant deadline = Instant.now().plus(Duration.ofSeconds(15));
    while (process.isAlive()) {
      assertTrue(Instant.now().isBefore(deadline), "still there: " + process.pid());
      LockSupport.parkNanos(5_000_000);
    }
  }

  @Test
  void killingTheLauncherLeavesNothing() throws Exception {
    int rounds = Boolean.getBoolean("soak") ? 100 : 3;
    for (int round = 0; round < rounds; round++) {
      for (Mode mode : SealedSandbox.modes()) {
        Running running = startSpinning(mode);
        running.launcher().destroyForcibly().waitFor();
        awaitEnd(running.seal());
        Machine.awaitNoProcesses();
        assertFalse(Files.readString(Path.of("/proc/self/mountinfo")).contains("evm-seal"));
        assertFalse(Files.exists(sandbox.work.resolve("index")), "nothing that could be opened");
      }
    }
  }

  @Test
  void killingTheSealEndsTheRunWithAReason() throws Exception {
    for (Mode mode : SealedSandbox.modes()) {
      Running running = startSpinning(mode);
      running.seal().destroyForcibly();
      assertTrue(running.launcher().waitFor(30, TimeUnit.SECONDS));
      Ended run = sealed.finish(running.launcher(), "", running.report());
      assertEquals(EvmResult.Outcome.KILLED, run.result().outcome());
      assertTrue(run.result().reason().contains("seals scratch is gone"), run.result().reason());
    }
  }

  /**
   * The account the program runs as, on the host: no look into evm-seal, and nothing on a command
   * line.
   */
  @Tag("root")
  @Test
  void theAccountCannotLookIntoTheSeal() throws Exception {
    for (Mode mode : SealedSandbox.modes()) {
      Running running = startSpinning(mode);
      String proc = "/proc/" + running.seal().pid();
      for (String file : List.of("mem", "maps", "environ", "fd/3", "root/etc/passwd")) {
        List<String> command = new ArrayList<>(List.of("setpriv", "--reuid=" + Sandbox.UID));
        command.addAll(List.of("--regid=" + Sandbox.UID, "--clear-groups"));
        command.addAll(List.of("head", "-c", "1", proc + "/" + file));
        Process look = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(look.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(output.contains("denied"), file + ": " + output);
      }
      for (long pid : List.of(running.seal().pid(), running.launcher().pid())) {
        String shown =
            Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1)
                + Files.readString(
                    Path.of("/proc/" + pid + "/environ"), StandardCharsets.ISO_8859_1);
        assertFalse(shown.contains(sealed.key.hex()));
      }
      String status = Files.readString(Path.of(proc + "/status"));
      assertFalse(status.contains("VmLck:\t       0 kB"), "its memory is locked: " + status);
      running.launcher().destroyForcibly().waitFor();
      awaitEnd(running.seal());
      Machine.awaitNoProcesses();
    }
  }
}
