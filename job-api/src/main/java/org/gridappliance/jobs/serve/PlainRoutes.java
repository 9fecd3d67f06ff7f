package org.gridappliance.jobs.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.gridappliance.jobs.app.AppShelf;
import org.gridappliance.jobs.app.ImageFormat;
import org.gridappliance.jobs.condor.CondorPool;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.job.JobFolder;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.job.JobState;
import org.gridappliance.jobs.job.StorageException;
import org.gridappliance.jobs.job.SubjobRow;
import org.gridappliance.jobs.lease.FileRef;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes for people that carry bytes or streams: events, output, results, examples. What users
 * or their programs made leaves as an attachment, with {@code nosniff} and under a sandboxing
 * policy: it is never trusted on our origin. Handlers start on the event loop and go on on virtual
 * threads.
 */
final class PlainRoutes {
  private static final Logger log = LoggerFactory.getLogger(PlainRoutes.class);
  private static final String API = "/api/v1";
  private static final int OUTPUT_PAGE = 1 << 20;
  private static final String DRAWING =
      "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:";

  /** Work for one request on a virtual thread. */
  interface Body {
    void run(RoutingContext context) throws IOException;
  }

  /** Work for one caller's request on a virtual thread. */
  private interface CallersBody {
    void run(RoutingContext context, Caller caller) throws IOException;
  }

  private final Jobs jobs;
  private final JobEvents events;
  private final AppShelf shelf;
  private final Space space;
  private final CondorPool condor;
  private final RunOperations runs;
  private final EfficiencyOperations efficiency;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  PlainRoutes(
      Jobs jobs,
      JobEvents events,
      AppShelf shelf,
      Space space,
      CondorPool condor,
      RunOperations runs,
      EfficiencyOperations efficiency) {
    this.runs = runs;
    this.efficiency = efficiency;
    this.condor = condor;
    this.jobs = jobs;
    this.events = events;
    this.shelf = shelf;
    this.space = space;
  }

  void mount(Router router, Function<RoutingContext, Caller> callers) {
    String job = API + "/jobs/:job";
    router.get(API + "/apps/:app/examples/:file").handler(of(callers, this::example));
    router.get(job + "/events").handler(of(callers, this::events));
    router.get(job + "/subjobs/:index/output/:stream").handler(of(callers, this::output));
    router.get(job + "/results.zip").handler(of(callers, this::zip));
    router.get(job + "/crate.zip").handler(of(callers, this::crate));
    router.get(job + "/results/*").handler(of(callers, this::result));
    router.get(API + "/pool/runs.csv").handler(of(callers, runs::csv));
    router.get(API + "/pool/efficiency.csv").handler(of(callers, efficiency::csv));
  }

  private Handler<RoutingContext> of(Function<RoutingContext, Caller> callers, CallersBody body) {
    return context -> {
      Caller caller;
      try {
        caller = callers.apply(context);
      } catch (Problem e) {
        answer(context, e);
        return;
      }
      run(context, one -> body.run(one, caller));
    };
  }

  /** Runs the work on a virtual thread and answers what it throws. */
  void run(RoutingContext context, Body body) {
    threads.execute(
        () -> {
          try {
            body.run(context);
          } catch (Problem e) {
            answer(context, e);
          } catch (IOException | StorageException e) {
            if (context.response().headWritten()) {
              log.debug("answer broken off path={}", context.normalizedPath(), e);
              context.response().reset();
            } else {
              log.error("storage failed path={}", context.normalizedPath(), e);
              answer(context, space.problem(e));
            }
          } catch (RuntimeException e) { // a fault of ours: answered as such, and logged
            log.error("request failed path={}", context.normalizedPath(), e);
            answer(context, new Problem(500, "Fault", "a fault in the portal; its log says more"));
          }
        });
  }

  static void answer(RoutingContext context, Problem problem) {
    HttpServerResponse response = context.response();
    if (response.headWritten() || response.closed()) {
      return;
    }
    ObjectNode body = Views.JSON.objectNode();
    body.put("type", "about:blank");
    body.put("title", problem.title());
    body.put("status", problem.status());
    body.put("detail", problem.getMessage());
    response
        .setStatusCode(problem.status())
        .putHeader("Content-Type", "application/problem+json")
        .putHeader("X-Content-Type-Options", "nosniff")
        .end(body.toString());
  }

  /** {@return a number of the path} */
  static long number(RoutingContext context, String name) {
    String text = String.valueOf(context.pathParam(name));
    if (!text.matches("\\d{1,15}")) {
      throw Problem.notFound(name + " " + text.replaceAll("\\p{Cntrl}", "?"));
    }
    return Long.parseLong(text);
  }

  /** Makes sure that the bytes are nothing but bytes to a browser. */
  static HttpServerResponse inert(RoutingContext context, String fileName) {
    String plain = fileName.replaceAll("[^A-Za-z0-9._-]", "_");
    return context
        .response()
        .putHeader("Content-Type", "application/octet-stream")
        .putHeader("Content-Disposition", "attachment; filename=\"" + plain + "\"")
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Content-Security-Policy", "sandbox; default-src 'none'")
        .putHeader("Cross-Origin-Resource-Policy", "same-origin");
  }

  /**
   * Lets an {@code img} of ours draw a picture: there it runs no script and loads nothing, whatever
   * it holds (HTML, "secure static mode"). Anywhere else it stays a download, and if a browser
   * opened it all the same, the sandbox would still take its scripts and our origin from it; only
   * what a drawing has inside itself, its own styles, fonts and pictures, is let through.
   */
  private static HttpServerResponse drawn(HttpServerResponse response, String fileName) {
    ImageFormat.of(fileName)
        .ifPresent(
            type ->
                response
                    .putHeader("Content-Type", type)
                    .putHeader("Content-Security-Policy", DRAWING));
    return response;
  }

  private void example(RoutingContext context, Caller caller) {
    String id = context.pathParam("app");
    String name = String.valueOf(context.pathParam("file"));
    Path file =
        shelf
            .find(caller, String.valueOf(id))
            .flatMap(app -> app.exampleFile("example:" + name))
            .orElseThrow(() -> Problem.notFound("example " + name));
    inert(context, name).sendFile(file.toString());
  }

  private void events(RoutingContext context, Caller caller) {
    long job = number(context, "job");
    jobs.require(caller, job);
    context.vertx().getOrCreateContext();
    events.streamJob(context, caller, job);
  }

  private void result(RoutingContext context, Caller caller) {
    JobRecord record = jobs.requireReadable(caller, number(context, "job")).record();
    String marker = "/results/";
    String path = context.normalizedPath();
    String name =
        java.net.URLDecoder.decode(
            path.substring(path.indexOf(marker) + marker.length()).replace("+", "%2B"),
            StandardCharsets.UTF_8);
    // only what the database lists is served: no path of a request reaches the file system
    FileRef file =
        jobs.store
            .result(record.id(), name)
            .orElseThrow(() -> Problem.notFound("result file " + name));
    String etag = "\"" + file.sha256() + "\"";
    String leaf = file.path().substring(file.path().lastIndexOf('/') + 1);
    HttpServerResponse response =
        drawn(inert(context, leaf), leaf)
            .putHeader("ETag", etag)
            .putHeader("Cache-Control", "private, no-cache");
    String known = context.request().getHeader("If-None-Match");
    if (known != null && (known.contains(etag) || known.equals("*"))) {
      response.setStatusCode(304).end();
      return;
    }
    response.sendFile(jobs.plans.folder(record.id()).results().resolve(file.path()).toString());
  }

  private void zip(RoutingContext context, Caller caller) throws IOException {
    JobRecord record = jobs.requireReadable(caller, number(context, "job")).record();
    var files = jobs.store.results(record.id());
    if (files.isEmpty()) {
      throw Problem.notFound("a result of job " + record.id());
    }
    Path folder = jobs.plans.folder(record.id()).results();
    Map<String, Path> parts = new LinkedHashMap<>();
    files.forEach(file -> parts.put(file.path(), folder.resolve(file.path())));
    zip(context, "job-" + record.id() + ".zip", record, parts);
  }

  /** A job with its inputs and provenance, for an archive. */
  private void crate(RoutingContext context, Caller caller) throws IOException {
    JobRecord record = jobs.requireReadable(caller, number(context, "job")).record();
    if (!record.state().ended()) {
      throw Problem.conflict("job " + record.id() + " has not ended; its crate is made then");
    }
    Crate crate =
        Crate.of(
            record,
            jobs.plan(record),
            jobs.store.files(record.id()),
            jobs.store.results(record.id()));
    for (Path part : crate.parts().values()) {
      if (!Files.isRegularFile(part)) {
        throw Problem.conflict("the file " + part.getFileName() + " of this job is gone");
      }
    }
    Path metadata = Files.createTempFile(jobs.plans.folder(record.id()).path(), ".crate-", "");
    try {
      Files.writeString(metadata, crate.metadata().toPrettyString());
      Map<String, Path> parts = new LinkedHashMap<>();
      parts.put(Crate.METADATA, metadata);
      parts.putAll(crate.parts());
      zip(context, "job-" + record.id() + ".crate.zip", record, parts);
    } finally {
      Files.delete(metadata);
    }
  }

  private static void zip(
      RoutingContext context, String name, JobRecord record, Map<String, Path> parts)
      throws IOException {
    HttpServerResponse response = inert(context, name).setChunked(true);
    try (ZipOutputStream zip =
        new ZipOutputStream(
            new java.io.BufferedOutputStream(new ResponseStream(response), 1 << 16))) {
      zip.setLevel(java.util.zip.Deflater.BEST_SPEED);
      for (Map.Entry<String, Path> part : parts.entrySet()) {
        ZipEntry entry = new ZipEntry(part.getKey());
        entry.setTime(record.endedAt() == null ? record.submittedAt() : record.endedAt());
        zip.putNextEntry(entry);
        Files.copy(part.getValue(), zip);
        zip.closeEntry();
      }
    }
    response.end();
  }

  private void output(RoutingContext context, Caller caller) throws IOException {
    JobRecord record = jobs.requireReadable(caller, number(context, "job")).record();
    String at = String.valueOf(context.pathParam("index"));
    int index = at.equals("merge") ? -1 : (int) number(context, "index");
    String stream = String.valueOf(context.pathParam("stream"));
    if (index >= record.total() || !(stream.equals("stdout") || stream.equals("stderr"))) {
      throw Problem.notFound(stream + " of subjob " + at);
    }
    String asked = Optional.ofNullable(context.request().getParam("offset")).orElse("0");
    if (!asked.matches("\\d{1,15}")) {
      throw new Problem(400, "Not valid", "offset=" + asked + ": want a number of bytes from 0 on");
    }
    long offset = Long.parseLong(asked);
    HttpServerResponse response =
        inert(context, "job-" + record.id() + "-" + at + "." + stream)
            .putHeader("Content-Type", "text/plain; charset=utf-8")
            .putHeader("Cache-Control", "no-store");
    if (record.pool().equals(JobRecord.CONDOR) && record.state() == JobState.RUNNING) {
      condor.look(record.id(), index, stream);
    }
    byte[] kept = shortOutput(record.id(), index, stream);
    if (kept != null) {
      int from = (int) Math.min(offset, kept.length);
      response.end(
          io.vertx.core.buffer.Buffer.buffer(
              java.util.Arrays.copyOfRange(kept, from, kept.length)));
      return;
    }
    Path file = JobFolder.of(jobs.plans.data(), record.id()).output(index, stream);
    long size = Files.exists(file) ? Files.size(file) : 0;
    if (offset >= size) {
      response.end();
      return;
    }
    response.sendFile(file.toString(), offset, Math.min(size - offset, OUTPUT_PAGE));
  }

  /** {@return the output kept in the database, unless a later try writes a file now} */
  private byte @Nullable [] shortOutput(long job, int index, String stream) {
    boolean running = jobs.subjobs.find(job, index).map(SubjobRow::state).orElse('I') == 'R';
    if (running) {
      return null;
    }
    return jobs.subjobs
        .shortOutput(job, index, stream)
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .orElse(null);
  }

  void close() {
    threads.shutdownNow();
  }
}
