package org.gridappliance.agent.envelope;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.gridappliance.evm.seal.SealedFile;
import org.jspecify.annotations.Nullable;

/**
 * Where a program's standard output and error go: into the files of its {@link Spec}, or, when it
 * is sealed, through pipes and a thread each into {@link SealedFile}s, never in clear to the disk.
 */
final class EvmOutput implements AutoCloseable {
  private static final int PIECE = 1 << 16;

  private final Spec spec;
  private final List<Posix.Pipe> pipes = new ArrayList<>();
  private final List<Thread> pumps = new ArrayList<>();
  private volatile @Nullable String lost;

  private EvmOutput(Spec spec) {
    this.spec = spec;
  }

  /**
   * Prepares it.
   *
   * @throws IOException when no descriptor is left
   */
  static EvmOutput of(Spec spec) throws IOException {
    EvmOutput made = new EvmOutput(spec);
    for (int i = 0; spec.sealed() != null && i < 2; i++) {
      Posix.Pipe pipe = Posix.pipe();
      if (pipe == null) {
        made.close();
        throw new IOException("no file descriptor is left");
      }
      made.pipes.add(pipe);
    }
    return made;
  }

  /** {@return the launcher's options that name the files it opens} */
  List<String> options() {
    return spec.sealed() != null
        ? List.of()
        : List.of(
            "--stdout",
            spec.stdout().toAbsolutePath().toString(),
            "--stderr",
            spec.stderr().toAbsolutePath().toString());
  }

  /** {@return what it inherits as 1 and 2, nothing when it opens files} */
  List<Posix.Passed> passed() {
    return pipes.isEmpty()
        ? List.of()
        : List.of(
            new Posix.Passed(pipes.get(0).writeEnd(), 1),
            new Posix.Passed(pipes.get(1).writeEnd(), 2));
  }

  /** The launcher has them: reads from now on. */
  void started() {
    Spec.Sealed sealed = spec.sealed();
    if (sealed == null) {
      return;
    }
    for (int i = 0; i < 2; i++) {
      int end = pipes.get(i).readEnd();
      SealedFile file = i == 0 ? sealed.stdout() : sealed.stderr();
      Posix.close(pipes.get(i).writeEnd());
      pumps.add(Thread.ofPlatform().daemon().name("output").start(() -> pump(end, file)));
    }
  }

  /** To the end, also when nothing more is kept: a full pipe would hold the program up. */
  private void pump(int end, SealedFile into) {
    byte[] piece = new byte[PIECE];
    long most = spec.limits().outputBytes();
    int got;
    while ((got = Posix.read(end, piece, 0)) > 0) {
      if (lost != null || into.size() > most) {
        continue; // its end is on its way
      }
      try {
        into.append(piece, 0, got);
      } catch (IOException e) {
        lost = "its output cannot be kept: " + e.getMessage();
      }
    }
  }

  /**
   * Waits for what its processes printed last; they are all dead.
   *
   * @return what went wrong, else null
   */
  @Nullable String finish() {
    boolean interrupted = false;
    for (Thread pump : pumps) {
      while (pump.isAlive()) {
        try {
          pump.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return lost;
  }

  @Override
  public void close() {
    for (Posix.Pipe pipe : pipes) {
      Posix.close(pipe.readEnd());
      if (pumps.isEmpty()) {
        Posix.close(pipe.writeEnd());
      }
    }
  }
}
