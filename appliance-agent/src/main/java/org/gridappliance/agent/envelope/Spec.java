package org.gridappliance.agent.envelope;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.gridappliance.evm.EvmReach;
import org.gridappliance.evm.bundle.Bundle;
import org.gridappliance.evm.seal.SealKey;
import org.gridappliance.evm.seal.SealedFile;
import org.gridappliance.jobs.lease.Limits;
import org.jspecify.annotations.Nullable;

/**
 * What to run.
 *
 * @param command the argument list, never empty; the program is a name on the path or a path inside
 *     the envelope
 * @param environment variables beside the envelope's own
 * @param work the scratch folder, seen as {@code /work}; exists, holds nothing but folders
 * @param tmp seen as {@code /tmp}; exists, empty
 * @param inputs files shown read-only below {@code /work}
 * @param stdout an existing empty file that takes the program's standard output
 * @param stderr likewise
 * @param limits what it may use
 * @param screen set when the program shows windows
 * @param slot which slot it runs in, from 0; two programs at once never share one
 * @param code whose code runs
 * @param sealed set when its scratch folder is a sealed one: then the folder holds ciphertext,
 *     {@code inputs} is empty, and {@code stdout} and {@code stderr} are not there
 */
public record Spec(
    List<String> command,
    Map<String, String> environment,
    Path work,
    Path tmp,
    List<Input> inputs,
    Path stdout,
    Path stderr,
    Limits limits,
    @Nullable Screen screen,
    int slot,
    Code code,
    @Nullable Sealed sealed) {

  /** One whose scratch lies open. */
  public Spec(
      List<String> command,
      Map<String, String> environment,
      Path work,
      Path tmp,
      List<Input> inputs,
      Path stdout,
      Path stderr,
      Limits limits,
      @Nullable Screen screen,
      int slot,
      Code code) {
    this(command, environment, work, tmp, inputs, stdout, stderr, limits, screen, slot, code, null);
  }

  /** {@return how much it printed so far, in bytes: to standard output, or error} */
  long printed(boolean error) {
    if (sealed != null) {
      return (error ? sealed.stderr : sealed.stdout).size();
    }
    return (error ? stderr : stdout).toFile().length();
  }

  /**
   * How it is sealed.
   *
   * @param key of its scratch folder
   * @param generation of the folder's index now
   * @param inputBytes that lie in the folder already
   * @param inputFiles likewise, with their folders
   * @param stdout takes the program's standard output
   * @param stderr likewise
   */
  public record Sealed(
      SealKey key,
      long generation,
      long inputBytes,
      int inputFiles,
      SealedFile stdout,
      SealedFile stderr) {}

  /**
   * Whose code runs, and what it may do with code.
   *
   * @param bundle the application's own files; null for this machine's {@code /usr}
   * @param generated memory may be writable and executable, as for Java or valgrind
   * @param own files that it writes itself may be executed, as for compilers
   * @param reach hosts outside that it may connect to
   */
  public record Code(
      @Nullable Bundle bundle, boolean generated, boolean own, List<EvmReach> reach) {
    public Code {
      reach = List.copyOf(reach);
    }

    /** One that connects to nothing. */
    public Code(@Nullable Bundle bundle, boolean generated, boolean own) {
      this(bundle, generated, own, List.of());
    }

    /** This machine's programs, without exceptions. */
    public static final Code MACHINE = new Code(null, false, false);
  }

  /**
   * An X server of its own beside the program, on which viewers see its windows.
   *
   * @param listener a listening Unix socket, ours; the X server answers on it
   * @param title of the screen
   */
  public record Screen(int listener, String title) {}

  /**
   * A file shown to the program.
   *
   * @param file on this machine, read-only
   * @param path where the program sees it, relative to {@code /work}, already checked
   */
  public record Input(Path file, String path) {}
}
