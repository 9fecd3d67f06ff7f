package org.gridappliance.tests.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Two network namespaces joined by a veth cable, and what runs in them. */
final class OverlayCable implements AutoCloseable {
  /** Addresses of the two ends of the cable. */
  static final List<String> ENDS = List.of("192.0.2.1", "192.0.2.2");

  private static final int PORT = 5201;
  private static final double TICKS = 100; // USER_HZ of every Linux on this processor

  private final Path folder;
  private final List<String> spaces = new ArrayList<>();
  private final List<Process> processes = new ArrayList<>();

  /**
   * One way from the first namespace to the second.
   *
   * @param target the second's address by this way
   * @param daemons what carries it; none for the bare cable
   */
  record Subject(String name, String target, List<ProcessHandle> daemons) {

    /** {@return processor time the daemons have used} */
    double cpuSeconds() throws IOException {
      double ticks = 0;
      for (ProcessHandle daemon : daemons) {
        String stat = Files.readString(Path.of("/proc/" + daemon.pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
      }
      return ticks / TICKS;
    }

    /**
     * {@return processor seconds of the daemons' threads by name}, of those named {@code ipop-…}
     * and the rest together, which is the compiler and the collector
     */
    Map<String, Double> stages() throws IOException {
      Map<String, Double> all = new TreeMap<>();
      for (ProcessHandle daemon : daemons) {
        for (File task : list(new File("/proc/" + daemon.pid() + "/task"))) {
          String name = Files.readString(task.toPath().resolve("comm")).strip();
          String stat = Files.readString(task.toPath().resolve("schedstat"));
          double seconds = Long.parseLong(stat.substring(0, stat.indexOf(' '))) / 1e9;
          all.merge(name.startsWith("ipop-") ? name : "rest", seconds, Double::sum);
        }
      }
      return all;
    }

    private static File[] list(File folder) {
      File[] files = folder.listFiles();
      return files == null ? new File[0] : files;
    }

    /** {@return the most memory one of the daemons has held} */
    double largestMegabytes() throws IOException {
      long most = 0;
      for (ProcessHandle daemon : daemons) {
        for (String line : Files.readAllLines(Path.of("/proc/" + daemon.pid() + "/status"))) {
          if (line.startsWith("VmHWM:")) {
            most = Math.max(most, Long.parseLong(line.replaceAll("[^0-9]", "")));
          }
        }
      }
      return most * 1024 / 1e6;
    }
  }

  OverlayCable(Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    String prefix = "bench" + ProcessHandle.current().pid();
    for (String end : List.of("a", "b")) {
      run("ip", "netns", "add", prefix + end);
      spaces.add(prefix + end);
    }
    run(
        "ip",
        "link",
        "add",
        "va",
        "netns",
        spaces.get(0),
        "type",
        "veth",
        "peer",
        "name",
        "vb",
        "netns",
        spaces.get(1));
    for (int i = 0; i < 2; i++) {
      String nic = i == 0 ? "va" : "vb";
      in(i, "ip", "addr", "add", ENDS.get(i) + "/24", "dev", nic);
      in(i, "ip", "link", "set", nic, "up");
      in(i, "ip", "link", "set", "lo", "up");
    }
  }

  Path folder() {
    return folder;
  }

  /** Runs a command at one end; it must succeed. {@return what it said} */
  String in(int end, String... command) throws IOException, InterruptedException {
    return run(words(end, command).toArray(String[]::new));
  }

  /** {@return whether a command at one end succeeds} */
  boolean succeeds(int end, String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(words(end, command))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return process.waitFor() == 0;
  }

  /** Starts what runs until the end of the measurement; its output goes to a file. */
  ProcessHandle start(int end, String name, String... command) throws IOException {
    Process process =
        new ProcessBuilder(words(end, command))
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(folder.resolve(name + end + ".log").toFile())
            .start();
    processes.add(process);
    return process.toHandle(); // "ip netns exec" becomes the command
  }

  /** Lets iperf3 send from the first end to the second. {@return its JSON} */
  String iperf(String target, String... arguments) throws IOException, InterruptedException {
    Process server =
        new ProcessBuilder(
                words(1, "iperf3", "-s", "-1", "--forceflush", "-p", Integer.toString(PORT)))
            .redirectErrorStream(true)
            .start();
    try (BufferedReader said = server.inputReader(StandardCharsets.UTF_8)) {
      String line = said.readLine();
      while (line != null && !line.contains("listening")) {
        line = said.readLine();
      }
      List<String> client = words(0, "iperf3", "-J", "-c", target, "-p", Integer.toString(PORT));
      client.addAll(Arrays.asList(arguments));
      Process process = new ProcessBuilder(client).redirectErrorStream(true).start();
      String json = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return json;
    } finally {
      server.destroy();
      server.waitFor();
    }
  }

  private List<String> words(int end, String... command) {
    List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", spaces.get(end)));
    words.addAll(Arrays.asList(command));
    return words;
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + output);
    }
    return output;
  }

  @Override
  public void close() throws IOException {
    try {
      for (Process process : processes) {
        process.destroy();
      }
      for (Process process : processes) {
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
      }
      for (String space : spaces) {
        run("ip", "netns", "del", space);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while cleaning up " + spaces, e);
    }
  }
}
