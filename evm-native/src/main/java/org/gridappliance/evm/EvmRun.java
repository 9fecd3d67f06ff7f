package org.gridappliance.evm;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
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
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One program in its sandbox. {@link #start} makes a socket in a folder of its own, starts the
 * launcher, which connects to it, sends the specification (so environment and arguments show on no
 * command line), then reads the launcher's events on one virtual thread and beats. The socket is
 * the lifeline: when this JVM dies or closes it, everything inside is ended by the kernel.
 *
 * <p>Thread-safe. Standard input, output and error are the program's own, through the {@link
 * Process}.
 */
public final class EvmRun implements AutoCloseable {
  private static final ScheduledExecutorService BEATS =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("evm-beats").factory());

  private final Process process;
  private final SocketChannel control;
  private final Consumer<EvmUsage> onUsage;
  private final CompletableFuture<EvmLayers> ready = new CompletableFuture<>();
  private final CompletableFuture<EvmResult> result = new CompletableFuture<>();
  private final ScheduledFuture<?> beat;

  private EvmRun(
      Process process, SocketChannel control, Duration heartbeat, Consumer<EvmUsage> onUsage) {
    this.process = process;
    this.control = control;
    this.onUsage = onUsage;
    long period = Math.max(20, heartbeat.toMillis() / 4);
    this.beat =
        BEATS.scheduleAtFixedRate(() -> tell("beat"), period, period, TimeUnit.MILLISECONDS);
  }

  /**
   * Where a program's standard streams go.
   *
   * @param in by default from nothing
   * @param out by default a pipe, read with {@link Process#getInputStream}
   * @param error by default a pipe, read with {@link Process#getErrorStream}; the launcher's own
   *     reasons go there too
   */
  public record Streams(Redirect in, Redirect out, Redirect error) {
    public static Streams pipes() {
      return new Streams(
          Redirect.from(Path.of("/dev/null").toFile()), Redirect.PIPE, Redirect.PIPE);
    }
  }

  /**
   * Starts the launcher; returns when it has the specification, before the sandbox stands.
   *
   * @param onUsage called about once a second on the run's own thread; must not block for long
   * @throws IOException if the launcher cannot be started or ends before it connects
   */
  public static EvmRun start(
      EvmLauncher launcher, EvmSpec spec, Streams streams, Consumer<EvmUsage> onUsage)
      throws IOException {
    ByteBuffer request = encode(spec.arguments());
    Path folder = Files.createTempDirectory("evm"); // 0700
    Path socket = folder.resolve("s");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      ProcessBuilder builder =
          new ProcessBuilder(launcher.executable().toString(), "--control", socket.toString())
              .redirectInput(streams.in())
              .redirectOutput(streams.out())
              .redirectError(streams.error());
      builder.environment().clear();
      Process process = builder.start();
      // a launcher that dies before it connects must not leave accept() waiting
      CompletableFuture<Void> unblock = process.onExit().thenAccept(ended -> closeQuietly(server));
      SocketChannel control;
      try {
        control = server.accept();
      } catch (IOException e) {
        process.destroyForcibly();
        throw new IOException("evm-run ended before it connected: " + e, e);
      }
      unblock.cancel(false);
      EvmRun run = new EvmRun(process, control, spec.heartbeat(), onUsage);
      run.send(request);
      Thread.ofVirtual().name("evm-run-" + process.pid()).start(run::readEvents);
      return run;
    } finally {
      Files.deleteIfExists(socket);
      Files.deleteIfExists(folder);
    }
  }

  /** The launcher; its streams are the program's. Destroying it ends everything inside. */
  public Process process() {
    return process;
  }

  /** Completes when the sandbox stands; exceptionally if it never does. */
  public CompletableFuture<EvmLayers> ready() {
    return ready.copy();
  }

  /** Completes when nothing of the sandbox is left; never exceptionally. */
  public CompletableFuture<EvmResult> result() {
    return result.copy();
  }

  /** Stops every process at once; their time on the wall clock limit stops too. */
  public void pause() {
    tell("pause");
  }

  public void resume() {
    tell("resume");
  }

  /** Asks the program to end (SIGTERM); resumes it if paused. */
  public void terminate() {
    tell("terminate");
  }

  /** Ends every process at once. */
  public void kill() {
    tell("kill");
  }

  /** Cuts the lifeline and waits up to 10 s until nothing of the sandbox is left. */
  @Override
  public void close() {
    closeQuietly(control);
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private void readEvents() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(Channels.newInputStream(control), StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        switch (EvmEvent.parse(line)) {
          case EvmEvent.Ready up -> ready.complete(up.layers());
          case EvmEvent.Usage now -> onUsage.accept(now.usage());
          case EvmEvent.End end -> finish(end.result());
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      // the socket is gone or speaks nonsense: the launcher ends everything, and lost() says so
      closeQuietly(control);
    }
    finish(lost());
  }

  /** After the report the launcher only exits; the first result wins. */
  private void finish(EvmResult value) {
    beat.cancel(false);
    process.onExit().join();
    ready.completeExceptionally(new IllegalStateException("no sandbox: " + value.reason()));
    result.complete(value);
  }

  private static EvmResult lost() {
    EvmUsage none = new EvmUsage(Duration.ZERO, 0, 0, 0, 0);
    return new EvmResult(
        EvmResult.Outcome.LOST,
        -1,
        0,
        "",
        "evm-run ended without a report",
        Duration.ZERO,
        Duration.ZERO,
        Duration.ZERO,
        Duration.ZERO,
        0,
        none,
        "",
        0,
        "",
        List.of(),
        List.of());
  }

  private void tell(String command) {
    try {
      send(ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.US_ASCII)));
    } catch (IOException e) {
      // the launcher has ended or ends now; the reading thread sees the same and reports it
      closeQuietly(control);
    }
  }

  /**
   * A launcher that takes nothing is cut off by {@link #close}, which also ends a blocked write.
   */
  private synchronized void send(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      control.write(bytes);
    }
  }

  private static ByteBuffer encode(List<String> arguments) {
    byte[] text = (String.join("\0", arguments) + "\0").getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(4 + text.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(text.length)
        .put(text)
        .flip();
  }

  private static void closeQuietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      // AutoCloseable's signature; closing a channel that is already broken changes nothing
      return;
    }
  }
}
