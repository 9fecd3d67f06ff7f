package org.gridappliance.portal.bundles;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.gridappliance.evm.EvmAccount;
import org.gridappliance.evm.EvmLauncher;
import org.gridappliance.evm.EvmLimits;
import org.gridappliance.evm.EvmReach;
import org.gridappliance.evm.EvmResult;
import org.gridappliance.evm.EvmRun;
import org.gridappliance.evm.EvmSpec;
import org.gridappliance.evm.HostFinder;
import org.gridappliance.evm.bundle.Bundle;
import org.gridappliance.jobs.Bundles;
import org.gridappliance.jobs.NetworkPolicy;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.lease.Limits;
import org.gridappliance.jobs.lease.Sandbox;

/**
 * Runs an application's example, and its commands that list choices, from its bundle alone, on the
 * portal's machine, in the Entropia VM. Blocks; an example at most {@value #MOST_SECONDS} s.
 */
final class ExampleRun {
  private static final int MOST_SECONDS = 120;
  private static final int WORDS = 600;
  private static final int FILES = 100_000;

  /** Where the portal itself is root: nobody's account. */
  private static final int NOBODY = 65_534;

  private final Path data;
  private final NetworkPolicy network;

  ExampleRun(Path data, NetworkPolicy network) {
    this.data = data;
    this.network = network;
  }

  /**
   * Runs it.
   *
   * @return empty when it ran; else why the Entropia VM does not run on this machine at all
   * @throws Bundles.Refused when it ran and failed, or what it was to leave is missing
   */
  Optional<String> run(Bundle bundle, App app, Bundles.Trial trial)
      throws Bundles.Refused, IOException {
    Path own = Files.createDirectories(data.resolve("tmp").resolve("example-" + UUID.randomUUID()));
    try (Bundles.Example example = trial.open()) {
      Path work = Files.createDirectory(own.resolve("work"));
      for (Bundles.Part part : example.inputs()) {
        copy(part, work.resolve(part.path()));
      }
      Path words = Files.createFile(own.resolve("words"));
      EvmResult result = start(bundle, app, example, work, words);
      if (result.outcome() == EvmResult.Outcome.REFUSED && !isAboutProgram(result)) {
        return Optional.of(result.reason());
      }
      if (result.outcome() != EvmResult.Outcome.EXITED || result.exitCode() != 0) {
        throw new Bundles.Refused(
            "its example does not run from its bundle: " + how(result) + said(words));
      }
      for (String output : example.outputs()) {
        if (!output.contains("*") && !Files.exists(work.resolve(output))) {
          throw new Bundles.Refused("its example left no file " + output + said(words));
        }
      }
      return Optional.empty();
    } finally {
      remove(own);
    }
  }

  private static boolean isAboutProgram(EvmResult result) {
    return result.reason().startsWith("execute ") || result.reason().contains("bundle");
  }

  private EvmResult start(Bundle bundle, App app, Bundles.Example example, Path work, Path words)
      throws IOException, Bundles.Refused {
    EvmSpec spec =
        spec(bundle, app, example.command(), example.environment(), work)
            .withReach(reach(app))
            .withLimits(limits(example.limits(), MOST_SECONDS));
    EvmRun.Streams streams =
        new EvmRun.Streams(
            Redirect.from(Path.of("/dev/null").toFile()),
            Redirect.DISCARD,
            Redirect.to(words.toFile()));
    try (EvmRun run = EvmRun.start(launcher(), spec, streams, usage -> {})) {
      return run.result().join();
    } catch (CancellationException | CompletionException e) {
      throw new IOException("the example's run was cut off: " + e, e);
    }
  }

  private EvmLauncher launcher() throws IOException {
    return EvmLauncher.installedIn(data.resolve("bundles").resolve("bin"));
  }

  private static EvmLimits limits(Limits limits, double seconds) {
    return EvmLimits.defaults()
        .withMemoryBytes(limits.memoryBytes())
        .withProcesses(limits.processes())
        .withWall(Duration.ofMillis((long) (seconds * 1000)));
  }

  private static EvmSpec spec(
      Bundle bundle, App app, List<String> given, Map<String, String> more, Path work)
      throws IOException {
    Map<String, String> environment = new HashMap<>();
    environment.put("PATH", "/usr/local/bin:/usr/bin:/bin");
    environment.put("HOME", "/work");
    environment.put("TMPDIR", "/tmp");
    environment.put("LANG", "C.UTF-8");
    environment.put("OMP_NUM_THREADS", "1");
    environment.putAll(more);
    List<String> command = new ArrayList<>(given);
    command.set(0, inside(bundle, command.getFirst()));
    EvmSpec spec =
        bundle
            .spec(command, environment)
            .withWork(work, app.allow().contains(Sandbox.OWN_PROGRAMS));
    if (!System.getProperty("user.name").equals("root")) {
      return spec;
    }
    giveAway(work);
    return spec.withAccount(new EvmAccount(NOBODY, NOBODY));
  }

  /**
   * Runs a command without any network.
   *
   * @return what it printed
   * @throws Bundles.Refused when it failed, or went over a limit
   */
  byte[] print(Bundle bundle, App app, Bundles.Command command)
      throws Bundles.Refused, IOException {
    Path own = Files.createDirectories(data.resolve("tmp").resolve("options-" + UUID.randomUUID()));
    try {
      Path work = Files.createDirectory(own.resolve("work"));
      for (Bundles.Part part : command.inputs()) {
        copy(part, work.resolve(part.path()));
      }
      Limits limits = command.limits();
      EvmSpec spec =
          spec(bundle, app, command.command(), command.environment(), work)
              .withLimits(
                  limits(limits, limits.wallSeconds())
                      .withDisk(limits.diskBytes(), limits.diskBytes(), FILES));
      try (EvmRun run = EvmRun.start(launcher(), spec, EvmRun.Streams.pipes(), usage -> {})) {
        return printed(run, limits);
      }
    } finally {
      remove(own);
    }
  }

  private static byte[] printed(EvmRun run, Limits limits) throws Bundles.Refused, IOException {
    CompletableFuture<byte[]> said = new CompletableFuture<>();
    Thread.ofVirtual().start(() -> said.complete(tail(run.process().getErrorStream())));
    byte[] out;
    try (InputStream in = run.process().getInputStream()) {
      out = in.readNBytes((int) limits.outputBytes() + 1);
      if (out.length > limits.outputBytes()) {
        run.kill();
        throw new Bundles.Refused(
            "the command printed more than " + (limits.outputBytes() >> 20) + " MiB");
      }
    }
    EvmResult result = run.result().join();
    if (result.limit().equals("wall-ms")) {
      throw new Bundles.Refused(
          "the command took longer than " + (long) limits.wallSeconds() + " s");
    }
    if (result.outcome() != EvmResult.Outcome.EXITED || result.exitCode() != 0) {
      throw new Bundles.Refused("the command failed: " + how(result) + said(said.join()));
    }
    return out;
  }

  /** Reads to the end and keeps the last words. */
  private static byte[] tail(InputStream in) {
    byte[] kept = new byte[0];
    try (in) {
      for (byte[] next = in.readNBytes(4096); next.length > 0; next = in.readNBytes(4096)) {
        byte[] both = Arrays.copyOf(kept, kept.length + next.length);
        System.arraycopy(next, 0, both, kept.length, next.length);
        kept = Arrays.copyOfRange(both, Math.max(0, both.length - 4096), both.length);
      }
    } catch (IOException e) {
      return kept; // the program is gone
    }
    return kept;
  }

  private List<EvmReach> reach(App app) throws Bundles.Refused {
    List<EvmReach> found = new ArrayList<>();
    for (Sandbox.Host one : app.network()) {
      try {
        found.add(
            HostFinder.ofThisMachine()
                .find(one.host(), one.port(), network == NetworkPolicy.PRIVATE));
      } catch (HostFinder.Refused e) {
        throw new Bundles.Refused(String.valueOf(e.getMessage()));
      }
    }
    return found;
  }

  private static String inside(Bundle bundle, String program) throws IOException {
    if (program.contains("/")) {
      return program.startsWith("/") ? program : "/work/" + program;
    }
    for (String place : List.of("/usr/local/bin/", "/usr/bin/", "/bin/")) {
      if (bundle.manifest().entries().containsKey(place + program)) {
        return place + program;
      }
    }
    return "/usr/bin/" + program; // not there: the start itself tells
  }

  private static void copy(Bundles.Part part, Path target) throws IOException {
    Path parent = target.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try (FileChannel from = FileChannel.open(part.file(), StandardOpenOption.READ);
        FileChannel to =
            FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      long done = 0;
      while (done < part.bytes()) {
        long now = from.transferTo(part.start() + done, part.bytes() - done, to);
        if (now <= 0) {
          throw new IOException(part.file() + " ended before " + part.bytes() + " bytes");
        }
        done += now;
      }
    }
  }

  private static void giveAway(Path work) throws IOException {
    try (Stream<Path> all = Files.walk(work)) {
      for (Path path : all.toList()) {
        Files.setAttribute(path, "unix:uid", NOBODY, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:gid", NOBODY, LinkOption.NOFOLLOW_LINKS);
      }
    }
  }

  private static String how(EvmResult result) {
    String ended =
        switch (result.outcome()) {
          case EXITED -> "it ended with exit status " + result.exitCode();
          case SIGNALED -> "signal " + result.signal() + " ended it";
          case LIMIT, KILLED, LIFELINE, REFUSED, LOST, ALTERED -> result.reason();
        };
    String crashed = result.crash().isEmpty() ? ended : ended + "; " + result.crash();
    return result.lastRefusal().isEmpty() ? crashed : crashed + "; it " + result.lastRefusal();
  }

  private static String said(Path words) throws IOException {
    return said(Files.readAllBytes(words));
  }

  private static String said(byte[] all) {
    String text = new String(all, StandardCharsets.UTF_8).strip();
    return text.isEmpty() ? "" : "; it said: " + text.substring(Math.max(0, text.length() - WORDS));
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
