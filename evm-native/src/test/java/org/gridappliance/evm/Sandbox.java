package org.gridappliance.evm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A place to run the launcher in, by its command line, as an unprivileged account or as root. Tests
 * run as root change to an account of their own for the unprivileged case; others are that account.
 */
public final class Sandbox implements AutoCloseable {
  /** No real account has it, so every process with it is one of ours. */
  public static final int UID = 64_999;

  /** Who starts the launcher. */
  public enum Mode {
    UNPRIVILEGED,
    ROOT
  }

  /** A finished run: what it printed, and the launcher's own report. */
  public record Finished(int exitCode, String output, EvmResult result, EvmLayers layers) {}

  public final Path folder;
  public final Path work;
  public final Path launcher;

  public Sandbox() {
    try {
      folder = Files.createTempDirectory("evm-test");
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
      launcher = EvmLauncher.installedIn(folder.resolve("bin")).executable();
      Files.copy(nativeFile("attack"), folder.resolve("bin/attack"));
      work = Files.createDirectory(folder.resolve("work"));
      if (isRoot()) {
        Files.setAttribute(work, "unix:uid", UID);
        Files.setAttribute(work, "unix:gid", UID);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static boolean isRoot() {
    return ProcessHandle.current().info().user().orElse("").equals("root");
  }

  /** A file the Makefile built. */
  public static Path nativeFile(String name) {
    return Path.of(System.getProperty("evm.native", "target/evm")).resolve(name);
  }

  /** The attack programs at /b, the working folder, ten seconds, no more. */
  EvmSpec attack(String... nameAndArgument) {
    List<String> command = new ArrayList<>(List.of("/b/attack"));
    command.addAll(List.of(nameAndArgument));
    return EvmSpec.of(command)
        .withMount(new EvmMount(folder.resolve("bin"), "/b", true))
        .withWork(work, false)
        .withLimits(
            EvmLimits.defaults()
                .withWall(java.time.Duration.ofSeconds(20))
                .withDisk(1L << 32, 1L << 33, 100_000));
  }

  /** What a real program needs of this machine's own files, until it comes in a bundle. */
  static EvmSpec withHostPrograms(EvmSpec spec) {
    EvmSpec with = spec;
    for (String dir : List.of("/usr", "/bin", "/lib", "/lib64")) {
      if (Files.isDirectory(Path.of(dir))) {
        with = with.withMount(new EvmMount(Path.of(dir), dir, true));
      }
    }
    for (String file : List.of("/etc/ld.so.cache", "/etc/alternatives")) {
      if (Files.exists(Path.of(file))) {
        with = with.withMount(new EvmMount(Path.of(file), file, false));
      }
    }
    return with;
  }

  /** As root, the account to run as. */
  EvmSpec as(Mode mode, EvmSpec spec) {
    return mode == Mode.ROOT ? spec.withAccount(new EvmAccount(UID, UID)) : spec;
  }

  /** Runs to the end. Descriptors 7 and 8 of the host are left open for the program to find. */
  public Finished run(Mode mode, EvmSpec spec) throws IOException, InterruptedException {
    Path report = folder.resolve("report-" + System.nanoTime());
    Process process = command(mode, spec, report).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("evm-run did not end: " + spec.command());
    }
    EvmResult result = null;
    EvmLayers layers = new EvmLayers(0, 0, 0, "");
    for (String line : Files.readAllLines(report)) {
      switch (EvmEvent.parse(line)) {
        case EvmEvent.Ready ready -> layers = ready.layers();
        case EvmEvent.End end -> result = end.result();
        case EvmEvent.Usage usage -> {}
      }
    }
    if (result == null) {
      throw new AssertionError("no result in the report; output: " + output);
    }
    return new Finished(process.exitValue(), output, result, layers);
  }

  /** The launcher by its command line, its report in a file. */
  ProcessBuilder command(Mode mode, EvmSpec spec, Path report) {
    List<String> command =
        new ArrayList<>(
            List.of("sh", "-c", "exec 3>\"$0\" 7</ 8</etc/passwd; exec \"$@\"", report.toString()));
    if (mode == Mode.UNPRIVILEGED && isRoot()) {
      command.addAll(List.of("setpriv", "--reuid=" + UID, "--regid=" + UID, "--clear-groups"));
    }
    command.addAll(List.of(launcher.toString(), "--report-fd", "3"));
    command.addAll(as(mode, spec).arguments());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("SECRET_OF_THE_HOST", "must not be seen inside");
    return builder;
  }

  /** Makes a tree the account's own: what it does not own it cannot seem to change. */
  void giveAway(Path top) throws IOException {
    try (Stream<Path> all = Files.walk(top)) {
      for (Path path : all.toList()) {
        Files.setAttribute(path, "unix:uid", UID, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:gid", UID, LinkOption.NOFOLLOW_LINKS);
      }
    }
  }

  /** Empties the working folder, whatever a program left there. */
  void clearWork() throws IOException {
    deleteTree(work, false);
  }

  @Override
  public void close() throws IOException {
    deleteTree(folder, true);
  }

  private static void deleteTree(Path top, boolean self) throws IOException {
    if (!Files.isDirectory(top, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        top,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, IOException e) throws IOException {
            if (self || !dir.equals(top)) {
              Files.delete(dir);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
