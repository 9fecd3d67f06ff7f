package org.gridappliance.tests.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A relay to be measured, as processes of its own.
 *
 * @param tickets whether a connection wants a ticket
 */
record VncRelay(String subject, int port, boolean tickets, Process process)
    implements AutoCloseable {
  private static final double TICKS = 100; // USER_HZ, proc(5)

  /** Ours, with the flags that {@code ./appliance up} gives the portal. */
  static VncRelay ours(Path folder, Path desktop) throws Exception {
    int port = DavServer.freePort();
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-Xss512k",
            "-Xms24m",
            "-Xmx512m",
            "-cp",
            System.getProperty("java.class.path"),
            VncRelayMain.class.getName(),
            desktop.toString(),
            Integer.toString(port));
    return new VncRelay("ours", port, true, start(command, folder.resolve("ours.log"), port));
  }

  /** Debian's websockify; empty when it is missing. */
  static Optional<VncRelay> websockify(Path folder, Path desktop) throws Exception {
    if (!Files.isExecutable(Path.of("/usr/bin/websockify"))) {
      return Optional.empty();
    }
    int port = DavServer.freePort();
    List<String> command =
        List.of(
            "/usr/bin/websockify",
            "--unix-target=" + desktop,
            "--heartbeat=30",
            "127.0.0.1:" + port);
    Path log = folder.resolve("websockify.log");
    return Optional.of(new VncRelay("websockify", port, false, start(command, log, port)));
  }

  private static Process start(List<String> command, Path log, int port) throws Exception {
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (true) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        if (socket.isConnected()) {
          return process;
        }
      } catch (IOException e) { // not yet
        if (System.nanoTime() > deadline || !process.isAlive()) {
          process.destroyForcibly();
          throw new IllegalStateException(command.getFirst() + ": " + Files.readString(log), e);
        }
        LockSupport.parkNanos(20_000_000);
      }
    }
  }

  VncViewer connect() throws IOException {
    return new VncViewer(port, tickets);
  }

  /** {@return seconds of processor time of its processes so far, ended ones too} */
  double cpuSeconds() {
    String[] own = stat(process.pid());
    double ticks = ticks(own, 11) + ticks(own, 12) + ticks(own, 13) + ticks(own, 14);
    try (Stream<ProcessHandle> children = process.descendants()) {
      ticks +=
          children
              .map(child -> stat(child.pid()))
              .mapToDouble(one -> ticks(one, 11) + ticks(one, 12))
              .sum();
    }
    return ticks / TICKS;
  }

  private static double ticks(String[] stat, int field) {
    return stat.length > field ? Double.parseDouble(stat[field]) : 0;
  }

  /** Fields 3 and on of proc_pid_stat(5); none when it is gone. */
  private static String[] stat(long pid) {
    try {
      String text = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      return text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
    } catch (IOException e) { // it ended meanwhile
      return new String[0];
    }
  }

  /** {@return memory of its processes, shared pages counted in parts (PSS), MB} */
  double megabytes() {
    try (Stream<ProcessHandle> children = process.descendants()) {
      return Stream.concat(Stream.of(process.toHandle()), children)
          .mapToDouble(one -> pss(one.pid()))
          .sum();
    }
  }

  private static double pss(long pid) {
    try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "smaps_rollup"))) {
      return lines
          .filter(line -> line.startsWith("Pss:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024 / 1e6)
          .sum();
    } catch (IOException e) { // it ended meanwhile
      return 0;
    }
  }

  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    process.onExit().completeOnTimeout(process, 5, TimeUnit.SECONDS).join();
    children.forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().onExit().join();
  }
}
