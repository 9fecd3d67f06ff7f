package org.gridappliance.agent.envelope;

import java.time.Duration;
import org.gridappliance.evm.EvmResult;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Limits;
import org.jspecify.annotations.Nullable;

/** From the launcher's report to an {@link Outcome} whose words a scientist can act on. Pure. */
final class EvmWords {
  /** The one account inside, whoever runs it outside. */
  static final int INSIDE = 1000;

  private static final int BY_FILE_SIZE = 128 + Signals.SIGXFSZ;
  private static final double NEAR = 0.9;

  /** What the launcher says when it was told to kill. */
  private static final String BY_US = "killed by the controller";

  private EvmWords() {}

  /** {@return how it ended; {@code result} is null when the launcher died without one} */
  static Outcome outcome(Spec spec, EvmRunning running, @Nullable EvmResult result) {
    if (result == null) {
      return running.isFinished()
          ? Outcome.ended(0, Duration.ZERO, null, null)
          : Outcome.failed(broken("evm-run ended without a report"));
    }
    Duration wall = result.wall().minus(result.paused());
    wall = wall.isNegative() ? Duration.ZERO : wall;
    Duration cpu = result.user().plus(result.system());
    long peak = Math.max(result.peak().memoryBytes(), result.maxRssBytes());
    Failure failure = running.failure();
    if (failure == null && running.isFinished()) {
      return Outcome.ended(0, wall, cpu, peak); // somebody pressed Stop: that is its right end
    }
    if (failure == null) {
      failure = Watch.outputLimit(spec);
    }
    if (failure == null) {
      failure = failure(spec.limits(), result, running.groupVersion() == 0, wall, peak);
    }
    if (failure != null) {
      return new Outcome(null, null, failure, wall, cpu, peak, null, null);
    }
    return Outcome.ended(status(result), wall, cpu, peak)
        .seen(result.lastRefusal(), result.crash());
  }

  private static int status(EvmResult result) {
    return switch (result.outcome()) {
      case EXITED -> result.exitCode();
      case SIGNALED -> 128 + result.signal();
      case LIMIT, KILLED, LIFELINE, REFUSED, LOST, ALTERED -> 128 + Signals.SIGKILL;
    };
  }

  private static @Nullable Failure failure(
      Limits limits, EvmResult result, boolean sampled, Duration wall, long peak) {
    return switch (result.outcome()) {
      case LIMIT -> limit(limits, result, wall, peak);
      case REFUSED -> refused(result.reason());
      case LIFELINE, LOST -> broken(result.reason());
      case ALTERED -> Outcome.altered(result.reason());
      case KILLED -> result.reason().equals(BY_US) ? null : ended(result.reason());
      case EXITED, SIGNALED -> {
        if (status(result) == BY_FILE_SIZE) {
          yield Watch.disk(limits.diskBytes());
        }
        // without a control group a single process gets no more memory and ends in its own way
        boolean full = peak > limits.memoryBytes() * NEAR && status(result) != 0;
        yield sampled && full ? Watch.memory(peak, limits.memoryBytes()) : null;
      }
    };
  }

  private static Failure limit(Limits limits, EvmResult result, Duration wall, long peak) {
    long memory = limits.memoryBytes();
    return switch (result.limit()) {
      case "wall-ms" -> Watch.time(wall.toNanos() / 1e9, limits.wallSeconds());
      case "memory-bytes" -> Watch.memory(Math.max(peak, memory), memory);
      case "disk-bytes" -> Watch.disk(limits.diskBytes());
      case "processes" ->
          Watch.limit(
              "It ran %d processes and threads at once; fewer than %d are allowed."
                  .formatted(result.peak().processes(), limits.processes()),
              "Let the program start fewer, or look whether it starts them without end.");
      default ->
          Watch.limit(
              "It reached a limit on its files: " + result.reason() + ".",
              "Let the program write fewer files to its scratch folder, or raise its disk limit.");
    };
  }

  private static Failure refused(String reason) {
    if (!reason.startsWith("execute ")) {
      return broken(reason);
    }
    return Failure.of(
        Failure.Kind.PROGRAM,
        "The program could not be started: " + reason + ".",
        "A program under /work runs only where the application's app.yaml says"
            + " allow: [own-programs].");
  }

  static Failure absent(String program, String why) {
    return Failure.of(
        Failure.Kind.ENVELOPE,
        "The program " + program + " is not there: " + why + ".",
        "Install the application's packages on this machine, or correct its command.");
  }

  /** Not the program's doing, so it is tried again. */
  private static Failure ended(String why) {
    return Failure.of(
        Failure.Kind.ENVELOPE,
        "The program's sandbox came to an end: " + why + ".",
        "It is tried again. If that happens often, see the log of the system on this machine.");
  }

  static Failure broken(String why) {
    return Failure.of(
        Failure.Kind.ENVELOPE,
        "The envelope could not be started: " + why + ".",
        "See the log of the executor on this machine.");
  }
}
