package org.gridappliance.tests.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gridappliance.agent.envelope.Orphans;
import org.gridappliance.agent.envelope.Posix;

/**
 * What somebody who uses the machine notices of jobs: by how much a thread that sleeps a
 * millisecond wakes too late (99th percentile), while nothing runs, while every core is kept busy
 * by programs at nice 19, and while it is by as many in the Entropia VM. In turn, so that a machine
 * that gets slower favours nobody.
 */
final class EvmWakeUp {
  private static final List<String> WAYS = List.of("idle", "nice-19", "ours");
  private static final EvmPrograms.Program BUSY =
      new EvmPrograms.Program(
          "busy", List.of("/usr/bin/sh", "-c", "while :; do :; done"), Map.of(), List.of(), "");

  private final EvmSubjects subjects;
  private final Path probe;

  /**
   * @param probe the program {@code wakeup}
   */
  EvmWakeUp(EvmSubjects subjects, Path probe) {
    this.subjects = subjects;
    this.probe = probe;
  }

  void measure(Report report, boolean quick) throws Exception {
    int rounds = quick ? 3 : 8;
    for (int round = 0; round < rounds; round++) {
      for (String way : round % 2 == 0 ? WAYS : WAYS.reversed()) {
        String[] late = beside(way, quick ? 2000 : 10_000);
        report.add("wake-up-p50", way, "us late", "lower", Double.parseDouble(late[0]));
        report.add("wake-up-p99", way, "us late", "lower", Double.parseDouble(late[1]));
      }
    }
  }

  private String[] beside(String way, int count) throws Exception {
    List<Integer> busy = new ArrayList<>();
    try {
      int cores = way.equals("idle") ? 0 : Runtime.getRuntime().availableProcessors();
      for (int i = 0; i < cores; i++) {
        busy.add(start(way));
      }
      Shell.seconds(List.of(probe.toString(), "200"), ""); // they have begun by then
      return Shell.line(probe.toString(), Integer.toString(count)).split(" ", -1);
    } finally {
      for (int pid : busy) {
        boolean _ = Posix.kill(pid, 9);
      }
      for (int pid : busy) {
        Posix.wait4(pid);
      }
      Orphans.await();
    }
  }

  private int start(String way) throws IOException {
    EvmSubjects.Subject subject =
        subjects.of(BUSY).stream()
            .filter(one -> one.name().equals(way.equals("ours") ? "ours" : "native"))
            .findFirst()
            .orElseThrow();
    List<String> command = new ArrayList<>();
    if (way.equals("nice-19")) {
      command.addAll(List.of("/usr/bin/nice", "-n", "19"));
    }
    command.addAll(subject.command());
    int pid =
        Posix.spawn(
            command,
            subject.environment(),
            List.of(
                new Posix.Opened("/dev/null", 0, Posix.O_RDONLY),
                new Posix.Opened("/dev/null", 1, Posix.O_WRONLY_APPEND),
                new Posix.Opened("/dev/null", 2, Posix.O_WRONLY_APPEND)),
            List.of());
    if (pid < 0) {
      throw new IOException(command.getFirst() + " cannot be started (error " + -pid + ")");
    }
    return pid;
  }
}
