package org.gridappliance.agent.envelope;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.gridappliance.jobs.lease.Failure;

/**
 * No envelope at all, to tell what ours costs; programs start as {@link Evm} starts them. Lives
 * among the benchmarks so that no running appliance can be talked into it, and in this package for
 * the calls.
 */
public final class BareEnvelope implements Envelope {
  @Override
  public Optional<String> obstacle() {
    return Optional.empty();
  }

  @Override
  public Outcome run(Spec spec, Reins reins) {
    long start = System.nanoTime();
    String program = spec.command().getFirst();
    if (!Files.isExecutable(Path.of(program))) {
      return Outcome.failed(
          Failure.of(
              Failure.Kind.ENVELOPE,
              "The program " + program + " is not there.",
              "Name the program by its whole path."));
    }
    int pid =
        Posix.spawn(
            spec.command(),
            List.of("LANG=C.UTF-8"),
            List.of(
                new Posix.Opened("/dev/null", 0, Posix.O_RDONLY),
                new Posix.Opened(spec.stdout().toString(), 1, Posix.O_WRONLY_APPEND),
                new Posix.Opened(spec.stderr().toString(), 2, Posix.O_WRONLY_APPEND)),
            List.of());
    Posix.Ended ended = pid < 0 ? null : Posix.wait4(pid);
    if (ended == null) {
      throw new IllegalStateException(program + " cannot be started, error " + -pid);
    }
    return Outcome.ended(
        ended.status(),
        Duration.ofNanos(System.nanoTime() - start),
        Duration.ofNanos(ended.cpuNanos()),
        ended.maxRssBytes());
  }
}
