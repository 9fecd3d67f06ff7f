package org.gridappliance.agent.pool;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One running condor_master in namespaces of its own. Its input is a pipe of ours: a line on it has
 * HTCondor end in its own time, its end (the agent died, however) ends all that is inside at once.
 */
final class CondorLaunch {
  private static final long STOP_SECONDS = 10;

  private final Process process;

  private CondorLaunch(Process process) {
    this.process = process;
  }

  /** {@return the words that run a command inside; more may be added at their end} */
  static List<String> command(
      PoolFolders folders, Path root, String name, String data, boolean listen, String... inside) {
    List<String> words = new ArrayList<>();
    words.addAll(
        List.of("unshare", "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child"));
    words.addAll(List.of("bash", folders.enter().toString(), folders.node().toString()));
    words.addAll(List.of(root.toString(), name, data, listen ? "yes" : "no"));
    words.addAll(List.of(inside));
    return words;
  }

  static CondorLaunch start(PoolFolders folders, Path root, String name, String data)
      throws IOException {
    return new CondorLaunch(
        new ProcessBuilder(command(folders, root, name, data, true, "condor_master", "-f"))
            .redirectErrorStream(true)
            .redirectOutput(folders.root().resolve("output.log").toFile())
            .start());
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** {@return whether it ended within that time} */
  boolean waitFor(long millis) throws InterruptedException {
    return process.waitFor(millis, TimeUnit.MILLISECONDS);
  }

  /** Has its daemons read their configuration anew. */
  void again() throws IOException {
    OutputStream line = process.getOutputStream();
    line.write("again\n".getBytes(StandardCharsets.US_ASCII));
    line.flush();
  }

  /** Asks it to end, then makes it. */
  void stop() {
    OutputStream line = process.getOutputStream();
    try {
      line.write("stop\n".getBytes(StandardCharsets.US_ASCII));
      line.flush();
      process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (IOException e) {
      // it has ended, or its shell has
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      line.close();
    } catch (IOException e) {
      // closed already
    }
    process.destroyForcibly();
    process.onExit().completeOnTimeout(process, STOP_SECONDS, TimeUnit.SECONDS).join();
  }
}
