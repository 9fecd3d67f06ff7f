package org.gridappliance.agent.desktop;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gridappliance.agent.envelope.ControlGroup;
import org.gridappliance.agent.envelope.Posix;
import org.gridappliance.agent.envelope.Signals;

/**
 * Starts one {@link Room}: bwrap builds it and blocks → limits are laid on its first process → it
 * is let go → its script says that all mounts stand. Blocks for some 50 ms.
 */
final class Launch {
  private static final Pattern CHILD = Pattern.compile("\"child-pid\": *(\\d+)");
  private static final long PROCESSES = 512;
  private static final int LOG_CHARACTERS = 400;

  /** The two processes that matter from outside. */
  record Started(Pid outer, Pid first) {}

  private Launch() {}

  /**
   * @param listener a listening socket, which the program answers from now on
   * @param seccomp the filter, as bwrap reads it
   * @param group the desktop's own; without one, each process alone is limited
   * @throws IOException when it did not start; nothing is left running then
   */
  static Started start(
      Room room, int listener, Path seccomp, Optional<ControlGroup> group, long memoryBytes)
      throws IOException {
    Path log = Files.write(room.folder().resolve("log"), new byte[0]);
    Posix.Pipe status = pipe();
    Posix.Pipe go = pipe();
    Posix.Pipe stands = pipe();
    int outer =
        Posix.spawn(
            room.command(),
            List.of("PATH=/usr/bin:/bin", "LANG=C.UTF-8"),
            List.of(
                new Posix.Opened("/dev/null", 0, Posix.O_RDONLY),
                new Posix.Opened(log.toString(), 1, Posix.O_WRONLY_APPEND),
                new Posix.Opened(log.toString(), 2, Posix.O_WRONLY_APPEND),
                new Posix.Opened(seccomp.toString(), 6, Posix.O_RDONLY)),
            List.of(
                new Posix.Passed(listener, 3),
                new Posix.Passed(status.writeEnd(), 4),
                new Posix.Passed(go.readEnd(), 5),
                new Posix.Passed(stands.writeEnd(), 7)));
    List.of(status.writeEnd(), go.readEnd(), stands.writeEnd()).forEach(Posix::close);
    int first = -1;
    try {
      first = outer < 0 ? -1 : firstPid(status.readEnd());
      if (first < 0) {
        throw new IOException(lastWords(log));
      }
      limit(first, group, memoryBytes);
      Posix.writeByte(go.writeEnd());
      if (Posix.read(stands.readEnd(), new byte[1], 0) != 1) {
        throw new IOException(lastWords(log));
      }
      return new Started(Pid.of(outer), Pid.of(first));
    } catch (IOException e) {
      if (first > 0) {
        Posix.kill(first, Signals.SIGKILL);
      }
      if (outer > 0) {
        Posix.kill(outer, Signals.SIGKILL);
        Posix.wait4(outer);
      }
      throw e;
    } finally {
      List.of(status.readEnd(), go.writeEnd(), stands.readEnd()).forEach(Posix::close);
    }
  }

  private static void limit(int pid, Optional<ControlGroup> group, long memoryBytes)
      throws IOException {
    if (group.isPresent()) {
      group.get().limit(memoryBytes, PROCESSES);
      group.get().admit(pid);
    } else {
      Posix.prlimit(pid, Posix.RLIMIT_DATA, memoryBytes);
    }
    Posix.prlimit(pid, Posix.RLIMIT_CORE, 0);
    Posix.prlimit(pid, Posix.RLIMIT_NOFILE, 4096);
  }

  private static Posix.Pipe pipe() throws IOException {
    Posix.Pipe pipe = Posix.pipe();
    if (pipe == null) {
      throw new IOException("no file descriptor is left");
    }
    return pipe;
  }

  private static int firstPid(int statusEnd) {
    StringBuilder report = new StringBuilder();
    byte[] buffer = new byte[1024];
    int got;
    while ((got = Posix.read(statusEnd, buffer, 0)) > 0) {
      report.append(new String(buffer, 0, got, StandardCharsets.UTF_8));
      Matcher child = CHILD.matcher(report);
      if (child.find() && report.indexOf("}") > 0) {
        return Integer.parseInt(child.group(1));
      }
    }
    return -1;
  }

  /** What the envelope said before it gave up. */
  static String lastWords(Path log) throws IOException {
    String said = Files.readString(log, StandardCharsets.ISO_8859_1).strip();
    return said.isEmpty()
        ? "the envelope ended without a word"
        : said.substring(Math.max(0, said.length() - LOG_CHARACTERS));
  }
}
