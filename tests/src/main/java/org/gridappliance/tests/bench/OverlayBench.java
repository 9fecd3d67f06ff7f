package org.gridappliance.tests.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Our overlay against wireguard-go, nebula and tinc, all between the same two network namespaces: a
 * TCP stream and four, datagrams of 64 and 1,200 bytes as fast as the sender can, round trips of an
 * idle link, memory, and the processor time of both daemons for each gigabyte; of ours also by
 * thread, which is by stage.
 *
 * <p>One round measures every subject once, so a ratio compares figures of the same minute; load of
 * others falls on all of them. {@code ours-plain} is ours without the kernel's offloads, {@code
 * veth} the bare cable, which is the ceiling.
 */
final class OverlayBench implements Bench {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double GIGA = 1e9;

  @Override
  public void run(Report report, boolean quick) throws Exception {
    if (!Files.isWritable(Path.of("/dev/net/tun"))) {
      throw new IllegalStateException("bench overlay makes namespaces and devices: run it as root");
    }
    report.version("iperf3", Shell.line("iperf3", "--version"));
    report.version("load", Files.readString(Path.of("/proc/loadavg")).strip());
    Path folder = Files.createTempDirectory("bench-overlay-");
    try (OverlayCable cable = new OverlayCable(folder)) {
      List<OverlayCable.Subject> subjects = OverlaySubjects.start(cable, report);
      int rounds = quick ? 3 : 7;
      int seconds = quick ? 1 : 4;
      for (OverlayCable.Subject subject : subjects) { // warm
        tcp(cable, subject, 1, 3);
        ping(cable, subject, 100);
      }
      for (int round = 0; round < rounds; round++) {
        for (OverlayCable.Subject subject : subjects) {
          addTcp(report, cable, subject, 1, seconds);
        }
        for (OverlayCable.Subject subject : subjects) {
          double[] millis = ping(cable, subject, quick ? 100 : 400);
          report.add("rtt-p50", subject.name(), "ms", "lower", millis[millis.length / 2]);
          int p99 = (int) (millis.length * 0.99);
          report.add("rtt-p99", subject.name(), "ms", "lower", millis[p99]);
        }
        if (!quick) {
          for (OverlayCable.Subject subject : subjects) {
            addTcp(report, cable, subject, 4, seconds);
          }
        }
        if (!quick || round == 0) {
          for (int size : new int[] {64, 1200}) {
            for (OverlayCable.Subject subject : subjects) {
              report.add(
                  "udp-" + size,
                  subject.name(),
                  "kpps",
                  "higher",
                  datagrams(cable, subject, size, seconds));
            }
          }
        }
      }
      for (OverlayCable.Subject subject : subjects) {
        if (!subject.daemons().isEmpty()) {
          report.add("rss", subject.name(), "MB", "lower", subject.largestMegabytes());
        }
      }
    } finally {
      try (Stream<Path> all = Files.walk(folder)) {
        all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
      }
    }
  }

  private static void addTcp(
      Report report, OverlayCable cable, OverlayCable.Subject subject, int streams, int seconds)
      throws Exception {
    double cpu = subject.cpuSeconds();
    Map<String, Double> before = subject.stages();
    JsonNode received = tcp(cable, subject, streams, seconds);
    double used = subject.cpuSeconds() - cpu;
    String name = "tcp-" + streams;
    double bits = received.path("bits_per_second").asDouble();
    report.add(name, subject.name(), "Gbit/s", "higher", bits / GIGA);
    if (!subject.daemons().isEmpty()) {
      double bytes = received.path("bytes").asDouble();
      report.add(name + "-cpu", subject.name(), "s/GB", "lower", used * GIGA / bytes);
      if (streams == 1 && subject.name().equals("ours")) {
        Map<String, Double> after = subject.stages();
        for (Map.Entry<String, Double> stage : after.entrySet()) {
          double each = stage.getValue() - before.getOrDefault(stage.getKey(), 0.0);
          report.add(stage.getKey(), "ours", "s/GB", "lower", each * GIGA / bytes);
        }
      }
    }
  }

  private static JsonNode tcp(
      OverlayCable cable, OverlayCable.Subject subject, int streams, int seconds) throws Exception {
    JsonNode end =
        iperf(cable, subject, "-t", Integer.toString(seconds), "-P", Integer.toString(streams));
    return end.path("sum_received");
  }

  /** {@return thousands of datagrams that arrived in a second} */
  private static double datagrams(
      OverlayCable cable, OverlayCable.Subject subject, int size, int seconds) throws Exception {
    JsonNode sum =
        iperf(
                cable,
                subject,
                "-u",
                "-b",
                "0",
                "-l",
                Integer.toString(size),
                "-t",
                Integer.toString(seconds))
            .path("sum");
    double arrived = sum.path("packets").asDouble() - sum.path("lost_packets").asDouble();
    return arrived / sum.path("seconds").asDouble() / 1e3;
  }

  private static JsonNode iperf(
      OverlayCable cable, OverlayCable.Subject subject, String... arguments)
      throws IOException, InterruptedException {
    String output = cable.iperf(subject.target(), arguments);
    JsonNode json = JSON.readTree(output);
    if (json.has("error")) {
      throw new IOException("iperf3 over " + subject.name() + ": " + json.path("error").asText());
    }
    return json.path("end");
  }

  /** {@return round trips in milliseconds, sorted} */
  private static double[] ping(OverlayCable cable, OverlayCable.Subject subject, int count)
      throws IOException, InterruptedException {
    String output =
        cable.in(0, "ping", "-n", "-c", Integer.toString(count), "-i", "0.005", subject.target());
    double[] millis =
        output
            .lines()
            .filter(line -> line.contains(" time="))
            .mapToDouble(
                line -> Double.parseDouble(line.replaceAll(".* time=([0-9.]+) ms.*", "$1")))
            .toArray();
    Arrays.sort(millis);
    if (millis.length < count / 2) {
      throw new IOException(subject.name() + ": " + millis.length + " of " + count + " pings back");
    }
    return millis;
  }
}
