package org.gridappliance.agent.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.gridappliance.agent.desktop.Kernel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shell that is started beside a program is held as tightly as the program, and ends with it. */
class TerminalInEnvelopeTest {
  /** What a process may do and where it is, as far as it can tell itself. */
  private static final String FACTS =
      "for n in net mnt pid ipc uts cgroup user; do readlink /proc/self/ns/$n; done;"
          + " grep -E '^(Uid|Gid|Groups|CapInh|CapPrm|CapEff|CapAmb|NoNewPrivs|Seccomp):'"
          + " /proc/self/status; ulimit -a; nice; cat /proc/self/cgroup\n";

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
  void aShellBesideAProgramIsHeldAsTightlyAndEndsWithIt() throws Exception {
    Path facts = Files.writeString(folder.resolve("facts.sh"), FACTS);
    Path own = folder.resolve("held");
    Reins reins = new Reins();
    CompletableFuture<Trial.Ran> ran = new CompletableFuture<>();
    Thread.ofPlatform() // the kernel ends the program with the thread that started it
        .start(
            () -> {
              try {
                ran.complete(
                    trial.run(
                        own,
                        Trial.ROOMY,
                        List.of("sh", "-c", "sh facts.sh > program; sleep 120"),
                        Map.of(),
                        List.of(new Spec.Input(facts, "facts.sh")),
                        reins));
              } catch (IOException | RuntimeException e) { // for the test to tell
                ran.completeExceptionally(e);
              }
            });
    await(own.resolve("work/program"), "0::");
    Path socket = folder.resolve("t");
    int listener = Kernel.listen(socket.toString(), 8);
    try {
      reins.enter(listener);
    } finally {
      Posix.close(listener);
    }
    try (SocketChannel viewer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      viewer.connect(UnixDomainSocketAddress.of(socket));
      type(
          viewer,
          "sh facts.sh > shell; ls -l /proc/self/fd | grep -v /dev/pts/ > open; tty > tty\n");
      await(own.resolve("work/tty"), "/dev/pts/");
      assertEquals(
          Files.readString(own.resolve("work/program")),
          Files.readString(own.resolve("work/shell")));
      String open = Files.readString(own.resolve("work/open"));
      assertTrue(!open.contains("socket:") && !open.contains("anon_inode"), open);
      reins.stop();
      ByteBuffer rest = ByteBuffer.allocate(1 << 16);
      while (viewer.read(rest) >= 0) { // to its end, which comes with the program's
        rest.clear();
      }
    }
    ran.get(20, TimeUnit.SECONDS);
    assertThrows(IOException.class, () -> reins.enter(0));
  }

  private static void type(SocketChannel viewer, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer frame = ByteBuffer.allocate(3 + bytes.length);
    frame.put((byte) 'i').putShort((short) bytes.length).put(bytes).flip();
    while (frame.hasRemaining()) {
      viewer.write(frame);
    }
  }

  private static void await(Path file, String wanted) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!Files.exists(file) || !Files.readString(file).contains(wanted)) {
      assertTrue(System.nanoTime() < end, () -> wanted + " never stood in " + file);
      Thread.onSpinWait();
    }
  }
}
