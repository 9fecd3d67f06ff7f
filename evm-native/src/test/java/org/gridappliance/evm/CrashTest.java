package org.gridappliance.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.gridappliance.evm.Sandbox.Finished;
import org.gridappliance.evm.Sandbox.Mode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A crash is told with its file and offset, whoever of the program's processes it was. */
class CrashTest {
  private final Sandbox sandbox = new Sandbox();

  @AfterEach
  void clear() throws Exception {
    Machine.awaitNoProcesses();
    sandbox.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fault", "handled", "thread", "child"})
  void theInstructionIsNamedUnprivileged(String how) throws Exception {
    isNamed(Mode.UNPRIVILEGED, how);
  }

  @Tag("root")
  @ParameterizedTest
  @ValueSource(strings = {"fault", "handled", "thread", "child"})
  void theInstructionIsNamedAsRoot(String how) throws Exception {
    isNamed(Mode.ROOT, how);
  }

  private void isNamed(Mode mode, String how) throws Exception {
    Finished run = sandbox.run(mode, sandbox.attack("crash", how));

    String offset = run.output().lines().findFirst().orElseThrow(); // it says where it will crash
    assertEquals(
        "attack crashed (SIGSEGV) in /b/attack+0x"
            + offset
            + ": it touched memory that is not there, at 0x8",
        run.result().crash());
    assertEquals(how.equals("child") ? 3 : 139, run.exitCode(), "the parent saw its child's end");
  }

  @Test
  void aJumpIntoNothingIsInNoFile() throws Exception {
    Finished run = sandbox.run(Mode.UNPRIVILEGED, sandbox.attack("crash", "nowhere"));

    assertTrue(run.result().crash().contains("in no file, at 0x10"), run.result().crash());
  }

  @Test
  void anInstructionTheProcessorLacksIsSaidToBeOne() throws Exception {
    Finished run = sandbox.run(Mode.UNPRIVILEGED, sandbox.attack("crash", "illegal"));

    assertTrue(run.result().crash().contains("does not know"), run.result().crash());
    assertEquals(4, run.result().signal());
  }

  @Test
  void aSignalThatTheProgramSentItselfIsNoCrash() throws Exception {
    Finished run = sandbox.run(Mode.UNPRIVILEGED, sandbox.attack("crash"));

    assertEquals("", run.result().crash());
    assertEquals(11, run.result().signal());
  }

  @Test
  void aCrashInALibraryNamesTheLibrary() throws Exception {
    EvmSpec spec =
        Sandbox.withHostPrograms(
            EvmSpec.of(List.of("/usr/bin/python3", "-c", "import ctypes; ctypes.string_at(8)"))
                .withWork(sandbox.work, false));

    Finished run = sandbox.run(Mode.UNPRIVILEGED, spec);

    assertTrue(
        run.result().crash().matches("python3 crashed \\(SIGSEGV\\) in /\\S*libc\\.so\\S*\\+0x.*"),
        run.result().crash());
  }

  @Test
  void aCrashAfterPausesIsStillSeen() throws Exception {
    assertTrue(paused(5, 20).crash().contains("/b/attack+0x"));
  }

  /** It is let go, so that it is not slowed, and is paused all the same. */
  @Test
  void aProgramThatStartsManyProcessesGoesOn() throws Exception {
    paused(20, 200);
  }

  private EvmResult paused(int pauses, int processes) throws Exception {
    EvmLauncher launcher = new EvmLauncher(sandbox.launcher);
    Mode mode = Sandbox.isRoot() ? Mode.ROOT : Mode.UNPRIVILEGED;
    String script =
        "i=0; while [ $i -lt "
            + processes
            + " ]; do /b/attack nothing >/work/o; i=$((i+1)); done;"
            + " /b/attack crash fault; exit 7";
    EvmSpec spec =
        Sandbox.withHostPrograms(
            EvmSpec.of(List.of("/bin/sh", "-c", script))
                .withMount(new EvmMount(sandbox.folder.resolve("bin"), "/b", true))
                .withWork(sandbox.work, false));
    try (EvmRun run =
        EvmRun.start(launcher, sandbox.as(mode, spec), EvmRun.Streams.pipes(), usage -> {})) {
      run.ready().get(20, TimeUnit.SECONDS);
      for (int i = 0; i < pauses; i++) {
        run.pause();
        run.resume();
      }
      EvmResult result = run.result().get(60, TimeUnit.SECONDS);
      assertEquals(7, result.exitCode(), result.toString());
      return result;
    }
  }
}
