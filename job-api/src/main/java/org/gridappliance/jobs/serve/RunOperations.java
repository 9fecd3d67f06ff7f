package org.gridappliance.jobs.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.ext.web.RoutingContext;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.jobs.history.Run;
import org.gridappliance.jobs.history.RunFilter;
import org.gridappliance.jobs.history.RunStore;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.jobs.job.Ids;
import org.jspecify.annotations.Nullable;

/** The job history, page by page and as one file. Everybody but administrators sees his own. */
record RunOperations(RunStore runs, Clock clock) {
  private static final int LONGEST_FILTER = 1000;

  void addTo(Map<String, Operation> operations) {
    operations.put("listRuns", this::list);
  }

  private Response list(Request request) {
    Caller caller = request.requireCaller();
    int limit = (int) request.queryLong("limit", 50);
    RunStore.Page page =
        runs.list(
            whose(caller, request.query("owner").orElse("me")),
            RunFilter.parse(request.query("q").orElse(""), clock.millis()),
            request.queryLong("before", 0),
            limit);
    ObjectNode answer = Views.JSON.objectNode();
    ArrayNode list = answer.putArray("runs");
    page.runs().forEach(run -> list.add(view(run)));
    answer.put("count", page.count());
    answer.put("next", page.runs().size() == limit ? page.runs().getLast().id() : null);
    answer.put("keptDays", RunStore.KEPT.toDays());
    answer.put("keptRuns", RunStore.MOST);
    return Response.ok(answer);
  }

  /** {@return whose runs may be seen; everybody's when null} */
  private static @Nullable String whose(Caller caller, String asked) {
    if (!asked.equals("all")) {
      return caller.name();
    }
    if (!caller.administrator() && !caller.poolAdmin()) {
      throw Problem.forbidden(
          "only administrators and pool admins see everybody's history; leave owner out");
    }
    return null;
  }

  private static ObjectNode view(Run run) {
    ObjectNode node = Views.JSON.objectNode();
    node.put("id", run.id());
    node.put("job", Ids.job(run.subjob()));
    int index = Ids.index(run.subjob());
    node.put("index", index < 0 ? null : (Integer) index);
    node.put("name", run.jobName());
    node.put("owner", run.owner());
    node.put("app", run.app());
    node.put("pool", run.pool());
    node.put("machine", run.machine());
    node.put("state", run.state().word());
    node.put("attempt", run.attempt());
    node.put("startedAt", Views.time(run.startedAt()));
    node.put("endedAt", Views.time(run.endedAt()));
    node.put("wallSeconds", run.wallSeconds());
    node.put("cpuSeconds", run.cpuSeconds());
    node.put("cpus", run.cpus());
    node.put("memoryBytes", run.memoryBytes());
    node.put("peakMemoryBytes", run.peakMemory());
    node.put("exitCode", run.exitCode());
    node.put("signal", run.signal());
    node.put("reason", run.reason());
    return node;
  }

  /**
   * Sends all runs that a filter finds as comma-separated values, read and sent by a thousand. Runs
   * on a virtual thread.
   *
   * @throws IOException when the client goes away
   */
  void csv(RoutingContext context, Caller caller) throws IOException {
    String terms = Optional.ofNullable(context.request().getParam("q")).orElse("");
    if (terms.length() > LONGEST_FILTER) {
      throw new Problem(
          400, "Not valid", "q has " + terms.length() + " letters: want at most " + LONGEST_FILTER);
    }
    String owner =
        whose(caller, Optional.ofNullable(context.request().getParam("owner")).orElse("me"));
    RunFilter filter = RunFilter.parse(terms, clock.millis());
    ResponseStream body =
        new ResponseStream(
            PlainRoutes.inert(context, "job-history.csv")
                .putHeader("Content-Type", "text/csv; charset=utf-8; header=present")
                .putHeader("Cache-Control", "no-store")
                .setChunked(true));
    try (BufferedWriter out =
        new BufferedWriter(new OutputStreamWriter(body, StandardCharsets.UTF_8), 1 << 16)) {
      out.write(
          Csv.line(
              "job",
              "subjob",
              "name",
              "owner",
              "application",
              "pool",
              "machine",
              "state",
              "try",
              "started",
              "ended",
              "run seconds",
              "cpu seconds",
              "cores asked",
              "memory asked (bytes)",
              "memory used (bytes)",
              "exit code",
              "signal",
              "reason"));
      runs.each(
          owner,
          filter,
          page -> {
            try {
              for (Run run : page) {
                out.write(line(run));
              }
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    context.response().end();
  }

  private static String line(Run run) {
    int index = Ids.index(run.subjob());
    return Csv.line(
        Ids.job(run.subjob()),
        index < 0 ? "merge" : (Object) index,
        run.jobName(),
        run.owner(),
        run.app(),
        run.pool(),
        run.machine(),
        run.state().word(),
        run.attempt(),
        Views.time(run.startedAt()),
        Views.time(run.endedAt()),
        seconds(run.wallSeconds()),
        seconds(run.cpuSeconds()),
        run.cpus(),
        run.memoryBytes(),
        run.peakMemory(),
        run.exitCode(),
        run.signal(),
        run.reason());
  }

  private static @Nullable String seconds(@Nullable Double value) {
    return value == null ? null : String.format(Locale.ROOT, "%.3f", value);
  }
}
