package org.gridappliance.tests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Our relay against websockify with numpy, between the same viewers and the same desktop on a Unix
 * socket: bytes down and up over 1, 10 and 100 connections with the processor time they cost, how
 * long a small message takes, alone and beside 200 MB/s of pictures for others, and the memory of
 * connections that do nothing; then what a desktop costs ({@link DesktopFigures}).
 */
final class VncBench implements Bench {
  private static final int[] CONNECTIONS = {1, 10, 100};
  private static final int BLOCK = 64 << 10; // parts are whole frames of an upload
  private static final double GIB = 1L << 30;
  private static final long PICTURES = 200_000_000;

  /** One way of moving bytes. */
  @FunctionalInterface
  private interface Move {
    void run(VncViewer viewer, long bytes) throws IOException;
  }

  @Override
  public void run(Report report, boolean quick) throws Exception {
    report.version("websockify", Shell.line("dpkg-query", "-Wf", "${Version}", "websockify"));
    report.version("numpy", Shell.line("dpkg-query", "-Wf", "${Version}", "python3-numpy"));
    Path folder = Files.createTempDirectory("bench-vnc-");
    Path socket = folder.resolve("desktop");
    List<VncRelay> relays = new ArrayList<>();
    try (VncDesktop _ = new VncDesktop(socket)) {
      relays.add(VncRelay.ours(folder, socket));
      VncRelay.websockify(folder, socket).ifPresent(relays::add);
      measure(report, quick, relays);
      relays.forEach(VncRelay::close); // their processes would be counted
      DesktopFigures.measure(report, folder, quick ? 5 : 15);
    } finally {
      relays.forEach(VncRelay::close);
      try (Stream<Path> all = Files.walk(folder)) {
        all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
      }
    }
  }

  private static void measure(Report report, boolean quick, List<VncRelay> relays)
      throws Exception {
    long down = quick ? 1L << 30 : 4L << 30;
    long up = quick ? 256L << 20 : 1L << 30;
    int rounds = quick ? 2 : 5;
    for (VncRelay relay : relays) { // warm
      for (int i = 0; i < 3; i++) {
        cost(relay, 4, 1L << 30, VncViewer::download);
        cost(relay, 4, 256L << 20, VncViewer::upload);
      }
    }
    for (int round = 0; round < rounds; round++) {
      for (int connections : CONNECTIONS) {
        String suffix = connections == 1 ? "" : "-" + connections;
        for (VncRelay relay : relays) {
          move(report, "down" + suffix, relay, connections, down, VncViewer::download);
        }
        for (VncRelay relay : relays) {
          move(report, "up" + suffix, relay, connections, up, VncViewer::upload);
        }
      }
      for (int others : new int[] {0, 10, 100}) {
        for (VncRelay relay : relays) {
          latency(report, relay, others, quick ? 3_000 : 20_000);
        }
      }
    }
    idle(report, relays, 100);
    idle(report, relays.subList(0, 1), 1_000);
  }

  private static void move(
      Report report, String name, VncRelay relay, int connections, long bytes, Move move)
      throws Exception {
    Cost cost = cost(relay, connections, bytes, move);
    report.add(name, relay.subject(), "MB/s", "higher", bytes / 1e6 / cost.seconds());
    report.add(name + "-cpu", relay.subject(), "s/GiB", "lower", cost.cpu() * GIB / bytes);
  }

  /** Seconds until all connections have moved their part, and of processor time meanwhile. */
  private record Cost(double seconds, double cpu) {}

  /** {@return what it cost; opening and closing is not counted} */
  private static Cost cost(VncRelay relay, int connections, long bytes, Move move)
      throws Exception {
    try (Viewers viewers = new Viewers(relay, connections);
        ExecutorService threads = Executors.newFixedThreadPool(connections)) {
      long part = bytes / connections / BLOCK * BLOCK;
      List<Callable<Integer>> all = new ArrayList<>();
      for (VncViewer viewer : viewers.all) {
        all.add(
            () -> {
              move.run(viewer, part);
              return 0;
            });
      }
      double cpu = relay.cpuSeconds();
      long start = System.nanoTime();
      for (Future<Integer> one : threads.invokeAll(all)) {
        one.get();
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      return new Cost(seconds, relay.cpuSeconds() - cpu);
    }
  }

  /** A small message there and back, while others get 200 MB/s of pictures together. */
  private static void latency(Report report, VncRelay relay, int others, int messages)
      throws Exception {
    try (Viewers viewers = new Viewers(relay, others);
        VncViewer one = relay.connect()) {
      for (VncViewer viewer : viewers.all) {
        viewer.order('p', PICTURES / others);
        Thread.ofPlatform().daemon().start(() -> watch(viewer));
      }
      one.echo(messages / 10);
      long[] nanos = one.echo(messages);
      Arrays.sort(nanos);
      String suffix = others == 0 ? "" : "-" + others;
      report.add("rtt-p50" + suffix, relay.subject(), "us", "lower", nanos[nanos.length / 2] / 1e3);
      report.add(
          "rtt-p99" + suffix,
          relay.subject(),
          "us",
          "lower",
          nanos[(int) (nanos.length * 0.99)] / 1e3);
    }
  }

  private static void watch(VncViewer viewer) {
    try {
      viewer.take(Long.MAX_VALUE);
    } catch (IOException e) { // closed: the measurement is over
      return;
    }
  }

  /** Memory of connections that have shown 1 MiB each and now do nothing. */
  private static void idle(Report report, List<VncRelay> relays, int connections) throws Exception {
    for (VncRelay relay : relays) {
      double before = relay.megabytes();
      try (Viewers viewers = new Viewers(relay, connections)) {
        for (VncViewer viewer : viewers.all) {
          viewer.download(1L << 20);
        }
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1)); // until what was in flight is freed
        double more = relay.megabytes() - before;
        report.add("idle-" + connections, relay.subject(), "MB", "lower", more);
      }
    }
  }

  private static final class Viewers implements AutoCloseable {
    final List<VncViewer> all = new ArrayList<>();

    Viewers(VncRelay relay, int count) throws IOException {
      for (int i = 0; i < count; i++) {
        all.add(relay.connect());
      }
    }

    @Override
    public void close() throws IOException {
      for (VncViewer viewer : all) {
        viewer.close();
      }
    }
  }
}
