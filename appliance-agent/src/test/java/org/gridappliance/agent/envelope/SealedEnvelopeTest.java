package org.gridappliance.agent.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.gridappliance.agent.desktop.Kernel;
import org.gridappliance.evm.seal.SealKey;
import org.gridappliance.evm.seal.SealedFile;
import org.gridappliance.evm.seal.SealedFolder;
import org.gridappliance.evm.seal.SealedInputs;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Limits;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people do to a running program works on sealed scratch as well. */
class SealedEnvelopeTest {
  @TempDir static Path folder;
  private static Evm evm;

  private final SealKey key = SealKey.random();
  private final Reins reins = new Reins();

  @BeforeAll
  static void open() {
    evm = new Evm(folder.resolve("envelope"), 58_740);
  }

  @AfterAll
  static void close() {
    evm.close();
    Trial.remove(folder.resolve("envelope"));
  }

  private Spec spec(String name, Limits limits, String script) throws IOException {
    Path own = Files.createDirectory(folder.resolve(name));
    SealedInputs inputs = new SealedInputs(own.resolve("work"), key);
    byte[] secret = "the input\n".getBytes(StandardCharsets.UTF_8);
    inputs.add("in/secret", new ByteArrayInputStream(secret));
    inputs.finish();
    return new Spec(
        List.of("sh", "-c", script),
        Map.of(),
        own.resolve("work"),
        own.resolve("tmp"),
        List.of(),
        own.resolve("stdout"),
        own.resolve("stderr"),
        limits,
        null,
        0,
        Spec.Code.MACHINE,
        new Spec.Sealed(
            key,
            SealedFolder.FIRST_GENERATION,
            secret.length,
            2,
            new SealedFile(own, "stdout"),
            new SealedFile(own, "stderr")));
  }

  private CompletableFuture<Outcome> start(Spec spec) {
    CompletableFuture<Outcome> ended = new CompletableFuture<>();
    Thread.ofPlatform().start(() -> ended.complete(evm.run(spec, reins)));
    return ended;
  }

  private static void until(String what, BooleanSupplier holds) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!holds.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, () -> "never: " + what);
      Thread.onSpinWait();
    }
  }

  @Test
  void aShellBesideItSeesTheFilesAsTheProgramDoes() throws Exception {
    Spec spec = spec("shell", Trial.ROOMY, "echo mine > own; echo ready; sleep 120");
    CompletableFuture<Outcome> ended = start(spec);
    until("it is ready", () -> spec.printed(false) == 6);
    Path socket = folder.resolve("t");
    int listener = Kernel.listen(socket.toString(), 8);
    try {
      reins.enter(listener);
    } finally {
      Posix.close(listener);
    }
    try (SocketChannel viewer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      viewer.connect(UnixDomainSocketAddress.of(socket));
      type(viewer, "cat in/secret own; echo typed > typed; cat typed; exit\n");
      StringBuilder seen = new StringBuilder();
      ByteBuffer piece = ByteBuffer.allocate(1 << 16);
      while (viewer.read(piece) >= 0) {
        seen.append(new String(piece.array(), 0, piece.position(), StandardCharsets.UTF_8));
        piece.clear();
      }
      assertTrue(seen.toString().contains("the input\r\nmine\r\ntyped\r\n"), seen.toString());
    }
    reins.stop();
    ended.get(20, TimeUnit.SECONDS);
  }

  private static void type(SocketChannel viewer, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer frame = ByteBuffer.allocate(3 + bytes.length);
    frame.put((byte) 'i').putShort((short) bytes.length).put(bytes).flip();
    while (frame.hasRemaining()) {
      viewer.write(frame);
    }
  }

  @Test
  void itPausesAndGoesOnWhereItWas() throws Exception {
    Spec spec =
        spec(
            "pause",
            Trial.ROOMY,
            "i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo $i >> log; echo x; sleep 0.02; done");
    CompletableFuture<Outcome> ended = start(spec);
    until("it prints", () -> spec.printed(false) > 0);
    reins.suspend(true);
    long[] seen = {-1, System.nanoTime()};
    until(
        "it stands still for half a second",
        () -> {
          long now = spec.printed(false);
          if (now != seen[0]) {
            seen[0] = now;
            seen[1] = System.nanoTime();
          }
          return System.nanoTime() - seen[1] > 500_000_000;
        });
    assertTrue(!ended.isDone() && seen[0] < 80);
    reins.suspend(false);
    assertEquals(0, ended.get(30, TimeUnit.SECONDS).exitCode());
    assertEquals(80, spec.printed(false));
    assertEquals(111, SealedFolder.open(spec.work(), key, 2).files().get("log")); // 9 × 2 + 31 × 3
  }

  @Test
  void moreOutputThanAllowedEndsIt() throws Exception {
    Limits little = new Limits(1, 1L << 30, 1L << 30, 64, 60, 100_000);
    Spec spec = spec("much", little, "yes");
    Failure failure = evm.run(spec, reins).failure();
    assertNotNull(failure);
    assertEquals(Failure.Kind.LIMIT, failure.kind(), failure.message());
    assertTrue(failure.message().contains("stdout"), failure.message());
    assertTrue(spec.printed(false) < 400_000, "what is too much is not kept");
  }

  @Test
  void aDiskLimitCountsWhatItWroteAndNotItsInputs() throws Exception {
    Limits little = new Limits(1, 1L << 30, 1L << 20, 64, 60, 100_000);
    Spec fits = spec("fits", little, "head -c 600000 /dev/urandom > a; sync a");
    assertEquals(0, evm.run(fits, new Reins()).exitCode());
    Spec fills =
        spec("fills", little, "while :; do head -c 600000 /dev/urandom >> a; sync a; done");
    Outcome full = evm.run(fills, new Reins());
    assertNotNull(full.failure(), full.toString());
    assertEquals(Failure.Kind.LIMIT, full.failure().kind(), full.toString());
  }
}
