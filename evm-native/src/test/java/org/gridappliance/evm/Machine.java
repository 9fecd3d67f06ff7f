package org.gridappliance.evm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * What a program could have changed on this machine: compared before and after.
 *
 * @param bootToClock the clock's distance from the monotonic one, in tens of seconds
 */
record Machine(
    String hostname,
    List<String> mounts,
    List<String> groups,
    List<String> ipc,
    List<String> running,
    String victim,
    long bootToClock) {

  private static final List<String> OF_OTHERS = present();

  private static List<String> present() {
    try {
      return allControlGroups();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Machine look(Path victim) {
    try {
      List<String> ipc = new ArrayList<>();
      for (String kind : List.of("shm", "msg", "sem")) {
        Files.readAllLines(Path.of("/proc/sysvipc/" + kind)).stream()
            .filter(line -> line.contains("" + Sandbox.UID))
            .forEach(ipc::add);
      }
      return new Machine(
          Files.readString(Path.of("/proc/sys/kernel/hostname")),
          Files.readAllLines(Path.of("/proc/self/mounts")).stream()
              .filter(line -> line.contains("evm"))
              .toList(),
          controlGroups(),
          ipc,
          processes(),
          Files.readString(victim) + Files.getLastModifiedTime(victim),
          Math.round((System.currentTimeMillis() - System.nanoTime() / 1e6) / 10_000));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Control groups of launchers, but not what a launcher killed elsewhere left on this machine. */
  static List<String> controlGroups() throws IOException {
    return allControlGroups().stream().filter(group -> !OF_OTHERS.contains(group)).toList();
  }

  private static List<String> allControlGroups() throws IOException {
    Path top = Path.of("/sys/fs/cgroup");
    if (!Files.isDirectory(top)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(top)) {
      return all.filter(path -> path.getFileName().toString().startsWith("evm-"))
          .map(Path::toString)
          .toList();
    }
  }

  /** Processes of the account programs run as, on the whole machine; without root, of launchers. */
  static List<String> processes() {
    List<String> found = new ArrayList<>();
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      for (Path process : all.filter(p -> p.getFileName().toString().matches("\\d+")).toList()) {
        try {
          String status = Files.readString(process.resolve("status"));
          boolean ours =
              status.contains("\nUid:\t" + Sandbox.UID) || status.startsWith("Name:\tattack");
          if (ours) {
            found.add(process + " " + status.lines().findFirst().orElse(""));
          }
        } catch (IOException gone) {
          // it ended while being looked at
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  /** Waits for the kernel to have taken everything away. */
  static void awaitNoProcesses() {
    Instant deadline = Instant.now().plus(Duration.ofSeconds(10));
    while (!processes().isEmpty()) {
      if (Instant.now().isAfter(deadline)) {
        throw new AssertionError("still running: " + processes());
      }
      LockSupport.parkNanos(10_000_000);
    }
  }
}
