package org.gridappliance.jobs.serve;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.http.HttpServerResponse;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.pool.ChangeLog;
import org.jspecify.annotations.Nullable;

/** One listener of {@link JobEvents}. Its own lock lets one thread at a time write to it. */
final class EventStream {
  private final HttpServerResponse response;
  private final Caller caller;
  private final long job;
  private final JobEvents.Source source;
  private final ChangeLog changes;
  private final String epoch;
  private final long bornNanos = System.nanoTime();
  private long cursor;
  private boolean everything;
  private boolean reset;
  private long wroteNanos = bornNanos;
  private @Nullable JsonNode lastPool;

  /**
   * @param job the job it tells of, or 0 for all of the caller's
   * @param lastEventId what the client has seen, {@code EPOCH-NUMBER}
   */
  EventStream(
      HttpServerResponse response,
      Caller caller,
      long job,
      JobEvents.Source source,
      ChangeLog changes,
      String epoch,
      @Nullable String lastEventId) {
    this.response = response;
    this.caller = caller;
    this.job = job;
    this.source = source;
    this.changes = changes;
    this.epoch = epoch;
    long seen = place(lastEventId);
    this.reset = lastEventId != null && seen < 0;
    this.everything = seen < 0;
    this.cursor = seen < 0 ? changes.head() : seen;
  }

  Caller caller() {
    return caller;
  }

  long job() {
    return job;
  }

  private long place(@Nullable String lastEventId) {
    if (lastEventId == null || !lastEventId.matches(epoch + "-\\d{1,18}")) {
      return -1;
    }
    long seen = Long.parseLong(lastEventId.substring(epoch.length() + 1));
    return changes.reaches(seen) ? seen : -1;
  }

  /**
   * Writes what has changed since the last time.
   *
   * @return false when the stream is over
   */
  synchronized boolean tell() {
    if (response.ended() || response.closed()) {
      return false;
    }
    long now = System.nanoTime();
    if (response.writeQueueFull()) {
      if (now - wroteNanos > JobEvents.SLOW_SECONDS * 1_000_000_000L) {
        cut();
        return false;
      }
      return true;
    }
    StringBuilder text = new StringBuilder();
    collect(text);
    if (text.isEmpty() && now - wroteNanos > JobEvents.QUIET_SECONDS * 1_000_000_000L) {
      text.append(": still here\n\n");
    }
    if (!text.isEmpty()) {
      wroteNanos = now;
      response.write(text.toString());
    }
    if (now - bornNanos > JobEvents.LIFE_SECONDS * 1_000_000_000L) {
      response.end();
      return false;
    }
    return true;
  }

  /** Closes the connection. */
  void cut() {
    response.reset();
  }

  private void collect(StringBuilder text) {
    Set<Long> jobs = new LinkedHashSet<>();
    BitSet subjobs = new BitSet();
    Map<Integer, Integer> outputs = new TreeMap<>(); // index → 1 stdout, 2 stderr
    boolean[] pool = {everything};
    long next =
        changes.read(
            cursor,
            (id, kind, index) -> {
              if (kind == ChangeLog.Kind.POOL) {
                pool[0] = true;
                return;
              }
              if (job != 0 && id != job) {
                return;
              }
              jobs.add(id);
              if (job != 0 && index >= 0) {
                switch (kind) {
                  case SUBJOB -> subjobs.set(index);
                  case STDOUT -> outputs.merge(index, 1, (a, b) -> a | b);
                  case STDERR -> outputs.merge(index, 2, (a, b) -> a | b);
                  case JOB, POOL -> {}
                }
              }
            });
    if (next < 0) {
      reset = true;
      everything = true;
      next = changes.head();
    }
    cursor = next;
    if (reset) {
      event(text, "reset", "{}");
      reset = false;
    }
    if (job != 0) {
      collectJob(text, !jobs.isEmpty(), subjobs, outputs);
    } else {
      collectAll(text, jobs, pool[0]);
    }
    everything = false;
  }

  private void collectJob(
      StringBuilder text, boolean changed, BitSet subjobs, Map<Integer, Integer> outputs) {
    if (!changed && !everything) {
      return;
    }
    JsonNode now = source.job(job);
    if (now == null) {
      return;
    }
    if (everything || !subjobs.isEmpty()) {
      String states = source.states(job);
      if (everything || subjobs.cardinality() > states.length() / 2) {
        subjobs(text, 0, states);
      } else {
        for (int from = subjobs.nextSetBit(0); from >= 0 && from < states.length(); ) {
          int to = Math.min(subjobs.nextClearBit(from), states.length());
          subjobs(text, from, states.substring(from, to));
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
                  "output",
                  "{\"index\":%d,\"stream\":\"%s\",\"bytes\":%d}".formatted(index, stream, bytes));
            }
          }
        });
    event(text, "job", now.toString());
  }

  private void collectAll(StringBuilder text, Set<Long> jobs, boolean poolChanged) {
    for (long id : jobs) {
      if (caller.name().equals(source.owner(id))) {
        JsonNode now = source.job(id);
        if (now != null) {
          event(text, "job", now.toString());
        }
      }
    }
    if (poolChanged) {
      JsonNode now = source.pool();
      if (!now.equals(lastPool)) {
        lastPool = now;
        event(text, "pool", now.toString());
      }
    }
  }

  private void subjobs(StringBuilder text, int from, String states) {
    event(text, "subjobs", "{\"from\":%d,\"states\":\"%s\"}".formatted(from, states));
  }

  private void event(StringBuilder text, String name, String data) {
    text.append("id: ").append(epoch).append('-').append(cursor).append('\n');
    text.append("event: ").append(name).append('\n');
    text.append("data: ").append(data).append("\n\n");
  }
}
