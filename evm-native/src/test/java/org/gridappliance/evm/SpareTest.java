package org.gridappliance.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.gridappliance.evm.Sandbox.Mode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A launcher made before there is a program for it. */
@Tag("root")
class SpareTest {
  private static final long MIB = 1L << 20;
  private final Sandbox sandbox = new Sandbox();

  @AfterEach
  void clear() throws Exception {
    Machine.awaitNoProcesses();
    assertEquals(List.of(), Machine.controlGroups());
    sandbox.close();
  }

  @Test
  void itRunsWhatItIsToldAndAppendsWhereItIsTold() throws Exception {
    Path output = Files.writeString(sandbox.folder.resolve("output"), "before\n");
    EvmResult result = run(sandbox.attack("nothing"), "--stdout", output.toString());
    assertEquals(EvmResult.Outcome.EXITED, result.outcome(), result.reason());
    assertEquals("before\ncontained\n", Files.readString(output));
  }

  @ParameterizedTest
  @CsvSource({
    "fork-bomb, '', processes",
    "thread-bomb, '', processes",
    "hog-memory, shared, memory-bytes",
    "hog-memory, forked, memory-bytes",
    "hog-memory, child, memory-bytes",
    "spin, '', cpu-ms"
  })
  void endsTheProgramAtItsLimit(String attack, String argument, String limit) throws Exception {
    EvmLimits limits =
        EvmLimits.defaults()
            .withWall(Duration.ofSeconds(30))
            .withCpu(Duration.ofMillis(attack.equals("spin") ? 300 : 20_000))
            .withProcesses(60)
            .withMemoryBytes(160 * MIB);
    EvmResult result = run(sandbox.attack(attack, argument).withLimits(limits));
    assertEquals(EvmResult.Outcome.LIMIT, result.outcome(), result::toString);
    assertEquals(limit, result.limit());
  }

  @Test
  void whoIsToldNothingEndsAndLeavesNothing() throws Exception {
    try (Spare spare = new Spare()) {
      spare.awaitGroup();
      spare.control.close();
      assertEquals(0, spare.await());
    }
  }

  @Test
  void whatIsNotUnderstoodIsRefusedAndLeavesNothing() throws Exception {
    EvmResult result = run(sandbox.attack("nothing"), "--no-such-option", "1");
    assertEquals(EvmResult.Outcome.REFUSED, result.outcome());
    assertTrue(result.reason().contains("--no-such-option"), result.reason());
  }

  @Test
  void aFileForOutputThatIsNotThereIsRefused() throws Exception {
    Path absent = sandbox.folder.resolve("absent");
    EvmResult result = run(sandbox.attack("nothing"), "--stderr", absent.toString());
    assertEquals(EvmResult.Outcome.REFUSED, result.outcome());
    assertTrue(result.reason().contains(absent + " for the program's output"), result.reason());
  }

  @Test
  void itDoesNotSeal() throws Exception {
    EvmResult result = run(sandbox.attack("nothing"), "--seal-key", "00".repeat(32));
    assertEquals(EvmResult.Outcome.REFUSED, result.outcome());
    assertTrue(result.reason().contains("does not seal"), result.reason());
  }

  @Test
  void oneThatWasKilledIsClearedAwayByTheNext() throws Exception {
    try (Spare spare = new Spare()) {
      spare.awaitGroup();
      spare.process.destroyForcibly().waitFor();
    }
    EvmResult result = run(sandbox.attack("nothing"));
    assertEquals(EvmResult.Outcome.EXITED, result.outcome(), result.reason());
  }

  private EvmResult run(EvmSpec spec, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(more));
    arguments.addAll(sandbox.as(Mode.ROOT, spec).arguments());
    try (Spare spare = new Spare()) {
      spare.tell(arguments);
      byte[] report = Channels.newInputStream(spare.control).readAllBytes();
      spare.await();
      List<String> lines = new String(report, StandardCharsets.US_ASCII).lines().toList();
      return ((EvmEvent.End) EvmEvent.parse(lines.getLast())).result();
    }
  }

  private final class Spare implements AutoCloseable {
    final Process process;
    final SocketChannel control;

    Spare() throws Exception {
      Path socket = sandbox.folder.resolve("s" + System.nanoTime());
      try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        server.bind(UnixDomainSocketAddress.of(socket));
        process =
            new ProcessBuilder(sandbox.launcher.toString(), "--spare", socket.toString())
                .redirectErrorStream(true)
                .redirectOutput(sandbox.folder.resolve("said").toFile())
                .start();
        control = server.accept();
      }
    }

    void tell(List<String> arguments) throws Exception {
      byte[] args = (String.join("\0", arguments) + "\0").getBytes(StandardCharsets.UTF_8);
      ByteBuffer all = ByteBuffer.allocate(4 + args.length).order(ByteOrder.LITTLE_ENDIAN);
      control.write(all.putInt(args.length).put(args).flip());
    }

    /** Until its helper has entered the group it made, where there are groups. */
    void awaitGroup() throws Exception {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (!entered()) {
        assertTrue(System.nanoTime() < deadline, "its helper entered no group");
        LockSupport.parkNanos(1_000_000);
      }
    }

    private boolean entered() throws Exception {
      for (String group : Machine.controlGroups()) {
        if (group.contains("evm-" + process.pid() + "-")) {
          return !Files.readString(Path.of(group, "cgroup.procs")).isEmpty();
        }
      }
      return false;
    }

    int await() throws Exception {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "evm-run did not end");
      return process.exitValue();
    }

    @Override
    public void close() throws IOException {
      control.close();
      process.onExit().join();
    }
  }
}
