package org.gridappliance.jobs.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.gridappliance.jobs.pool.ChangeLog;

/**
 * What the listeners of one job are told. Those that stand at the same place of the log are told
 * the same, so it is written once and not for each of a thousand. Safe for all threads.
 */
final class JobTexts {
  /**
   * Events as they go over the wire.
   *
   * @param next the place in the log up to which they tell
   */
  record Text(String events, long next) {}

  private record Place(long job, long cursor, boolean everything) {}

  private final ChangeLog changes;
  private final JobEvents.Source source;
  private final String epoch;
  private final Map<Place, Text> made = new ConcurrentHashMap<>();

  JobTexts(ChangeLog changes, JobEvents.Source source, String epoch) {
    this.changes = changes;
    this.source = source;
    this.epoch = epoch;
  }

  /**
   * {@return what to tell who stands at a place} Empty events when there is nothing.
   *
   * @param everything whether all of the job is told, and not only what changed
   */
  Text from(long job, long cursor, boolean everything) {
    return made.computeIfAbsent(new Place(job, cursor, everything), this::write);
  }

  /** Forgets what was written, which nobody asks for again once the log has gone on. */
  void forget() {
    made.clear();
  }

  private Text write(Place place) {
    boolean[] changed = {place.everything()};
    BitSet subjobs = new BitSet();
    Map<Integer, Integer> outputs = new TreeMap<>(); // index → 1 stdout, 2 stderr
    long next =
        changes.read(
            place.cursor(),
            (id, kind, index) -> {
              if (id != place.job()) {
                return;
              }
              changed[0] |= kind != ChangeLog.Kind.POOL;
              if (index >= 0) {
                switch (kind) {
                  case SUBJOB -> subjobs.set(index);
                  case STDOUT -> outputs.merge(index, 1, (a, b) -> a | b);
                  case STDERR -> outputs.merge(index, 2, (a, b) -> a | b);
                  case JOB, POOL -> {}
                }
              }
            });
    StringBuilder text = new StringBuilder();
    if (next < 0) { // the log does not reach back so far
      long head = changes.head();
      event(text, head, "reset", "{}");
      job(text, place.job(), head, true, subjobs, outputs);
      return new Text(text.toString(), head);
    }
    if (changed[0]) {
      job(text, place.job(), next, place.everything(), subjobs, outputs);
    }
    return new Text(text.toString(), next);
  }

  private void job(
      StringBuilder text,
      long job,
      long next,
      boolean everything,
      BitSet subjobs,
      Map<Integer, Integer> outputs) {
    JsonNode now = source.job(job);
    if (now == null) {
      return;
    }
    if (everything || !subjobs.isEmpty()) {
      String states = source.states(job);
      if (everything || subjobs.cardinality() > states.length() / 2) {
        subjobs(text, next, 0, states);
      } else {
        for (int from = subjobs.nextSetBit(0); from >= 0 && from < states.length(); ) {
          int to = Math.min(subjobs.nextClearBit(from), states.length());
          subjobs(text, next, from, states.substring(from, to));
          from = subjobs.nextSetBit(to);
        }
      }
    }
    outputs.forEach(
        (index, streams) -> {
          for (String stream : new String[] {"stdout", "stderr"}) {
            if ((streams & (stream.equals("stdout") ? 1 : 2)) != 0) {
              long bytes = source.outputBytes(job, index, stream);
              event(
                  text,
                  next,
                  "output",
                  "{\"index\":%d,\"stream\":\"%s\",\"bytes\":%d}".formatted(index, stream, bytes));
            }
          }
        });
    event(text, next, "job", now.toString());
  }

  private void subjobs(StringBuilder text, long next, int from, String states) {
    event(text, next, "subjobs", "{\"from\":%d,\"states\":\"%s\"}".formatted(from, states));
  }

  /** Appends one event, whose id is a place in the log. */
  void event(StringBuilder text, long place, String name, String data) {
    text.append("id: ").append(epoch).append('-').append(place).append('\n');
    text.append("event: ").append(name).append('\n');
    text.append("data: ").append(data).append("\n\n");
  }
}
