package org.gridappliance.jobs.serve;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.http.HttpServerResponse;
import java.util.LinkedHashSet;
import java.util.Set;
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
  private final JobTexts texts;
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
      JobTexts texts,
      String epoch,
      @Nullable String lastEventId) {
    this.response = response;
    this.caller = caller;
    this.job = job;
    this.source = source;
    this.changes = changes;
    this.texts = texts;
    long seen = place(epoch, lastEventId);
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

  private long place(String epoch, @Nullable String lastEventId) {
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
    if (reset) { // what the client has seen is of another run of the portal
      texts.event(text, cursor, "reset", "{}");
      reset = false;
    }
    if (job != 0) {
      JobTexts.Text told = texts.from(job, cursor, everything);
      text.append(told.events());
      cursor = told.next();
    } else {
      collectAll(text);
    }
    everything = false;
  }

  private void collectAll(StringBuilder text) {
    Set<Long> jobs = new LinkedHashSet<>();
    boolean[] pool = {everything};
    long next =
        changes.read(
            cursor,
            (id, kind, index) -> {
              if (kind == ChangeLog.Kind.POOL) {
                pool[0] = true;
              } else {
                jobs.add(id);
              }
            });
    if (next < 0) {
      next = changes.head();
      texts.event(text, next, "reset", "{}");
      pool[0] = true;
    }
    cursor = next;
    for (long id : jobs) {
      if (caller.name().equals(source.owner(id))) {
        JsonNode now = source.job(id);
        if (now != null) {
          texts.event(text, cursor, "job", now.toString());
        }
      }
    }
    if (pool[0]) {
      JsonNode now = source.pool();
      if (!now.equals(lastPool)) {
        lastPool = now;
        texts.event(text, cursor, "pool", now.toString());
      }
    }
  }
}
