package org.gridappliance.agent.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.gridappliance.evm.EvmReach;
import org.gridappliance.evm.EvmResult;
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

  @Test
  void hostsThatAreNamedAreReachedAndCounted() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(
              () -> {
                try (Socket one = server.accept()) {
                  one.getOutputStream().write(one.getInputStream().readNBytes(6));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      int port = server.getLocalPort();
      String ask = "exec 3<>/dev/tcp/data.test/" + port + " && echo hello >&3 && cat <&3";
      Trial.Ran ran =
          trial
              .reaching(new EvmReach("data.test", port, InetAddress.getLoopbackAddress()))
              .run("bash", "-c", ask);
      assertEquals("hello\n", ran.stdout(), ran.stderr());
      assertEquals(
          List.of(new EvmResult.Reached("data.test", port, 1, 0, 6, 6)), ran.outcome().reached());
      Trial.Ran without = trial.reaching().run("bash", "-c", ask);
      assertEquals(1, without.outcome().exitCode(), without.stdout());
      assertEquals(List.of(), without.outcome().reached());
    }
  }
}
