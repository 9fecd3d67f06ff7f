package org.gridappliance.agent.envelope;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.gridappliance.evm.EvmReach;
import org.gridappliance.jobs.lease.Limits;

/** One envelope below a temporary folder and a short way to run commands in it. */
final class Trial implements AutoCloseable {
  static final Limits ROOMY = new Limits(1, 512L << 20, 64L << 20, 64, 30, 1 << 20);

  final Path folder;
  final Envelope envelope;
  private final AtomicInteger number = new AtomicInteger();
  private List<EvmReach> reach = List.of();

  /** In the envelope that programs run in. */
  Trial(Path folder) {
    this(folder, new Evm(folder.resolve("envelope"), 58_700));
  }

  Trial(Path folder, Envelope envelope) {
    this.folder = folder;
    this.envelope = envelope;
  }

  /** In the one for programs with windows, and for machines where the other cannot run. */
  static Trial bubblewrap(Path folder) {
    return new Trial(folder, new Bubblewrap(folder.resolve("envelope"), 58_700, 2));
  }

  /** How it ended and what it left. */
  record Ran(Outcome outcome, String stdout, String stderr, Path work) {
    boolean succeeded() {
      return Integer.valueOf(0).equals(outcome.exitCode());
    }
  }

  /** The same place, whose programs may connect to these. */
  Trial reaching(EvmReach... hosts) {
    reach = List.of(hosts);
    return this;
  }

  Ran run(String... command) throws IOException {
    return run(ROOMY, List.of(command));
  }

  Ran run(Limits limits, List<String> command) throws IOException {
    return run(limits, command, Map.of(), List.of(), new Reins());
  }

  Ran run(
      Limits limits,
      List<String> command,
      Map<String, String> environment,
      List<Spec.Input> inputs,
      Reins reins)
      throws IOException {
    Path own = folder.resolve("scratch" + number.incrementAndGet());
    return run(own, limits, command, environment, inputs, reins);
  }

  Ran run(
      Path own,
      Limits limits,
      List<String> command,
      Map<String, String> environment,
      List<Spec.Input> inputs,
      Reins reins)
      throws IOException {
    Files.createDirectories(own);
    Path work = Files.createDirectory(own.resolve("work"));
    Path tmp = Files.createDirectory(own.resolve("tmp"));
    Path stdout = Files.createFile(own.resolve("stdout"));
    Path stderr = Files.createFile(own.resolve("stderr"));
    Outcome outcome =
        envelope.run(
            new Spec(
                new ArrayList<>(command),
                environment,
                work,
                tmp,
                inputs,
                stdout,
                stderr,
                limits,
                null,
                0,
                new Spec.Code(null, false, false, reach)),
            reins);
    return new Ran(outcome, text(stdout), text(stderr), work);
  }

  private static String text(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return new String(in.readNBytes(1 << 20), java.nio.charset.StandardCharsets.UTF_8);
    }
  }

  @Override
  public void close() {
    try {
      ((AutoCloseable) envelope).close();
    } catch (Exception e) { // AutoCloseable's signature; ours throw nothing
      throw new IllegalStateException(e);
    }
    remove(folder.resolve("envelope"));
  }

  /** Links that lead out of a temporary folder are gone before JUnit warns of them. */
  static void remove(Path folder) {
    try {
      new ProcessBuilder("rm", "-rf", folder.toString()).inheritIO().start().waitFor();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
