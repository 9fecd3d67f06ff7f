package org.gridappliance.agent.envelope;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The processes of one envelope, found from its first one through {@code /proc}. What a program
 * orphans becomes a child of that first one, so nothing is missed.
 */
public final class ProcessTree {
  private static final int MAX_PROCESSES = 10_000;
  private static final int MAX_PASSES = 20;

  private final int first;

  public ProcessTree(int first) {
    this.first = first;
  }

  /** {@return the bytes resident in all of them; pages shared after a fork count every time} */
  public long residentBytes() {
    long kilobytes = 0;
    for (int pid : pids()) {
      for (String line : read(Path.of("/proc", Integer.toString(pid), "status")).lines().toList()) {
        if (line.startsWith("RssAnon:") || line.startsWith("RssShmem:")) {
          kilobytes += number(line);
        }
      }
    }
    return kilobytes * 1024;
  }

  /** {@return likewise, shared pages divided among those who share; dear, asked only when near} */
  long proportionalBytes() {
    long kilobytes = 0;
    for (int pid : pids()) {
      String rollup = read(Path.of("/proc", Integer.toString(pid), "smaps_rollup"));
      if (rollup.isEmpty() && Files.exists(Path.of("/proc", Integer.toString(pid)))) {
        return residentBytes(); // not ours to read: count what can be counted
      }
      for (String line : rollup.lines().toList()) {
        if (line.startsWith("Pss_Anon:") || line.startsWith("Pss_Shmem:")) {
          kilobytes += number(line);
        }
      }
    }
    return kilobytes * 1024;
  }

  /**
   * Stops them all: again and again until a pass finds nobody new, since one that still runs may
   * have started others or woken its brothers.
   */
  void suspend() {
    Set<Integer> stopped = Set.of();
    for (int pass = 0; pass < MAX_PASSES; pass++) {
      Set<Integer> now = pids();
      now.forEach(pid -> Posix.kill(pid, Signals.SIGSTOP));
      if (now.equals(stopped)) {
        return;
      }
      stopped = now;
    }
  }

  void resume() {
    pids().forEach(pid -> Posix.kill(pid, Signals.SIGCONT));
  }

  /** Asks what the first process started to end; that passes it on as it sees fit. */
  void terminate() {
    Set<Integer> children = new LinkedHashSet<>();
    children.add(first);
    addChildren(children, first, false);
    children.remove(first);
    children.forEach(pid -> Posix.kill(pid, Signals.SIGTERM));
  }

  public Set<Integer> pids() {
    Set<Integer> found = new LinkedHashSet<>();
    add(found, first);
    return found;
  }

  private static void add(Set<Integer> found, int pid) {
    if (found.size() < MAX_PROCESSES && found.add(pid)) {
      addChildren(found, pid, true);
    }
  }

  private static void addChildren(Set<Integer> found, int pid, boolean all) {
    Path tasks = Path.of("/proc", Integer.toString(pid), "task");
    try (var threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        for (String child : read(thread.resolve("children")).trim().split(" ", -1)) {
          if (!child.isEmpty() && all) {
            add(found, Integer.parseInt(child));
          } else if (!child.isEmpty()) {
            found.add(Integer.parseInt(child));
          }
        }
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      // it ended meanwhile
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) { // it ended meanwhile
      return "";
    }
  }

  /** Of a line such as {@code RssAnon: 1234 kB}. */
  private static long number(String line) {
    String value = line.substring(line.indexOf(':') + 1).replace("kB", "").trim();
    return Long.parseLong(value);
  }
}
