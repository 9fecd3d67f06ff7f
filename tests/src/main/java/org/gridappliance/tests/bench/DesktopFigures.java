package org.gridappliance.tests.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.gridappliance.agent.desktop.DesktopVerbs;
import org.gridappliance.agent.desktop.Desktops;
import org.gridappliance.agent.verb.Verb;
import org.gridappliance.vnc.rfb.Snapshot;

/**
 * What a desktop with its window manager and one terminal window costs: from the agent's verb to
 * the first whole picture a viewer gets, to the first with a window in it, and the memory (PSS) of
 * all its processes once they are idle, with one, two, three and five open, before and after
 * somebody has looked.
 */
final class DesktopFigures {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int USERS = 58_700;

  /** A picture of one colour compresses to less. */
  private static final int PICTURE_WITH_A_WINDOW = 2_500;

  /** How many desktops are open when memory is measured: they share their programs' files. */
  private static final int[] OPEN = {1, 2, 3, 5};

  /** Until shells and window managers rest, nanoseconds. */
  private static final long REST = TimeUnit.SECONDS.toNanos(3);

  private DesktopFigures() {}

  static void measure(Report report, Path folder, int rounds) throws Exception {
    Path data = folder.resolve("desktops");
    Files.createDirectories(data.resolve("users/ada/home"));
    try (Desktops desktops = new Desktops(data, USERS)) {
      Map<String, Verb> verbs = new DesktopVerbs(desktops).all();
      for (int round = 0; round <= rounds; round++) {
        long start = System.nanoTime();
        JsonNode made = open(verbs);
        Path socket = Path.of(made.path("socket").asText());
        picture(socket);
        double first = (System.nanoTime() - start) / 1e6;
        while (picture(socket) < PICTURE_WITH_A_WINDOW) {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        double window = (System.nanoTime() - start) / 1e6;
        stop(verbs, made);
        if (round > 0) { // the first is cold
          report.add("desktop-first-picture", "ours", "ms", "lower", first);
          report.add("desktop-window", "ours", "ms", "lower", window);
        }
      }
      memory(report, verbs);
    }
  }

  private static void memory(Report report, Map<String, Verb> verbs) throws IOException {
    List<JsonNode> open = new ArrayList<>();
    for (int count : OPEN) {
      while (open.size() < count) {
        open.add(open(verbs));
      }
      LockSupport.parkNanos(REST);
      report.add("desktop-idle-" + count, "ours", "MB", "lower", megabytes() / count);
    }
    for (JsonNode desktop : open) {
      picture(Path.of(desktop.path("socket").asText()));
    }
    LockSupport.parkNanos(REST);
    String seen = "desktop-idle-" + open.size() + "-seen";
    report.add(seen, "ours", "MB", "lower", megabytes() / open.size());
    for (JsonNode desktop : open) {
      stop(verbs, desktop);
    }
  }

  private static JsonNode open(Map<String, Verb> verbs) throws IOException {
    return ask(verbs, "POST /desktops", Map.of(), Map.of("owner", "ada", "kind", "desktop"));
  }

  private static void stop(Map<String, Verb> verbs, JsonNode desktop) throws IOException {
    String id = desktop.path("id").asText();
    ask(verbs, "DELETE /desktops/{desktop}", Map.of("desktop", id), Map.of());
  }

  private static JsonNode ask(
      Map<String, Verb> verbs, String verb, Map<String, String> path, Map<String, String> body)
      throws IOException {
    Verb wanted = verbs.get(verb);
    if (wanted == null) {
      throw new IllegalStateException("no verb " + verb);
    }
    return JSON.valueToTree(wanted.run(new Verb.Call(path, JSON.valueToTree(body))).body());
  }

  /** {@return bytes of a small picture of all it shows} */
  private static int picture(Path socket) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      return Snapshot.png(Channels.newInputStream(channel), Channels.newOutputStream(channel))
          .length;
    }
  }

  /** {@return PSS of all processes started from here: what they share is counted once} */
  private static double megabytes() throws IOException {
    double sum = 0;
    try (Stream<ProcessHandle> mine = ProcessHandle.current().descendants()) {
      for (ProcessHandle process : mine.toList()) {
        Path rollup = Path.of("/proc", Long.toString(process.pid()), "smaps_rollup");
        try (Stream<String> lines = Files.lines(rollup)) {
          sum +=
              lines
                  .filter(line -> line.startsWith("Pss:"))
                  .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1000)
                  .sum();
        } catch (UncheckedIOException | IOException e) { // it ended meanwhile
          sum += 0;
        }
      }
    }
    return sum;
  }
}
