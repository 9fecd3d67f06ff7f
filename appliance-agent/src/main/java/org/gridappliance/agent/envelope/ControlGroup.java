package org.gridappliance.agent.envelope;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One slot's control group: hard limits on memory and processes, and the lowest share of the
 * processor. Made once a slot and used by one subjob after the other, so it costs a few writes
 * each. Only where the agent may make groups (root, and version 1 controllers, or version 2 with
 * the controllers handed down); elsewhere {@link Watch} looks at the processes' memory.
 */
public final class ControlGroup {
  private static final Path MOUNT = Path.of("/sys/fs/cgroup");
  private static final String NAME = "grid-appliance-";

  private final Path memory;
  private final Path pids;
  private final boolean unified;
  private long oomKillsBefore;
  private long memoryBytes;
  private long processes;

  private ControlGroup(Path memory, Path pids, boolean unified) {
    this.memory = memory;
    this.pids = pids;
    this.unified = unified;
  }

  /**
   * {@return the group of a slot, or empty where there can be none}
   *
   * @param number tells envelopes of one process apart
   */
  static Optional<ControlGroup> of(int number, int slot) {
    String name = NAME + ProcessHandle.current().pid() + "-" + number;
    try {
      ControlGroup group =
          Files.exists(MOUNT.resolve("cgroup.controllers"))
              ? unified(name, "slot" + slot)
              : separate(name, "slot" + slot);
      group.limit(Long.MAX_VALUE / 2, 1_000_000);
      return Optional.of(group);
    } catch (IOException e) { // not ours to make: the watch takes its place
      return Optional.empty();
    }
  }

  /**
   * {@return a group that is known by its name alone, so that it outlives this agent; empty where
   * there can be none}
   *
   * @param name letters, digits and dashes
   */
  public static Optional<ControlGroup> named(String name) {
    try {
      boolean unified = Files.exists(MOUNT.resolve("cgroup.controllers"));
      return Optional.of(
          unified ? unified("grid-desktops", name) : separate("grid-desktops", name));
    } catch (IOException e) { // not ours to make
      return Optional.empty();
    }
  }

  /** Removes what agents that were killed left behind, empty by now. */
  static void sweep() {
    try {
      List<Path> parents =
          Files.exists(MOUNT.resolve("cgroup.controllers"))
              ? List.of(MOUNT)
              : List.of(own("memory"), own("pids"));
      for (Path parent : parents) {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(parent, NAME + "*")) {
          for (Path group : left) {
            String pid = group.getFileName().toString().replaceAll("\\D*(\\d+).*", "$1");
            if (!Files.exists(Path.of("/proc", pid))) {
              removeWithSlots(group);
            }
          }
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // no groups here, or not ours to remove
    }
  }

  private static void removeWithSlots(Path group) throws IOException {
    try (DirectoryStream<Path> slots = Files.newDirectoryStream(group, "slot*")) {
      for (Path slot : slots) {
        Files.delete(slot);
      }
    }
    Files.delete(group);
  }

  private static ControlGroup unified(String name, String member) throws IOException {
    Path parent = MOUNT.resolve(name);
    Files.createDirectories(parent);
    Files.writeString(parent.resolve("cgroup.subtree_control"), "+memory +pids +cpu");
    Path group = Files.createDirectories(parent.resolve(member));
    Files.writeString(group.resolve("memory.oom.group"), "1");
    if (member.startsWith("slot")) {
      Files.writeString(group.resolve("cpu.weight"), "1");
    }
    return new ControlGroup(group, group, true);
  }

  private static ControlGroup separate(String name, String member) throws IOException {
    return new ControlGroup(
        Files.createDirectories(own("memory").resolve(name).resolve(member)),
        Files.createDirectories(own("pids").resolve(name).resolve(member)),
        false);
  }

  /** Below the agent's own group, so that its limits hold for the jobs too. */
  private static Path own(String controller) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
      String[] parts = line.split(":", 3);
      if (parts.length == 3 && parts[1].equals(controller)) {
        Path own = MOUNT.resolve(controller).resolve(parts[2].substring(1));
        return Files.isDirectory(own) ? own : MOUNT.resolve(controller);
      }
    }
    throw new IOException("no controller " + controller);
  }

  /** Sets the limits of the next subjob; nobody is in the group now. */
  public void limit(long newMemoryBytes, long newProcesses) throws IOException {
    oomKillsBefore = oomKills();
    if (newMemoryBytes != memoryBytes) {
      memory(newMemoryBytes);
      memoryBytes = newMemoryBytes;
    }
    if (newProcesses != processes) {
      Files.writeString(pids.resolve("pids.max"), Long.toString(newProcesses));
      processes = newProcesses;
    }
  }

  private void memory(long bytes) throws IOException {
    if (unified) {
      Files.writeString(memory.resolve("memory.max"), Long.toString(bytes));
      Path swap = memory.resolve("memory.swap.max");
      if (Files.exists(swap)) {
        Files.writeString(swap, "0");
      }
    } else {
      versionOne(bytes);
    }
  }

  /** Memory and swap together may not be less than memory alone, at any moment. */
  private void versionOne(long bytes) throws IOException {
    Path ram = memory.resolve("memory.limit_in_bytes");
    Path both = memory.resolve("memory.memsw.limit_in_bytes");
    boolean swap = Files.exists(both);
    if (swap) {
      Files.writeString(both, "-1");
    }
    Files.writeString(ram, Long.toString(bytes));
    if (swap) {
      Files.writeString(both, Long.toString(bytes));
    }
  }

  /** Moves a process into it; what the process starts later is in it too. */
  public void admit(int pid) throws IOException {
    Files.writeString(memory.resolve("cgroup.procs"), Integer.toString(pid));
    if (!unified) {
      Files.writeString(pids.resolve("cgroup.procs"), Integer.toString(pid));
    }
  }

  /** {@return whether the kernel ended a process for want of memory since {@link #limit}} */
  public boolean ranOutOfMemory() throws IOException {
    return oomKills() > oomKillsBefore;
  }

  /** Removes it; nobody may be in it. */
  public void remove() {
    for (Path group : new Path[] {memory, pids, memory.getParent(), pids.getParent()}) {
      try {
        Files.deleteIfExists(group);
      } catch (IOException e) {
        // another slot of the same agent is still there and removes the parent
      }
    }
  }

  private long oomKills() throws IOException {
    Path file = memory.resolve(unified ? "memory.events" : "memory.oom_control");
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith("oom_kill ")) {
        return Long.parseLong(line.substring("oom_kill ".length()).trim());
      }
    }
    return 0;
  }
}
