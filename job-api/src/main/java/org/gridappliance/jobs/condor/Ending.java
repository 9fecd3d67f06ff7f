package org.gridappliance.jobs.condor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Failure.Kind;
import org.gridappliance.jobs.lease.Limits;
import org.jspecify.annotations.Nullable;

/**
 * How a subjob ended on a worker, as the Entropia VM's report there says ({@code docs/evm.md},
 * "Report"). Pure.
 *
 * @param status as in a shell: above 128 a signal
 * @param failure set when it was not the program that ended it
 * @param wallSeconds of all its runs, without the time it was stopped
 * @param cpuSeconds of all its runs and processes
 * @param peakMemoryBytes of its last run
 */
record Ending(
    int status,
    @Nullable Failure failure,
    double wallSeconds,
    double cpuSeconds,
    long peakMemoryBytes) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TOO_LARGE_FILE = 153;

  /** Without a control group a single process gets no more memory and ends in its own way. */
  private static final double NEAR = 0.9;

  /**
   * {@return what the file {@code end} of a subjob says; empty when that is nothing}
   *
   * @param text a line of what earlier runs used: wall, user, system in µs; a line of the report
   */
  static Optional<Ending> parse(String text, Limits limits) {
    String[] lines = text.split("\n", 3);
    if (lines.length < 2) {
      return Optional.empty();
    }
    try {
      JsonNode report = JSON.readTree(lines[1]);
      String outcome = report.path("outcome").asText();
      if (outcome.isEmpty()) {
        return Optional.empty();
      }
      double[] used = used(lines[0]);
      double wall =
          used[0] + seconds(report.path("wallMicros")) - seconds(report.path("pausedMicros"));
      double cpu =
          used[1]
              + used[2]
              + seconds(report.path("userMicros"))
              + seconds(report.path("systemMicros"));
      long peak =
          Math.max(
              report.path("maxRssBytes").asLong(),
              report.path("peak").path("memoryBytes").asLong());
      int status =
          outcome.equals("signaled")
              ? 128 + report.path("signal").asInt()
              : report.path("exitCode").asInt();
      Failure failure = failure(outcome, status, report, limits, Math.max(0, wall), peak);
      return Optional.of(new Ending(status, failure, Math.max(0, wall), Math.max(0, cpu), peak));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static double[] used(String line) {
    String[] words = line.strip().split(" ", -1);
    double[] used = new double[3];
    for (int i = 0; i < used.length && i < words.length; i++) {
      // a clock that cannot be read does not make a result worse
      used[i] = words[i].matches("\\d{1,15}") ? Long.parseLong(words[i]) / 1e6 : 0;
    }
    return used;
  }

  private static double seconds(JsonNode micros) {
    return micros.asLong() / 1e6;
  }

  private static @Nullable Failure failure(
      String outcome, int status, JsonNode report, Limits limits, double wall, long peak) {
    String reason = report.path("reason").asText();
    return switch (outcome) {
      case "exited", "signaled" -> own(status, report.path("lastRefusal").asText(), limits, peak);
      case "limit" -> limit(report.path("limit").asText(), reason, limits, wall);
      case "refused" ->
          reason.startsWith("execute ")
              ? Failure.of(
                  Kind.PROGRAM,
                  "the program could not be started: " + reason,
                  "install the application's packages on the machines, or correct its command; a"
                      + " program of its own runs only with allow: [own-programs] in app.yaml")
              : Failure.of(
                  Kind.ENVELOPE,
                  "the program could not be started on that machine: " + reason,
                  "it is tried again; if that happens often, look at that machine");
      default ->
          Failure.of(
              Kind.ENVELOPE,
              "the program's sandbox came to an end: " + reason,
              "it is tried again; if that happens often, look at that machine");
    };
  }

  /** What a program's own end says. */
  private static @Nullable Failure own(int status, String refusal, Limits limits, long peak) {
    if (status == TOO_LARGE_FILE) {
      return disk(limits);
    }
    if (status != 0 && peak > limits.memoryBytes() * NEAR) {
      return memory(limits);
    }
    if (status != 0 && !refusal.isEmpty()) {
      return Failure.of(
          Kind.PROGRAM,
          "the program ended with status " + status + "; it " + refusal,
          "look whether that is why it failed: such a call is refused to every program here");
    }
    return null;
  }

  private static Failure limit(String name, String reason, Limits limits, double wall) {
    return switch (name) {
      case "wall-ms" ->
          Failure.of(
              Kind.LIMIT,
              "it ran for %.0f s, longer than the %.0f s it may"
                  .formatted(Math.max(wall, limits.wallSeconds()), limits.wallSeconds()),
              "give it smaller pieces, or ask an administrator to raise the application's time");
      case "memory-bytes" -> memory(limits);
      case "disk-bytes" -> disk(limits);
      case "processes" ->
          Failure.of(
              Kind.LIMIT,
              "it ran more than the %d processes and threads it may".formatted(limits.processes()),
              "have it start fewer, or look whether it starts them without end");
      default ->
          Failure.of(
              Kind.LIMIT,
              "it reached a limit on its files: " + reason,
              "have it write fewer, or ask an administrator to raise the application's disk space");
    };
  }

  private static Failure memory(Limits limits) {
    return Failure.of(
        Kind.LIMIT,
        "it used more memory than the %d MiB it may".formatted(limits.memoryBytes() >> 20),
        "give it smaller pieces, or ask an administrator to raise the application's memory");
  }

  private static Failure disk(Limits limits) {
    return Failure.of(
        Kind.LIMIT,
        "it wrote more than the %d MiB it may".formatted(limits.diskBytes() >> 20),
        "have it write less, or ask an administrator to raise the application's disk space");
  }
}
