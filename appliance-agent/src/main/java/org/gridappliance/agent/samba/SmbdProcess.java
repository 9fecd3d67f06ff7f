package org.gridappliance.agent.samba;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * One running smbd with its children. Its input is a pipe of ours: when the agent dies, however it
 * dies, smbd reads the end of it and stops with all its children.
 */
final class SmbdProcess {
  private static final long READY_SECONDS = 15;
  private static final long STOP_SECONDS = 5;

  private final Process process;

  private SmbdProcess(Process process) {
    this.process = process;
  }

  static SmbdProcess start(SambaFolders folders) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("smbd", "-F", "-s", folders.config().toString())
            .redirectErrorStream(true)
            .redirectOutput(folders.log().resolveSibling("output.log").toFile());
    SambaPeople.wrap(builder, folders);
    return new SmbdProcess(builder.start());
  }

  /** Waits until it takes connections. {@return false when it ended, or took too long} */
  boolean awaitReady(int port) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
    while (process.isAlive() && System.nanoTime() < deadline) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
        return process.isAlive();
      } catch (IOException e) { // not yet
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(30));
      }
    }
    return false;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  int waitFor() throws InterruptedException {
    return process.waitFor();
  }

  /** Asks it to end with its children, then makes them. */
  void stop() {
    List<ProcessHandle> all = process.toHandle().descendants().collect(Collectors.toList());
    all.add(process.toHandle());
    process.destroy();
    CompletableFuture<?>[] ends =
        all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(ends).get(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      all.forEach(ProcessHandle::destroyForcibly);
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) { // some did not listen
      all.forEach(ProcessHandle::destroyForcibly);
      CompletableFuture.allOf(ends).completeOnTimeout(null, STOP_SECONDS, TimeUnit.SECONDS).join();
    }
  }

  /**
   * Ends what an agent that was killed may have left, and the helpers that answer for the list of
   * shares, which smbd does not end at once: the processes in Samba's own pid files.
   */
  static void endOrphans(SambaFolders folders) throws IOException {
    for (String name : List.of("smbd.pid", "samba-dcerpcd.pid")) {
      Path file = folders.root().resolve("pid").resolve(name);
      if (Files.exists(file)) {
        String text = Files.readString(file).strip();
        if (text.matches("\\d{1,9}")) {
          endIfOurs(Long.parseLong(text), folders);
        }
        Files.deleteIfExists(file);
      }
    }
  }

  /** Ends a process and its children if its command line names our configuration. */
  static void endIfOurs(long pid, SambaFolders folders) {
    Path line = Path.of("/proc/" + pid + "/cmdline");
    try {
      if (!Files.readString(line, java.nio.charset.StandardCharsets.ISO_8859_1)
          .contains(folders.config().toString())) {
        return;
      }
    } catch (IOException e) {
      return; // it is gone
    }
    ProcessHandle.of(pid)
        .ifPresent(
            process -> {
              process.descendants().forEach(ProcessHandle::destroyForcibly);
              process.destroyForcibly();
              process.onExit().completeOnTimeout(process, STOP_SECONDS, TimeUnit.SECONDS).join();
            });
  }
}
