package org.gridappliance.jobs.serve;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.pool.ChangeLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Server-sent events: one stream a job, one stream a person.
 *
 * <p>Each event says how things stand now, so missed ones need no replay: a listener is told at
 * most {@value #ROUNDS_A_SECOND} times a second what has changed since it was told last. An event's
 * id names the place in the {@link ChangeLog}; a client that comes back with {@code Last-Event-ID}
 * gets what changed since, or {@code reset} and everything anew when the log does not reach back so
 * far (or the portal was restarted). A listener whose connection takes nothing is left out, and cut
 * after {@value #SLOW_SECONDS} s. A stream ends after {@value #LIFE_SECONDS} s, so that who may
 * listen is asked again; browsers come back by themselves.
 *
 * <p>One virtual thread tells all listeners.
 */
public final class JobEvents implements AutoCloseable {
  static final int ROUNDS_A_SECOND = 10;
  static final int SLOW_SECONDS = 30;
  static final int LIFE_SECONDS = 1800;
  static final int QUIET_SECONDS = 15;
  static final int MAX_LISTENERS = 2000;
  static final int MAX_LISTENERS_A_PERSON = 40;

  private static final Logger log = LoggerFactory.getLogger(JobEvents.class);

  /** What the events tell of. */
  interface Source {
    /** {@return the job as the contract has it, or null when it is gone} */
    @Nullable JsonNode job(long id);

    /** {@return whose job it is, or null when it is gone} */
    @Nullable String owner(long id);

    /** {@return a letter for every subjob; empty when the job is gone} */
    String states(long id);

    /** {@return bytes of live output so far} */
    long outputBytes(long id, int index, String stream);

    /** {@return the pool as the contract has it} */
    JsonNode pool();
  }

  private final ChangeLog changes;
  private final Source source;
  private final String epoch = UUID.randomUUID().toString().substring(0, 8);
  private final Set<EventStream> listeners = ConcurrentHashMap.newKeySet();
  private final JobTexts texts;
  private final Thread teller;
  private volatile boolean closed;

  JobEvents(ChangeLog changes, Source source) {
    this.changes = changes;
    this.source = source;
    this.texts = new JobTexts(changes, source, epoch);
    this.teller = Thread.ofVirtual().name("jobs-events").start(this::tell);
  }

  /**
   * Answers {@code GET /api/v1/events}: the caller's jobs ({@code job}) and the pool ({@code
   * pool}). Call on the request's event loop.
   *
   * @throws Problem 429 when there are too many streams
   */
  public void stream(RoutingContext context, Caller caller) {
    open(context, caller, 0);
  }

  /** Answers {@code GET /api/v1/jobs/{job}/events}; the caller was checked. */
  void streamJob(RoutingContext context, Caller caller, long job) {
    open(context, caller, job);
  }

  private void open(RoutingContext context, Caller caller, long job) {
    long own = listeners.stream().filter(one -> one.caller().name().equals(caller.name())).count();
    if (closed || listeners.size() >= MAX_LISTENERS || own >= MAX_LISTENERS_A_PERSON) {
      throw new Problem(
          429, "Too many streams", "you have " + own + " event streams open; close some pages");
    }
    HttpServerResponse response = context.response();
    response
        .setChunked(true)
        .putHeader("Content-Type", "text/event-stream; charset=utf-8")
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Accel-Buffering", "no");
    EventStream stream =
        new EventStream(
            response,
            caller,
            job,
            source,
            changes,
            texts,
            epoch,
            context.request().getHeader("Last-Event-ID"));
    response.closeHandler(gone -> listeners.remove(stream));
    response.exceptionHandler(gone -> listeners.remove(stream));
    response.write(": hello\n\n");
    listeners.add(stream);
    Thread.startVirtualThread(() -> serve(stream));
  }

  private void tell() {
    long seen = changes.head();
    try {
      while (!closed) {
        changes.await(seen, 1000);
        seen = changes.head();
        texts.forget();
        listeners.forEach(this::serve);
        Thread.sleep(1000 / ROUNDS_A_SECOND); // the rate limit itself, not a wait for something
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(EventStream stream) {
    try {
      if (!stream.tell()) {
        listeners.remove(stream);
      }
    } catch (RuntimeException e) { // one listener's trouble must not end the others' streams
      log.warn("event stream cut user={} job={}", stream.caller().name(), stream.job(), e);
      listeners.remove(stream);
      stream.cut();
    }
  }

  /** Ends all streams. */
  @Override
  public void close() {
    closed = true;
    teller.interrupt();
    listeners.forEach(EventStream::cut);
    listeners.clear();
  }
}
