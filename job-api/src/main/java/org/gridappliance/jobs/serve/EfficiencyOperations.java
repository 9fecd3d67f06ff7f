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
import java.time.LocalDate;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.gridappliance.jobs.Homes;
import org.gridappliance.jobs.access.Sight;
import org.gridappliance.jobs.history.JobUse;
import org.gridappliance.jobs.history.JobUseStore;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.jobs.job.JobPlan;
import org.gridappliance.jobs.job.JobRecord;
import org.jspecify.annotations.Nullable;

/** What was asked for and what was used: of a job, and of people over time. */
record EfficiencyOperations(Jobs jobs, JobUseStore store, Clock clock) {
  private static final double HOUR = 3600;
  private static final double GIB = 1L << 30;

  /** What is suggested is a multiple of this, and at least this. */
  private static final long STEP_BYTES = 64L << 20;

  /** In place of a job's number in a line of the file that is of several. */
  private static final long SUM = 0;

  /** How far back, and how many days a point of the picture has. */
  private enum Period {
    WEEK(7, 1),
    MONTH(30, 1),
    QUARTER(91, 7),
    YEAR(364, 28);

    final int days;
    final int bucketDays;

    Period(int days, int bucketDays) {
      this.days = days;
      this.bucketDays = bucketDays;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Period of(String word) {
      return Arrays.stream(values())
          .filter(one -> one.word().equals(word))
          .findFirst()
          .orElseThrow(
              () ->
                  new Problem(
                      400, "Not valid", "span=" + word + ": want week, month, quarter or year"));
    }
  }

  void addTo(Map<String, Operation> operations) {
    operations.put("getEfficiency", this::summary);
    operations.put("getJobEfficiency", this::ofJob);
  }

  private int first(Period period) {
    return JobUseStore.day(clock.millis()) - period.days + 1;
  }

  private Response summary(Request request) {
    Period period = Period.of(request.query("span").orElse("month"));
    int from = first(period);
    Caller caller = request.requireCaller();
    Optional<String> asked = request.query("group");
    ObjectNode answer = Views.JSON.objectNode();
    JobUseStore.Summary found;
    if (asked.isPresent()) {
      Homes.Group group = jobs.sight.require(caller, asked.get());
      boolean byPerson = Sight.sumsByPerson(caller, group);
      found =
          byPerson
              ? ofMembers(caller, group, from, period.bucketDays)
              : ofGroup(group, from, period.bucketDays);
      answer.putObject("group").put("name", group.name()).put("byPerson", byPerson);
    } else {
      found =
          store.since(from, whose(caller, request.query("owner").orElse("me")), period.bucketDays);
    }
    answer.put("span", period.word());
    answer.put("from", date(from));
    answer.put("bucketDays", period.bucketDays);
    named(answer.putArray("people"), found.people());
    named(answer.putArray("apps"), found.apps());
    ArrayNode largest = answer.putArray("jobs");
    for (JobUseStore.OfJob one : found.largest()) {
      ObjectNode node = largest.addObject();
      node.put("job", one.job());
      node.put("name", one.name());
      node.put("owner", one.owner());
      node.put("app", one.app());
      node.put("memoryBytes", one.use().memoryBytes());
      node.put("peakMemoryBytes", peak(one.use()));
      put(node, one.use());
    }
    ArrayNode points = answer.putArray("points");
    for (JobUseStore.Point point : found.points()) {
      points
          .addObject()
          .put("day", date(point.day()))
          .put("person", point.owner())
          .put("coreHours", point.use().coreSeconds() / HOUR)
          .put("cpuHours", point.use().cpuSeconds() / HOUR);
    }
    return Response.ok(answer);
  }

  /**
   * {@return what the jobs used that the group shows} Of deleted jobs nobody knows any more when
   * they were submitted: what they used counts from the day after, and their names are not told.
   */
  private JobUseStore.Summary ofMembers(Caller caller, Homes.Group group, int day, int bucketDays) {
    Map<String, Long> since = Sight.listed(caller, group);
    JobUseStore.Summary all =
        store.since(day, List.copyOf(since.keySet()), shown(since), bucketDays);
    return new JobUseStore.Summary(
        all.people(),
        all.apps(),
        all.largest().stream().filter(one -> jobs.store.submittedAt(one.job()) != null).toList(),
        all.points());
  }

  private JobUseStore.Part shown(Map<String, Long> since) {
    return (owner, job, on) -> {
      long from = since.getOrDefault(owner, Long.MAX_VALUE);
      Long submitted = jobs.store.submittedAt(job);
      return submitted == null ? on > JobUseStore.day(from) : submitted >= from;
    };
  }

  /** {@return what the members used since they are members, as one sum under the group's name} */
  private JobUseStore.Summary ofGroup(Homes.Group group, int day, int bucketDays) {
    JobUseStore.Summary all =
        store.since(
            day,
            List.copyOf(group.members().keySet()),
            (owner, job, on) ->
                on >= JobUseStore.day(group.members().getOrDefault(owner, Long.MAX_VALUE)),
            bucketDays);
    Map<Integer, JobUse> points = new TreeMap<>();
    all.points().forEach(one -> points.merge(one.day(), one.use(), JobUse::plus));
    return new JobUseStore.Summary(
        all.people().values().stream()
            .reduce(JobUse::plus)
            .map(sum -> Map.of(group.name(), sum))
            .orElse(Map.of()),
        Map.of(),
        List.of(),
        points.entrySet().stream()
            .map(one -> new JobUseStore.Point(one.getKey(), group.name(), one.getValue()))
            .toList());
  }

  private static String date(int day) {
    return LocalDate.ofEpochDay(day).toString();
  }

  private static @Nullable Long peak(JobUse use) {
    return use.peakMemory() == 0 ? null : (Long) use.peakMemory();
  }

  private static void named(ArrayNode list, Map<String, JobUse> uses) {
    uses.forEach((name, use) -> put(list.addObject().put("name", name), use));
  }

  private static void put(ObjectNode node, JobUse use) {
    node.put("runs", use.runs());
    node.put("completed", use.completed());
    node.put("coreHours", use.coreSeconds() / HOUR);
    node.put("lostCoreHours", use.lostSeconds() / HOUR);
    node.put("measuredCoreHours", use.measuredSeconds() / HOUR);
    node.put("cpuHours", use.cpuSeconds() / HOUR);
    node.put("memoryAskedGiBHours", use.memoryAsked() / GIB / HOUR);
    node.put("memoryUsedGiBHours", use.memoryUsed() / GIB / HOUR);
    node.put("timeUsedHours", use.timeUsed() / HOUR);
    node.put("timeExpectedHours", use.timeExpected() / HOUR);
    node.put("timeAllowedHours", use.timeAllowed() / HOUR);
  }

  /** {@return whose use may be seen; everybody's when null} */
  private static @Nullable String whose(Caller caller, String asked) {
    if (!asked.equals("all")) {
      return caller.name();
    }
    if (!caller.administrator() && !caller.poolAdmin()) {
      throw Problem.forbidden(
          "only administrators and pool admins see everybody's use; leave owner out");
    }
    return null;
  }

  private Response ofJob(Request request) {
    JobRecord record =
        jobs.requireReadable(request.requireCaller(), request.pathLong("job")).record();
    JobUseStore.Measured used = store.measured(record.id());
    JobPlan plan = jobs.plan(record);
    long asked = plan.limits().memoryBytes();
    ObjectNode answer = Views.JSON.objectNode();
    answer.put("measured", used.measured());
    answer.put("cpus", plan.limits().cpus());
    answer.put("memoryBytes", asked);
    answer.put("maximumSeconds", plan.limits().wallSeconds());
    Double cpu = used.cpuSeconds();
    answer.put("usedCores", cpu == null ? null : (Double) (cpu / used.wallSeconds()));
    answer.put("peakMemoryBytes", used.peakMemory());
    answer.put("longestSeconds", used.measured() == 0 ? null : (Double) used.longestSeconds());
    answer.put("suggestedMemoryBytes", suggested(asked, used.peakMemory()));
    return Response.ok(answer);
  }

  /** {@return 1.5 times the peak, where that saves at least half of what is asked for} */
  static @Nullable Long suggested(long asked, @Nullable Long peak) {
    if (peak == null) {
      return null;
    }
    long steps = Math.max(1, (peak + peak / 2 + STEP_BYTES - 1) / STEP_BYTES);
    return steps * STEP_BYTES <= asked / 2 ? (Long) (steps * STEP_BYTES) : null;
  }

  /**
   * Sends every job of a period as comma-separated values, read and sent by a thousand. Of a group
   * those that the page counts: deleted jobs, which are not named, as one line by owner and
   * application, and where the group shows no jobs its sum alone. Runs on a virtual thread.
   *
   * @throws IOException when the client goes away
   */
  void csv(RoutingContext context, Caller caller) throws IOException {
    String word = Optional.ofNullable(context.request().getParam("span")).orElse("month");
    Period period = Period.of(word.length() > 20 ? "…" : word);
    Consumer<Consumer<JobUseStore.OfJob>> rows =
        rows(
            caller,
            Optional.ofNullable(context.request().getParam("group")),
            Optional.ofNullable(context.request().getParam("owner")).orElse("me"),
            period);
    ResponseStream body =
        new ResponseStream(
            PlainRoutes.inert(context, "efficiency-" + period.word() + ".csv")
                .putHeader("Content-Type", "text/csv; charset=utf-8; header=present")
                .putHeader("Cache-Control", "no-store")
                .setChunked(true));
    try (BufferedWriter out =
        new BufferedWriter(new OutputStreamWriter(body, StandardCharsets.UTF_8), 1 << 16)) {
      out.write(
          Csv.line(
              "job",
              "name",
              "owner",
              "application",
              "runs",
              "completed",
              "core hours",
              "core hours not completed",
              "core hours measured",
              "cpu hours used of these",
              "GiB hours asked",
              "GiB hours used",
              "memory asked (bytes)",
              "memory used (bytes)",
              "hours of completed runs",
              "hours expected of these",
              "hours allowed of these"));
      rows.accept(
          one -> {
            try {
              out.write(line(one));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    context.response().end();
  }

  /**
   * {@return what hands over the lines of a file, once it is known that the caller may have them}
   *
   * @throws Problem as of {@link #summary}
   */
  private Consumer<Consumer<JobUseStore.OfJob>> rows(
      Caller caller, Optional<String> asked, String owner, Period period) {
    int from = first(period);
    if (asked.isEmpty()) {
      String person = whose(caller, owner);
      List<String> owners = person == null ? null : List.of(person);
      return out -> store.each(from, owners, (_, _, _) -> true, page -> page.forEach(out));
    }
    Homes.Group group = jobs.sight.require(caller, asked.get());
    return Sight.sumsByPerson(caller, group)
        ? ofMembers(Sight.listed(caller, group), from)
        : out ->
            ofGroup(group, from, period.bucketDays)
                .people()
                .forEach((name, use) -> out.accept(new JobUseStore.OfJob(SUM, "", name, "", use)));
  }

  private Consumer<Consumer<JobUseStore.OfJob>> ofMembers(Map<String, Long> since, int from) {
    return out -> {
      Map<List<String>, JobUse> deleted = new LinkedHashMap<>();
      store.each(
          from,
          List.copyOf(since.keySet()),
          shown(since),
          page -> {
            for (JobUseStore.OfJob one : page) {
              if (jobs.store.submittedAt(one.job()) == null) {
                deleted.merge(List.of(one.owner(), one.app()), one.use(), JobUse::plus);
              } else {
                out.accept(one);
              }
            }
          });
      deleted.forEach(
          (of, use) ->
              out.accept(new JobUseStore.OfJob(SUM, "", of.getFirst(), of.getLast(), use)));
    };
  }

  private static String line(JobUseStore.OfJob one) {
    JobUse use = one.use();
    boolean sum = one.job() == SUM;
    return Csv.line(
        sum ? null : (Long) one.job(),
        one.name(),
        one.owner(),
        one.app(),
        use.runs(),
        use.completed(),
        number(use.coreSeconds() / HOUR),
        number(use.lostSeconds() / HOUR),
        number(use.measuredSeconds() / HOUR),
        number(use.cpuSeconds() / HOUR),
        number(use.memoryAsked() / GIB / HOUR),
        number(use.memoryUsed() / GIB / HOUR),
        sum ? null : (Long) use.memoryBytes(),
        sum ? null : peak(use),
        number(use.timeUsed() / HOUR),
        number(use.timeExpected() / HOUR),
        number(use.timeAllowed() / HOUR));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
