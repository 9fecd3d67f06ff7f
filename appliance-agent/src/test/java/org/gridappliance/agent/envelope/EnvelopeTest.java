package org.gridappliance.agent.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.gridappliance.jobs.lease.Failure;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program in the envelope gets: its command, its files, its exit told. */
class EnvelopeTest {
  @TempDir static Path folder;
  private static Trial trial;

  @BeforeAll
  static void open() {
    trial = new Trial(folder);
  }

  @AfterAll
  static void close() {
    trial.close();
  }

  @Test
  void thisMachineCanContainPrograms() {
    assertEquals(Optional.empty(), trial.envelope.obstacle());
  }

  @Test
  void shellMetacharactersArriveAsPlainArguments() throws Exception {
    Trial.Ran ran = trial.run("printf", "%s\n", "a b", "$(id)", "; rm -rf /", "`x`", "*", "\"'\\");
    assertEquals("a b\n$(id)\n; rm -rf /\n`x`\n*\n\"'\\\n", ran.stdout(), ran.stderr());
  }

  @Test
  void exitCodesAndSignalsAreTold() throws Exception {
    assertEquals(3, trial.run("sh", "-c", "exit 3").outcome().exitCode());
    assertEquals("SIGSEGV", trial.run("sh", "-c", "kill -SEGV $$").outcome().signal());
  }

  @Test
  void whenSomebodyEndsTheSandboxTheProgramIsNotToBlame() throws Exception {
    FutureTask<Trial.Ran> ran = new FutureTask<>(() -> trial.run("sleep", "33.25"));
    Thread.ofVirtual().start(ran);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    Optional<ProcessHandle> program = Optional.empty();
    while (program.isEmpty()) {
      assertTrue(System.nanoTime() < end && !ran.isDone(), "it never ran");
      LockSupport.parkNanos(5_000_000);
      program =
          ProcessHandle.allProcesses()
              .filter(p -> p.info().commandLine().orElse("").endsWith("sleep 33.25"))
              .findFirst();
    }
    assertTrue(program.get().parent().orElseThrow().destroyForcibly(), "its portal is not there");
    Failure failure = Objects.requireNonNull(ran.get().outcome().failure());
    assertEquals(Failure.Kind.ENVELOPE, failure.kind());
    assertTrue(failure.message().contains("ended from outside"), failure.message());
  }
}
