package org.gridappliance.agent.samba;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One running smbd with its children. Its input is a pipe of ours: when the agent dies, however it
 * dies, smbd reads the end of it and stops with all its children.
 */
final class SmbdProcess {
  private static final long READY_SECONDS = 15;
  private static final long STOP_SECONDS = 5;

  /** smbd, and what it starts; an updated package leaves the running ones " (deleted)". */
  private static final Pattern PROGRAMS =
      Pattern.compile("(smbd|samba-dcerpcd|rpcd_[a-z_]+)( \\(deleted\\))?");

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
   * shares, which smbd does not end at once and which may stand in no pid file yet: every program
   * of Samba whose command line names our configuration. Returns when they are gone.
   */
  static void endOrphans(SambaFolders folders) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
    // looked for again, since one that is being ended may have started another
    for (List<ProcessHandle> left = ours(folders);
        !left.isEmpty() && System.nanoTime() < deadline;
        left = ours(folders)) {
      left.forEach(ProcessHandle::destroyForcibly);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  private static List<ProcessHandle> ours(SambaFolders folders) {
    return ProcessHandle.allProcesses().filter(p -> isOurs(p.pid(), folders)).toList();
  }

  /** Ends a process if it is of our Samba. */
  static void endIfOurs(long pid, SambaFolders folders) {
    ProcessHandle.of(pid).filter(p -> isOurs(pid, folders)).ifPresent(SmbdProcess::end);
  }

  private static void end(ProcessHandle process) {
    process.destroyForcibly();
    process.onExit().completeOnTimeout(process, STOP_SECONDS, TimeUnit.SECONDS).join();
  }

  private static boolean isOurs(long pid, SambaFolders folders) {
    Path process = Path.of("/proc/" + pid);
    try {
      String program = Files.readSymbolicLink(process.resolve("exe")).getFileName().toString();
      return PROGRAMS.matcher(program).matches()
          && Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
              .contains(folders.config().toString());
    } catch (IOException e) {
      return false; // it is gone, or a thread of the kernel
    }
  }
}
