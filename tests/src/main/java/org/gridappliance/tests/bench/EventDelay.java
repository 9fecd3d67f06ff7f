package org.gridappliance.tests.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/**
 * How long after an event of HTCondor's a page that shows the job is told: the k-th start (and end)
 * in the schedd's event log against the moment at which the job's event stream first counted k.
 */
final class EventDelay {
  private static final int EXECUTE = 1;
  private static final int TERMINATED = 5;

  private EventDelay() {}

  /** {@return milliseconds, one for each start and each end of the tasks of one job} */
  static List<Double> of(BenchPool pool, long job, int tasks) throws Exception {
    Map<Integer, Instant> started = new ConcurrentSkipListMap<>();
    Map<Integer, Instant> ended = new ConcurrentSkipListMap<>();
    HttpResponse<Stream<String>> stream = pool.events(job);
    Thread listener =
        Thread.ofVirtual()
            .start(
                () -> {
                  try (Stream<String> lines = stream.body()) {
                    lines
                        .filter(line -> line.startsWith("data: ") && line.contains("\"counts\""))
                        .takeWhile(line -> note(line.substring(6), started, ended) < tasks)
                        .forEach(line -> {});
                  }
                });
    BenchPool.await("job " + job + " was seen to end", () -> !listener.isAlive());
    List<Double> delays = new ArrayList<>();
    compare(times(pool.eventLog(), EXECUTE, tasks), started, delays);
    compare(times(pool.eventLog(), TERMINATED, tasks), ended, delays);
    return delays;
  }

  private static int note(String json, Map<Integer, Instant> started, Map<Integer, Instant> ended) {
    Instant now = Instant.now();
    JsonNode counts;
    try {
      counts = BenchPool.JSON.readTree(json).path("counts");
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException("an event is no JSON: " + json, e);
    }
    int done = counts.path("completed").asInt();
    for (int k = 1; k <= done; k++) {
      ended.putIfAbsent(k, now);
    }
    for (int k = 1; k <= done + counts.path("running").asInt(); k++) {
      started.putIfAbsent(k, now);
    }
    return done;
  }

  /** {@return when the last so many events of that kind were, the earliest first} */
  private static List<Instant> times(Path log, int kind, int last) throws Exception {
    List<Instant> all = new ArrayList<>();
    try (MappingIterator<JsonNode> events =
        BenchPool.JSON.readerFor(JsonNode.class).readValues(log.toFile())) {
      while (events.hasNext()) {
        JsonNode event = events.next();
        if (event.path("EventTypeNumber").asInt(-1) == kind) {
          String at = event.path("EventTime").asText().replaceAll("Z$", "");
          all.add(LocalDateTime.parse(at).toInstant(ZoneOffset.UTC));
        }
      }
    }
    all.sort(null);
    return all.subList(Math.max(0, all.size() - last), all.size());
  }

  private static void compare(List<Instant> told, Map<Integer, Instant> seen, List<Double> delays) {
    for (int k = 1; k <= told.size(); k++) {
      Instant at = seen.get(k);
      if (at != null) {
        delays.add((at.toEpochMilli() - told.get(k - 1).toEpochMilli()) * 1.0);
      }
    }
  }
}
