package org.gridappliance.evm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.gridappliance.evm.Sandbox.Mode;
import org.gridappliance.evm.seal.SealKey;
import org.gridappliance.evm.seal.SealedFolder;

/** A sandbox whose working folder is sealed; the key goes by descriptor, in both modes. */
final class SealedSandbox implements AutoCloseable {
  final Sandbox sandbox = new Sandbox();
  final SealKey key = SealKey.random();
  private final Path keyFile;

  SealedSandbox() {
    try {
      keyFile = Files.write(sandbox.folder.resolve("key"), HexFormat.of().parseHex(key.hex()));
      Path scratch = sandbox.folder.resolve("bin/scratch");
      Files.copy(Sandbox.nativeFile("scratch"), scratch);
      Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As root both, else the caller's. */
  static List<Mode> modes() {
    return Sandbox.isRoot() ? List.of(Mode.values()) : List.of(Mode.UNPRIVILEGED);
  }

  /** The test program of scratch.c, at /b. */
  EvmSpec scratch(String... nameAndArguments) {
    List<String> command = new ArrayList<>(List.of("/b/scratch"));
    command.addAll(List.of(nameAndArguments));
    return EvmSpec.of(command)
        .withMount(new EvmMount(sandbox.folder.resolve("bin"), "/b", true))
        .withWork(sandbox.work, false)
        .withLimits(EvmLimits.defaults().withDisk(1L << 46, 1L << 34, 100_000));
  }

  /** A shell with this machine's programs. */
  EvmSpec shell(String script) {
    return Sandbox.withHostPrograms(EvmSpec.of(List.of("/bin/sh", "-ec", script)))
        .withWork(sandbox.work, false)
        .withEnvironment(java.util.Map.of("PATH", "/usr/bin:/bin", "HOME", "/work", "LC_ALL", "C"));
  }

  /** Started, its input open; the report comes in the file. */
  Process start(Mode mode, EvmSpec spec, long generation, Path report) throws IOException {
    ProcessBuilder builder = sandbox.command(mode, spec, report).redirectErrorStream(true);
    List<String> command = new ArrayList<>(builder.command());
    command.set(2, "exec 3>\"$0\" 9<'" + keyFile + "'; exec \"$@\"");
    int at = command.indexOf("--report-fd") + 2;
    command.addAll(
        at, List.of("--seal-key-fd", "9", "--seal-generation", Long.toString(generation)));
    return builder.command(command).start();
  }

  /** How a run ended, and what it printed. */
  record Ended(int exitCode, String output, EvmResult result) {}

  Ended run(Mode mode, EvmSpec spec, long generation) throws Exception {
    Path report = sandbox.folder.resolve("report-" + System.nanoTime());
    Process process = start(mode, spec, generation, report);
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return finish(process, output, report);
  }

  Ended finish(Process process, String output, Path report) throws Exception {
    if (!process.waitFor(15, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("evm-run did not end");
    }
    String last = Files.readAllLines(report).getLast();
    if (EvmEvent.parse(last) instanceof EvmEvent.End end) {
      return new Ended(process.exitValue(), output, end.result());
    }
    throw new AssertionError("no result in the report: " + last + "; output: " + output);
  }

  /** Seals files into the working folder as inputs: generation 1. */
  void sealInputs(Path source) throws IOException {
    sandbox.clearWork();
    SealedFolder.seal(source, sandbox.work, key);
    if (Sandbox.isRoot()) {
      sandbox.giveAway(sandbox.work);
    }
  }

  @Override
  public void close() throws IOException {
    Machine.awaitNoProcesses();
    sandbox.close();
  }
}
