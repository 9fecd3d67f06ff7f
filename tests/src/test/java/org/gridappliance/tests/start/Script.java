package org.gridappliance.tests.start;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One folder for an appliance and whoever drives it: runs {@code ./appliance} with a home, a cache
 * and a data folder of its own. {@link #close} ends what still runs and removes the folder.
 */
final class Script implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern ADDRESS = Pattern.compile("address\\s+(http\\S+?)/\\s");
  private static final Pattern LINK = Pattern.compile("works once:\\s+(\\S+)");

  /** What a command that ended said, standard error included. */
  record Ended(int status, String text) {}

  private final Path folder;
  private final Map<String, String> environment = new HashMap<>();
  private final List<Up> ups = new ArrayList<>();
  private final List<String> prefix = new ArrayList<>();
  private Path program = source().resolve("appliance");

  Script() throws IOException {
    // Not below a private folder: as root the portal's user must be let through.
    folder = Files.createTempDirectory("appliance-start-");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    environment.put("HOME", folder.resolve("home").toString());
    environment.put("GRID_CACHE", folder.resolve("cache").toString());
    environment.put("XDG_CONFIG_HOME", folder.resolve("home/.config").toString());
  }

  Path folder() {
    return folder;
  }

  Path data() {
    return folder.resolve("data");
  }

  /** As {@link #Script()}, with a copy of the sources and their build, driven by another uid. */
  static Script asOrdinaryUser() throws Exception {
    Script script = new Script();
    Path copy = script.folder.resolve("source");
    prepare("mkdir", "-p", copy.toString(), script.folder.resolve("home").toString());
    prepare(
        "sh",
        "-c",
        "cd '"
            + source()
            + "' && tar -cf - --exclude=./.git --exclude=node_modules --exclude='./*/target'"
            + " --exclude=./target/[!d]* . | tar -C '"
            + copy
            + "' -xf - && chown -R nobody '"
            + script.folder
            + "'");
    script.prefix.addAll(List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"));
    script.program = copy.resolve("appliance");
    return script;
  }

  /** From now on as on a machine whose name no name service knows. */
  void forgetTheMachinesName() {
    prefix.addAll(
        List.of("unshare", "--uts", "sh", "-c", "hostname nowhere.invalid && exec \"$@\"", "sh"));
  }

  /** From now on on another host, as {@code ip netns exec} makes one. */
  void onHost(List<String> words) {
    prefix.addAll(words);
  }

  private static void prepare(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().start();
    if (process.waitFor() != 0) {
      throw new AssertionError(String.join(" ", command) + " ended with " + process.exitValue());
    }
  }

  Script with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** Starts {@code up} on {@link #data} and a free port; does not wait. */
  Up up(String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("up", "--data", data().toString()));
    arguments.addAll(List.of(more));
    if (!arguments.contains("--port")) {
      arguments.addAll(List.of("--port", "0"));
    }
    Path output = folder.resolve("up-" + ups.size() + ".txt");
    Up up = new Up(command(arguments).redirectOutput(output.toFile()).start(), output);
    ups.add(up);
    return up;
  }

  /** Starts {@code pool up} on {@link #data}; does not wait. */
  Up pool(String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("pool", "up", "--data", data().toString()));
    arguments.addAll(List.of(more));
    Path output = folder.resolve("up-" + ups.size() + ".txt");
    Up up = new Up(command(arguments).redirectOutput(output.toFile()).start(), output);
    ups.add(up);
    return up;
  }

  /** Runs a command to its end. */
  Ended run(String... arguments) throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "run-", ".txt");
    Process process = command(List.of(arguments)).redirectOutput(output.toFile()).start();
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.destroyForcibly().waitFor();
      throw new AssertionError(List.of(arguments) + " did not end:\n" + Files.readString(output));
    }
    return new Ended(process.exitValue(), Files.readString(output));
  }

  private ProcessBuilder command(List<String> arguments) {
    List<String> command = new ArrayList<>(prefix);
    // tests started with Ctrl-C ignored, as in the background of a shell, would pass that on
    command.addAll(List.of("env", "--default-signal=INT"));
    command.add(program.toString());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
    builder.environment().remove("APPLIANCE_ADMIN");
    builder.environment().putAll(environment);
    return builder;
  }

  /** The folder that holds the script. */
  static Path source() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.exists(at.resolve("appliance"))) {
      Path above = at.getParent();
      if (above == null) {
        throw new IllegalStateException("run the tests from within the source tree");
      }
      at = above;
    }
    return at;
  }

  /** The command lines of all processes that name {@link #data}. */
  List<String> processes() throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      for (Path process : all.filter(p -> p.getFileName().toString().matches("\\d+")).toList()) {
        String line = commandLine(process);
        if (line.contains(data().toString())) {
          found.add(process.getFileName() + " " + line);
        }
      }
    }
    return found;
  }

  /** The process that runs this main class on {@link #data}. */
  long process(String mainClass) throws IOException {
    return processes().stream()
        .filter(line -> line.contains(mainClass))
        .map(line -> Long.parseLong(line.substring(0, line.indexOf(' '))))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + mainClass + " runs on " + data()));
  }

  private static String commandLine(Path process) {
    try {
      return Files.readString(process.resolve("cmdline")).replace('\0', ' ');
    } catch (IOException e) {
      return ""; // it ended meanwhile
    }
  }

  @Override
  public void close() throws IOException {
    try {
      for (Up up : ups) {
        up.stop();
      }
      run("down", "--data", data().toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while stopping " + data(), e);
    }
    String key = data().toString().substring(1).replace('/', '-');
    remove(Path.of("/run/grid-appliance", key));
    remove(Path.of("/var/lib/grid-appliance-agent", key));
    remove(folder);
  }

  private static void remove(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    }
  }

  /** Waits for a condition; looks every 20 ms. */
  static void await(String what, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + PATIENCE.toSeconds() + " s: " + what);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  /** A supervisor in the foreground. */
  static final class Up {
    private final Process process;
    private final Path output;

    private Up(Process process, Path output) {
      this.process = process;
      this.output = output;
    }

    /** Returns when it has printed its address; fails when it ended before. */
    Up ready() throws Exception {
      await(
          "the address is printed",
          () -> {
            if (!process.isAlive() && !ADDRESS.matcher(text()).find()) {
              throw new AssertionError("up ended with " + process.exitValue() + ":\n" + text());
            }
            return text().contains("  stop ");
          });
      return this;
    }

    String text() throws IOException {
      return Files.readString(output);
    }

    String address() throws IOException {
      String text = text();
      return find(ADDRESS).orElseThrow(() -> new AssertionError("no address in:\n" + text));
    }

    /** The printed link of the first administrator. */
    Optional<String> link() throws IOException {
      return find(LINK);
    }

    private Optional<String> find(Pattern pattern) throws IOException {
      Matcher found = pattern.matcher(text());
      return found.find() ? Optional.of(found.group(1)) : Optional.empty();
    }

    /** As Ctrl-C does; returns the exit status. */
    int interrupt() throws Exception {
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
      return ended();
    }

    int ended() throws Exception {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("up goes on:\n" + text());
      }
      return process.exitValue();
    }

    /** kill -9 of the supervisor alone. */
    void kill() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }

    long pid() {
      return process.pid();
    }

    private void stop() throws InterruptedException {
      process.destroy();
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
  }
}
