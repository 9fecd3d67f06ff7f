package org.gridappliance.agent.envelope;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Starts a terminal keeper beside a program that runs in its envelope: in the same namespaces and
 * control group, as the same user, with the same limits and the same system call filter. See {@code
 * enter.c}. Thread-safe; blocks for some 10 ms.
 */
final class Entrance {
  private static final int LOG_CHARACTERS = 200;

  private final Path program;
  private final Path seccomp;
  private final Path log;

  /** Moves a process into a subjob's control group. */
  interface Group {
    void admit(int pid) throws IOException;
  }

  /**
   * @param folder the envelope's own, with the filter in it
   * @throws IOException when the program cannot be laid there
   */
  Entrance(Path folder) throws IOException {
    program = folder.resolve("enter");
    seccomp = folder.resolve("seccomp.bpf");
    log = folder.resolve("enter.log");
    Skeleton.place("linux-x86_64/enter", program, "r-x------");
  }

  /**
   * Starts it; returns once it is on its way.
   *
   * @param first pidfd of the envelope's first process
   * @param uid the program's user, or {@link BwrapCommand#OWN_UID}
   * @param group the subjob's; null without one
   * @param listener a listening Unix socket that the keeper answers
   * @throws IOException in words, when it does not start
   */
  void start(int first, int uid, @Nullable Group group, int listener) throws IOException {
    Posix.Pipe go = Posix.pipe();
    if (go == null) {
      throw new IOException("no file descriptor is left");
    }
    try {
      Files.write(log, new byte[0]);
      String user = uid == BwrapCommand.OWN_UID ? "-" : Integer.toString(uid);
      int pid =
          Posix.spawn(
              List.of(program.toString(), user, Skeleton.KEEPER, "80", "24", "/bin/bash"),
              BwrapCommand.ENVIRONMENT,
              List.of(
                  new Posix.Opened("/dev/null", 0, Posix.O_RDONLY),
                  new Posix.Opened("/dev/null", 1, Posix.O_WRONLY_APPEND),
                  new Posix.Opened(log.toString(), 2, Posix.O_WRONLY_APPEND),
                  new Posix.Opened(seccomp.toString(), 4, Posix.O_RDONLY)),
              List.of(
                  new Posix.Passed(listener, 3),
                  new Posix.Passed(go.readEnd(), 5),
                  new Posix.Passed(first, 6)));
      if (pid < 0) {
        throw new IOException("the terminal cannot be started (error " + -pid + ")");
      }
      letGo(pid, group, go.writeEnd());
      Posix.Ended ended = Posix.wait4(pid);
      if (ended == null || ended.status() != 0) {
        throw new IOException("no terminal: " + lastWords());
      }
    } finally {
      Posix.close(go.readEnd());
      Posix.close(go.writeEnd());
    }
  }

  /** Nothing starts outside of the group: without the byte it ends. */
  private static void letGo(int pid, @Nullable Group group, int goEnd) throws IOException {
    if (group != null) {
      try {
        group.admit(pid);
      } catch (IOException e) {
        Posix.kill(pid, Signals.SIGKILL);
        Posix.wait4(pid);
        throw e;
      }
    }
    Posix.writeByte(goEnd);
  }

  private String lastWords() throws IOException {
    String said = Files.readString(log, StandardCharsets.ISO_8859_1).strip();
    return said.substring(0, Math.min(said.length(), LOG_CHARACTERS));
  }
}
