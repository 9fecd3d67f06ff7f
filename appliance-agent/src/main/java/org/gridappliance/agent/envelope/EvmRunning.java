package org.gridappliance.agent.envelope;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.gridappliance.evm.EvmEvent;
import org.gridappliance.jobs.lease.Failure;
import org.jspecify.annotations.Nullable;

/**
 * A program in the Entropia VM, from the launcher's start to its end. Shared by the slot's thread,
 * which reads events, the {@link EvmWatch} and the holder of the {@link Reins}.
 */
final class EvmRunning implements Reins.Harness {
  private static final long BEAT_NANOS = 4_000_000_000L;

  /** How long a program has to save its work. */
  private static final long FINISH_NANOS = 5_000_000_000L;

  private static final int MOST_LINE = 1 << 20;
  private static final Path GROUPS = Path.of("/sys/fs/cgroup");

  private final Spec spec;
  private final int control;
  private final Entrance door;
  private final boolean root;
  private @Nullable Failure failure;
  private boolean gone;
  private boolean paused;
  private long finishNanos = -1;
  private long beatNanos = System.nanoTime();
  private int portal;
  private volatile int groupVersion;

  /**
   * @param control our end of the launcher's socket; closed by {@link #end}
   * @param root whether this agent is root, so that the program has an account of its own
   */
  EvmRunning(Spec spec, int control, Entrance door, boolean root) {
    this.spec = spec;
    this.control = control;
    this.door = door;
    this.root = root;
  }

  /** Reads events to the end; {@return the result, or null when the launcher died without one} */
  EvmEvent.@Nullable End read() {
    EvmEvent.End end = null;
    byte[] buffer = new byte[8192];
    int filled = 0;
    int got;
    while ((got = Posix.read(control, buffer, filled)) > 0) {
      filled += got;
      int from = 0;
      for (int at = filled - got; at < filled; at++) {
        if (buffer[at] == '\n') {
          EvmEvent event =
              EvmEvent.parse(new String(buffer, from, at - from, StandardCharsets.US_ASCII));
          from = at + 1;
          switch (event) {
            case EvmEvent.Ready ready -> ready(ready);
            case EvmEvent.Usage usage -> {}
            case EvmEvent.End last -> end = last;
          }
        }
      }
      filled -= from;
      System.arraycopy(buffer, from, buffer, 0, filled);
      if (filled == buffer.length) {
        if (filled >= MOST_LINE) {
          return end; // no launcher of ours says so much
        }
        buffer = java.util.Arrays.copyOf(buffer, 2 * filled);
      }
    }
    return end;
  }

  private synchronized void ready(EvmEvent.Ready ready) {
    portal = ready.layers().portalPid();
    groupVersion = ready.layers().cgroupVersion();
    if (paused) {
      tell("pause"); // before, there was nothing to pause
    }
  }

  int groupVersion() {
    return groupVersion;
  }

  /** Beats, insists, and ends what wrote too much. */
  synchronized void look() {
    if (gone) {
      return;
    }
    long now = System.nanoTime();
    if (now - beatNanos > BEAT_NANOS) {
      beatNanos = now;
      tell("beat");
    }
    if (finishNanos >= 0 && now - finishNanos > FINISH_NANOS) {
      kill();
    }
    Failure output = failure == null ? Watch.outputLimit(spec) : null;
    if (output != null) {
      failure = output;
      kill();
    }
  }

  @Override
  public synchronized void kill() {
    tell("kill");
  }

  @Override
  public synchronized void finish() {
    if (finishNanos < 0) {
      finishNanos = Math.max(0, System.nanoTime());
      tell("terminate");
    }
  }

  /** {@return whether it was asked to end} */
  synchronized boolean isFinished() {
    return finishNanos >= 0;
  }

  @Override
  public synchronized void suspend() {
    paused = true;
    tell("pause");
  }

  @Override
  public synchronized void resume() {
    paused = false;
    tell("resume");
  }

  @Override
  public synchronized void enter(int listener) throws IOException {
    int program = gone || portal == 0 ? 0 : program();
    if (program == 0) {
      throw new IOException("the program does not run now");
    }
    int pidfd = Posix.pidfdOpen(program);
    try {
      int uid = root ? EvmWords.INSIDE : BwrapCommand.OWN_UID;
      door.start(pidfd, uid, groupVersion > 0 ? pid -> join(program, pid) : null, listener);
    } finally {
      Posix.close(pidfd);
    }
  }

  /** The portal's first child; what the program orphans comes after it. */
  private int program() {
    Set<Integer> all = new ProcessTree(portal).pids();
    return all.stream().filter(pid -> pid != portal).findFirst().orElse(0);
  }

  /** Into the groups of a process that runs. */
  private static void join(int of, int pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", Integer.toString(of), "cgroup"))) {
      String[] parts = line.split(":", 3);
      if (parts.length == 3 && parts[2].contains("/evm-")) {
        Path group = GROUPS.resolve(parts[1]).resolve(parts[2].substring(1));
        if (!Files.isDirectory(group)) { // in a container its own path is not seen
          Path name = Path.of(parts[2]).getFileName();
          group = GROUPS.resolve(parts[1]).resolve(name == null ? "" : name.toString());
        }
        Files.writeString(group.resolve("cgroup.procs"), Integer.toString(pid));
      }
    }
  }

  synchronized @Nullable Failure failure() {
    return failure;
  }

  /** The launcher is gone: from now on nothing is sent. */
  synchronized void end() {
    if (!gone) {
      gone = true;
      Posix.close(control);
    }
  }

  private void tell(String command) {
    if (!gone) {
      Posix.send(control, (command + "\n").getBytes(StandardCharsets.US_ASCII), false);
    }
  }
}
