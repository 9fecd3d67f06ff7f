package org.gridappliance.jobs.condor;

import java.util.List;
import java.util.Optional;
import org.gridappliance.jobs.lease.Limits;

/**
 * Why no machine takes a job that waits, in plain words with the remedy: what better-analyze
 * counts.
 */
final class Fit {
  private Fit() {}

  /**
   * {@return why none takes it now; empty when one could, or when there is none at all}
   *
   * @param machines all that were heard of
   */
  static Optional<String> obstacle(Limits limits, List<Machine> machines) {
    if (machines.isEmpty()) {
      return Optional.empty();
    }
    if (machines.stream().noneMatch(Machine::isOpen)) {
      return Optional.of(
          "all %d machines are drained or banned; an administrator opens them on the Pool page"
              .formatted(machines.size()));
    }
    long memory = limits.memoryBytes();
    List<Machine> fitting =
        machines.stream()
            .filter(one -> one.cpus() >= limits.cpus() && one.memoryBytes() >= memory)
            .toList();
    if (fitting.isEmpty()) {
      int cores = machines.stream().mapToInt(Machine::cpus).max().orElse(0);
      long most = machines.stream().mapToLong(Machine::memoryBytes).max().orElse(0);
      boolean byMemory = most < memory;
      return Optional.of(
          byMemory
              ? "it asks for %s of memory; the largest of %d machines has %s. Give it smaller pieces, or ask an administrator to lower the application's memory or to add a larger machine"
                  .formatted(words(memory), machines.size(), words(most))
              : "it asks for %d cores; the largest of %d machines has %d. Ask an administrator to lower the application's cores or to add a larger machine"
                  .formatted(limits.cpus(), machines.size(), cores));
    }
    List<Machine> open = fitting.stream().filter(Machine::isOpen).toList();
    if (open.isEmpty()) {
      return Optional.of(
          "the %d machines that could run it are drained or banned; an administrator opens them on the Pool page"
              .formatted(fitting.size()));
    }
    if (open.stream().allMatch(one -> one.state().equals("Paused"))) {
      return Optional.of(
          "the owners of all %d machines that could run it use them now; it begins when one is free"
              .formatted(open.size()));
    }
    return Optional.empty();
  }

  /** {@return that every machine is busy, when none has the cores free that a job asks for} */
  static Optional<String> full(Limits limits, List<Machine> machines) {
    List<Machine> open = machines.stream().filter(Machine::isOpen).toList();
    if (open.isEmpty() || open.stream().anyMatch(one -> one.freeCpus() >= limits.cpus())) {
      return Optional.empty();
    }
    int cores = open.stream().mapToInt(Machine::cpus).sum();
    int free = open.stream().mapToInt(Machine::freeCpus).sum();
    return Optional.of(
        "%d of %d cores are in use, and no machine has %d free; it gets a turn by everyone's fair share"
            .formatted(cores - free, cores, limits.cpus()));
  }

  private static String words(long bytes) {
    return bytes >= 1L << 30
        ? "%.3g GiB".formatted(bytes / (double) (1L << 30))
        : (bytes >> 20) + " MiB";
  }
}
