package org.gridappliance.portal.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.stream.Stream;

/**
 * Follows one job to its end. The portal's event stream says when to look; what is shown is always
 * the job as read then, so that a lost event costs nothing.
 */
final class Watch {
  private static final Duration LOOK_EVERY = Duration.ofMillis(200);
  private static final int BAR = 30;
  private static final int FILES_SHOWN = 20;

  private final Client client;
  private final long job;
  private final boolean json;
  private final boolean terminal;
  private String shown = "";

  Watch(Client client, long job, boolean json) {
    this.client = client;
    this.job = job;
    this.json = json;
    this.terminal = Terminal.present();
  }

  /** {@return the exit status: 0 completed, 1 failed, 130 cancelled} */
  int follow() throws IOException, InterruptedException, CliException {
    JsonNode now = look();
    while (!ended(now)) {
      try (Stream<String> events = client.events("jobs/" + job + "/events")) {
        now = follow(events.iterator(), now);
      } catch (java.io.UncheckedIOException e) {
        now = look(); // the stream broke off: a portal that is gone says so here
      }
    }
    return close(now);
  }

  private JsonNode follow(Iterator<String> lines, JsonNode before)
      throws IOException, InterruptedException, CliException {
    JsonNode now = before;
    long next = 0;
    while (!ended(now) && lines.hasNext()) {
      String line = lines.next();
      boolean said = line.startsWith("data:");
      boolean maybeLast = said && line.contains("\"state\"");
      if (said && (maybeLast || System.nanoTime() >= next)) {
        now = look();
        next = System.nanoTime() + LOOK_EVERY.toNanos();
      }
    }
    return ended(now) ? now : look();
  }

  private JsonNode look() throws IOException, InterruptedException, CliException {
    JsonNode now = client.get("jobs/" + job);
    JsonNode counts = now.path("counts");
    int total = Math.max(1, counts.path("total").asInt());
    int done = counts.path("completed").asInt();
    String line =
        "[%s%s] %d of %d done, %d running, %d failed  %s"
            .formatted(
                "#".repeat(BAR * done / total),
                ".".repeat(BAR - BAR * done / total),
                done,
                counts.path("total").asInt(),
                counts.path("running").asInt(),
                counts.path("failed").asInt(),
                now.path("phase").asText(now.path("state").asText()));
    if (!json && !line.equals(shown)) {
      System.out.print(terminal ? "\r\u001b[K" + line : line + "\n");
      System.out.flush();
      shown = line;
    }
    return now;
  }

  private int close(JsonNode end) throws IOException, InterruptedException, CliException {
    if (json) {
      System.out.println(end.toPrettyString());
    } else {
      System.out.println((terminal ? "\n" : "") + "job " + job + ": " + end.path("state").asText());
      JsonNode failure = end.path("failure");
      if (failure.hasNonNull("message")) {
        System.out.println("  " + failure.path("message").asText());
        if (failure.hasNonNull("remedy")) {
          System.out.println("  " + failure.path("remedy").asText());
        }
        failure.path("lines").forEach(line -> System.out.println("  | " + line.asText()));
      }
      results();
    }
    return switch (end.path("state").asText()) {
      case "Completed" -> 0;
      case "Removed" -> 130;
      default -> 1;
    };
  }

  private void results() throws IOException, InterruptedException, CliException {
    JsonNode files = client.get("jobs/" + job + "/results").path("files");
    for (int i = 0; i < Math.min(files.size(), FILES_SHOWN); i++) {
      JsonNode file = files.get(i);
      System.out.printf("  %,12d  %s%n", file.path("bytes").asLong(), file.path("path").asText());
    }
    if (files.size() > FILES_SHOWN) {
      System.out.println("  and " + (files.size() - FILES_SHOWN) + " more");
    }
  }

  private static boolean ended(JsonNode job) {
    return switch (job.path("state").asText()) {
      case "Completed", "Failed", "Removed" -> true;
      default -> false;
    };
  }
}
