package org.gridappliance.evm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.gridappliance.evm.Sandbox.Mode;
import org.gridappliance.evm.SealedSandbox.Ended;
import org.gridappliance.evm.seal.SealedFolder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Programs on sealed scratch, unprivileged and as root: what they see, and what comes back. */
class SealedRunTest {
  private final SealedSandbox sealed = new SealedSandbox();
  private final Sandbox sandbox = sealed.sandbox;

  @AfterEach
  void clear() throws Exception {
    sealed.close();
  }

  private Ended runNew(Mode mode, EvmSpec spec) throws Exception {
    sandbox.clearWork();
    return sealed.run(mode, spec, 0);
  }

  private static void assertExited(Ended run) {
    assertEquals(EvmResult.Outcome.EXITED, run.result().outcome(), () -> run + "");
    assertEquals(0, run.exitCode(), run::output);
  }

  @Test
  void inputsSealedInJavaAreReadInsideAndResultsOpenedInJava() throws Exception {
    Path source = Files.createDirectory(sandbox.folder.resolve("source"));
    byte[] data = new byte[3_000_000];
    new Random(7).nextBytes(data);
    Files.write(source.resolve("input"), data);
    Files.createDirectory(source.resolve("folder"));
    Files.createSymbolicLink(source.resolve("folder/link"), Path.of("../input"));
    for (Mode mode : SealedSandbox.modes()) {
      sealed.sealInputs(source);
      Ended first =
          sealed.run(
              mode,
              sealed.shell(
                  "cat folder/link folder/link > folder/twice; ln input other; mkdir d;"
                      + " echo 'a result' > d/größe; truncate -s 1G holed; echo z >> input"),
              1);
      assertExited(first);
      Ended second = sealed.run(mode, sealed.shell("cmp input other; cat d/*; rm folder/link"), 2);
      assertExited(second);
      assertEquals("a result\n", second.output());

      SealedFolder results = SealedFolder.open(sandbox.work, sealed.key, 3);
      Path out = sandbox.folder.resolve("out-" + mode);
      results.extract(out);
      assertArrayEquals(data, java.util.Arrays.copyOf(bytes(out, "input"), data.length));
      assertEquals(data.length + 2, Files.size(out.resolve("input")));
      assertEquals(
          Files.getAttribute(out.resolve("input"), "unix:ino"),
          Files.getAttribute(out.resolve("other"), "unix:ino"));
      assertArrayEquals(data, java.util.Arrays.copyOf(bytes(out, "folder/twice"), data.length));
      assertEquals("a result\n", Files.readString(out.resolve("d/größe")));
      assertEquals(1L << 30, Files.size(out.resolve("holed")));
      assertFalse(
          Files.exists(out.resolve("folder/link"), java.nio.file.LinkOption.NOFOLLOW_LINKS));
    }
  }

  private static byte[] bytes(Path folder, String name) throws Exception {
    return Files.readAllBytes(folder.resolve(name));
  }

  @Test
  void fileSystemBehavesAsAnyOther() throws Exception {
    for (Mode mode : SealedSandbox.modes()) {
      Ended run = runNew(mode, sealed.scratch("posix", "/work"));
      assertEquals("same\n", run.output());
      assertExited(run);
    }
  }

  /** fsx: 200,000 operations on two files against bytes in memory, 10 million with -Dsoak=true. */
  @Test
  void randomOperationsFollowAPlainModel() throws Exception {
    long operations = Boolean.getBoolean("soak") ? 10_000_000 : 200_000;
    List<Mode> modes = SealedSandbox.modes();
    for (Mode mode : modes) {
      String seed = mode == Mode.ROOT ? "1" : "2";
      String count = Long.toString(operations / modes.size());
      Ended run = runNew(mode, sealed.scratch("fsx", "/work", count, seed));
      assertEquals("same\n", run.output());
      assertExited(run);
      SealedFolder left = SealedFolder.open(sandbox.work, sealed.key, 1);
      assertEquals(java.util.Set.of("one", "two"), left.files().keySet());
      left.extract(sandbox.folder.resolve("left-" + mode));
    }
  }

  @Test
  void thePurePartsPassTheirChecksUnderSanitizers() throws Exception {
    String rounds = Boolean.getBoolean("soak") ? "2000000" : "4000";
    Process check =
        new ProcessBuilder(Sandbox.nativeFile("seal-check").toString(), rounds)
            .redirectErrorStream(true)
            .start();
    String output = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, check.waitFor(), output);
  }

  @Test
  void theJavaDoorPassesTheKey() throws Exception {
    Mode mode = Sandbox.isRoot() ? Mode.ROOT : Mode.UNPRIVILEGED;
    EvmSpec spec =
        sandbox.as(mode, sealed.shell("echo secret words > file")).withSeal(sealed.key, 0);
    try (EvmRun run =
        EvmRun.start(
            new EvmLauncher(sandbox.launcher), spec, EvmRun.Streams.pipes(), usage -> {})) {
      EvmResult result = run.result().get(60, TimeUnit.SECONDS);
      assertEquals(EvmResult.Outcome.EXITED, result.outcome(), result.reason());
    }
    try (Stream<Path> files = Files.list(sandbox.work)) {
      for (Path file : files.toList()) {
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertFalse(bytes.contains("secret words"), file.toString());
      }
    }
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    SealedFolder.open(sandbox.work, sealed.key, 1).copy("file", out);
    assertEquals("secret words\n", out.toString(StandardCharsets.UTF_8));
  }

  @Test
  void twoProcessesWriteOneDatabase() throws Exception {
    String script =
        """
        sqlite3 db 'pragma journal_mode=wal; create table t(who, n);' > /dev/null
        insert() {
          for n in 1 2 3 4 5 6 7 8 9 10; do
            echo "pragma busy_timeout=20000; begin immediate; insert into t values('$1', $n); commit;"
          done | sqlite3 db > /dev/null
        }
        insert a & insert b; wait
        sqlite3 db 'pragma integrity_check; select count(*), sum(n) from t;'
        """;
    for (Mode mode : SealedSandbox.modes()) {
      Ended run = runNew(mode, sealed.shell(script));
      assertEquals("ok\n20|110\n", run.output());
      assertExited(run);
    }
  }

  @Test
  void gitKeepsARepository() throws Exception {
    String script =
        """
        git init -q -b main r; cd r
        git config user.email a@b; git config user.name n
        for i in 1 2 3 4 5; do seq 1 $i$i$i > f$i; git add .; git commit -q -m "step $i"; done
        git clone -q . ../copy; git gc -q; git fsck --strict; git log --oneline | wc -l
        cd ../copy; git diff --quiet HEAD; wc -l < f5
        """;
    for (Mode mode : SealedSandbox.modes()) {
      Ended run = runNew(mode, sealed.shell(script));
      assertEquals("5\n555\n", run.output());
      assertExited(run);
    }
  }

  /** The program was told its write is done; the disk says no later. */
  @Tag("root")
  @Test
  void aFullDiskEndsTheRunWithAReason() throws Exception {
    String options = "size=8m,uid=" + Sandbox.UID + ",gid=" + Sandbox.UID;
    host("mount", "-t", "tmpfs", "-o", options, "sealed-test", sandbox.work.toString());
    try {
      EvmSpec spec =
          sealed
              .shell("head -c 30000000 /dev/zero > file; sleep 20; echo went on")
              .withLimits(EvmLimits.defaults().withDiskReserveBytes(0));
      Ended run = sealed.run(Mode.ROOT, spec, 0);
      assertEquals(EvmResult.Outcome.KILLED, run.result().outcome(), () -> run + "");
      assertTrue(run.result().reason().contains("No space left on device"), () -> run + "");
    } finally {
      host("umount", sandbox.work.toString());
    }
  }

  private static void host(String... command) throws Exception {
    assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
  }

  @Test
  void aFileLimitAndAFullTreeAreErrnosNotLosses() throws Exception {
    for (Mode mode : SealedSandbox.modes()) {
      EvmSpec spec =
          sealed
              .shell("i=0; while [ $i -lt 60 ] && : > f$i; do i=$((i+1)); done; echo $i")
              .withLimits(EvmLimits.defaults().withDisk(1L << 30, 1L << 30, 50));
      Ended run = runNew(mode, spec);
      assertTrue(run.output().contains("No space left on device"), run.output());
    }
  }
}
