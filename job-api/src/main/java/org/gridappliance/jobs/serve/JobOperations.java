package org.gridappliance.jobs.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.gridappliance.jobs.JobAudit;
import org.gridappliance.jobs.app.AppShelf;
import org.gridappliance.jobs.app.Input;
import org.gridappliance.jobs.app.Resources;
import org.gridappliance.jobs.deliver.Deliverer;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.jobs.job.Hold;
import org.gridappliance.jobs.job.JobPlan;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.job.JobState;
import org.gridappliance.jobs.job.StorageException;
import org.gridappliance.jobs.job.StoredFile;
import org.gridappliance.jobs.job.SubjobRow;
import org.gridappliance.jobs.job.SubjobState;
import org.gridappliance.jobs.job.Submission;
import org.gridappliance.jobs.job.SubmissionKeys;
import org.gridappliance.jobs.pool.JobSnapshot;
import org.gridappliance.jobs.pool.PoolSnapshot;
import org.gridappliance.jobs.trigger.Submitter;
import org.gridappliance.jobs.workflow.WorkflowStore;
import org.jspecify.annotations.Nullable;

/** The operations on jobs and subjobs. */
final class JobOperations {
  private final Jobs jobs;
  private final AppShelf shelf;
  private final Submission submission;
  private final SubmissionKeys keys;
  private final Deliverer deliverer;
  private final WorkflowStore workflows;
  private final Space space;
  private final JobAudit audit;
  private final Lines lines;
  private final Clock clock;

  JobOperations(
      Jobs jobs,
      AppShelf shelf,
      Submission submission,
      SubmissionKeys keys,
      Deliverer deliverer,
      WorkflowStore workflows,
      Space space,
      JobAudit audit,
      Lines lines,
      Clock clock) {
    this.clock = clock;
    this.lines = lines;
    this.jobs = jobs;
    this.shelf = shelf;
    this.submission = submission;
    this.keys = keys;
    this.deliverer = deliverer;
    this.workflows = workflows;
    this.space = space;
    this.audit = audit;
  }

  void addTo(Map<String, Operation> operations) {
    operations.put("submitJob", this::submit);
    operations.put("estimateJob", this::estimate);
    operations.put("getJob", this::get);
    operations.put("updateJob", this::update);
    operations.put("deleteJob", this::delete);
    operations.put("actOnJob", this::act);
    operations.put("listSubjobs", this::subjobs);
  }

  /**
   * {@return the caller, who may change things}
   *
   * @throws Problem 403 for a token that only reads
   */
  static Caller writer(Request request) {
    Caller caller = request.requireCaller();
    if (!caller.mayWrite()) {
      throw Problem.forbidden("this token may only read; make one whose scope may write");
    }
    return caller;
  }

  /** Name, note and tags are the owner's words on a job; nothing of what runs changes. */
  private Response update(Request request) {
    Caller caller = writer(request);
    long id = request.pathLong("job");
    jobs.require(caller, id);
    JsonNode body = request.body();
    List<String> tags = null;
    if (body.has("tags")) {
      tags = new ArrayList<>();
      for (JsonNode tag : body.path("tags")) {
        if (!tags.contains(tag.asText())) {
          tags.add(tag.asText());
        }
      }
    }
    jobs.store.label(
        id,
        body.has("name") ? body.path("name").asText().strip() : null,
        tags,
        body.has("note") ? body.path("note").asText() : null,
        body.has("archived") ? body.path("archived").asBoolean() : null);
    audit.note(caller.name(), "job.labelled", "job " + id, request.remoteAddress());
    return get(request);
  }

  private Response submit(Request request) throws IOException {
    Caller caller = writer(request);
    Optional<String> key = request.header("Idempotency-Key");
    OptionalLong before =
        key.isPresent()
            ? keys.find(caller.name(), key.get(), request.body())
            : OptionalLong.empty();
    if (before.isPresent()) {
      return created(jobs.require(caller, before.getAsLong()));
    }
    Submission.Also also =
        key.map(word -> keys.keep(caller.name(), word, request.body()))
            .orElse(Submission.Also.NOTHING);
    Submission.Submitted made;
    try {
      made = submit(caller, request.body(), also);
    } catch (StorageException e) {
      OptionalLong other =
          key.isPresent() && SubmissionKeys.isTaken(e)
              ? keys.find(caller.name(), key.get(), request.body())
              : OptionalLong.empty();
      if (other.isEmpty()) {
        throw e;
      }
      return created(jobs.require(caller, other.getAsLong()));
    }
    audit.note(
        caller.name(), "job.submitted", "job " + made.record().id(), request.remoteAddress());
    ObjectNode answer = Views.job(jobs.now(made.record()));
    Views.earlier(answer, made.earlier());
    return created(made.record().id(), answer);
  }

  private static Response created(JobSnapshot job) {
    return created(job.record().id(), Views.job(job));
  }

  private static Response created(long id, ObjectNode answer) {
    return Response.created("/api/v1/jobs/" + id, answer);
  }

  private Submission.Submitted submit(Caller caller, JsonNode request, Submission.Also also)
      throws IOException {
    space.require();
    Submission.Submitted made = submission.submit(caller, request, also);
    jobs.pool.add(made.record(), made.plan());
    return made;
  }

  /** {@return the way in for triggers} */
  Submitter submitter() {
    return new Submitter() {
      @Override
      public long submit(Caller caller, JsonNode request, Submission.Also also) throws IOException {
        return JobOperations.this.submit(caller, request, also).record().id();
      }

      @Override
      public void check(Caller caller, JsonNode request) {
        submission.check(caller, request);
      }

      @Override
      public void checkWithFiles(Caller caller, JsonNode request) throws IOException {
        space.require();
        Submission.Submitted _ = submission.estimate(caller, request);
      }
    };
  }

  private Response estimate(Request request) throws IOException {
    Caller caller = request.requireCaller();
    space.require();
    Submission.Submitted made = submission.estimate(caller, request.body());
    Resources resources = made.plan().resources();
    PoolSnapshot pool = jobs.pool.views().pool();
    int subjobs = made.record().total();
    int together = submission.slots(made.record()) / Math.max(1, resources.cpus());
    Optional<String> waitsFor =
        jobs.pool.views().waitsFor(made.plan().limits(), made.record().pool());
    ObjectNode answer = Views.JSON.objectNode();
    answer.put("subjobs", subjobs);
    answer.put("cpuSeconds", subjobs * resources.expectedSeconds() * resources.cpus());
    if (together == 0) {
      answer.putNull("wallSeconds");
    } else {
      long rounds = (subjobs + together - 1L) / together;
      answer.put("wallSeconds", rounds * resources.expectedSeconds());
    }
    answer.put("freeSlots", pool.freeSlots());
    answer.put("waitsFor", waitsFor.orElse(null));
    Views.earlier(answer, made.earlier());
    return Response.ok(answer);
  }

  private Response get(Request request) {
    Caller caller = request.requireCaller();
    JobSnapshot job = jobs.requireReadable(caller, request.pathLong("job"));
    JobRecord record = job.record();
    boolean his = Jobs.isHis(caller, record);
    ObjectNode answer = his ? Views.job(job) : Views.readable(job);
    if (his) {
      JobLists.label(answer, jobs.store.labels(List.of(record.id())).get(record.id()));
    }
    answer.set("inputs", record.request().path("inputs"));
    if (record.request().path("sweep").isObject()) {
      answer.set("sweep", record.request().path("sweep"));
    }
    if (record.request().path("combine").isTextual()) {
      answer.set("combine", record.request().path("combine"));
    }
    if (record.chunks() == 0) {
      answer.putNull("chunks");
    } else {
      answer.put("chunks", record.chunks());
    }
    ArrayNode files = answer.putArray("inputFiles");
    for (StoredFile file : jobs.store.files(record.id())) {
      files
          .addObject()
          .put("input", file.input())
          .put("name", shown(file.name()))
          .put("bytes", file.bytes())
          .put("sha256", file.sha256());
    }
    ArrayNode command = answer.putArray("command");
    answer.putNull("memoryBytes");
    answer.putNull("interactive");
    try {
      answer.put("interactive", jobs.plan(record).app().interactive().orElse(null));
      answer.put("memoryBytes", jobs.plan(record).limits().memoryBytes());
      jobs.plan(record).work(0).command().forEach(command::add);
    } catch (StorageException e) {
      command.add("unknown: " + e.getMessage());
    }
    answer.put("appVersion", record.appDigest());
    workflows
        .of(record.id())
        .filter(one -> his)
        .ifPresent(
            one -> answer.putObject("workflow").put("id", one.workflow()).put("step", one.step()));
    return Response.ok(answer);
  }

  private static String shown(String name) {
    return name.startsWith(Input.HOME_PREFIX) ? name.substring(Input.HOME_PREFIX.length()) : name;
  }

  private Response delete(Request request) {
    Caller caller = writer(request);
    long id = request.pathLong("job");
    jobs.require(caller, id);
    jobs.pool.actions().delete(id);
    jobs.forget(id);
    audit.note(caller.name(), "job.deleted", "job " + id, request.remoteAddress());
    return Response.noContent();
  }

  private Response act(Request request) {
    Caller caller = writer(request);
    long id = request.pathLong("job");
    String action = request.path("action");
    JobRecord record = jobs.require(caller, id).record();
    if (action.startsWith("resubmit")) {
      shelf.requireOpen(caller, record.app());
    }
    String done =
        switch (action) {
          case "suspend" -> {
            jobs.pool.actions().suspend(id);
            yield "job.suspended";
          }
          case "resume" -> {
            jobs.pool.actions().resume(id);
            yield "job.resumed";
          }
          case "hold" -> {
            String reason = request.body().path("reason").asText("").strip();
            jobs.pool
                .actions()
                .hold(
                    id, new Hold(caller.name(), reason.isEmpty() ? null : reason, clock.millis()));
            yield "job.held";
          }
          case "release" -> {
            jobs.pool.actions().release(id);
            yield "job.released";
          }
          case "cancel" -> {
            jobs.pool.actions().cancel(id);
            yield "job.cancelled";
          }
          case "finish" -> {
            jobs.pool.seats().finish(id).ifPresent(lines::beat);
            yield "job.finished";
          }
          case "resubmit" -> {
            space.require();
            jobs.pool.actions().resubmit(id);
            yield "job.resubmitted";
          }
          case "resubmit-with-more-memory" -> {
            space.require();
            jobs.pool.actions().resubmitWithMoreMemory(id);
            jobs.forget(id);
            yield "job.resubmitted";
          }
          case "copy-results" -> {
            deliverer.again(jobs.require(caller, id).record());
            yield "job.results-copied";
          }
          default -> throw Problem.notFound("action " + action);
        };
    audit.note(caller.name(), done, "job " + id, request.remoteAddress());
    return Response.ok(Views.job(jobs.require(caller, id)));
  }

  private Response subjobs(Request request) {
    JobRecord record =
        jobs.requireReadable(request.requireCaller(), request.pathLong("job")).record();
    String states = jobs.states(record);
    List<Integer> wanted =
        wanted(
            states,
            request.query("state").orElse(null),
            (int) Math.min(request.queryLong("from", 0), states.length()),
            (int) request.queryLong("limit", 200));
    ObjectNode answer = Views.JSON.objectNode();
    ArrayNode list = answer.putArray("subjobs");
    if (!wanted.isEmpty()) {
      Map<Integer, SubjobRow> rows = rows(record.id(), wanted);
      Map<Long, String> names = new HashMap<>();
      JobPlan plan = jobs.plan(record);
      for (int index : wanted) {
        list.add(subjob(plan, record, index, states.charAt(index), rows.get(index), names));
      }
    }
    answer.put("states", states);
    return Response.ok(answer);
  }

  private static List<Integer> wanted(String states, @Nullable String word, int from, int limit) {
    List<Integer> wanted = new ArrayList<>();
    for (int index = from; index < states.length() && wanted.size() < limit; index++) {
      if (word == null || SubjobState.of(states.charAt(index)).word().equals(word)) {
        wanted.add(index);
      }
    }
    return wanted;
  }

  private Map<Integer, SubjobRow> rows(long job, List<Integer> wanted) {
    Map<Integer, SubjobRow> rows = new HashMap<>();
    int first = wanted.getFirst();
    int last = wanted.getLast();
    if (last - first < 4 * wanted.size()) {
      jobs.subjobs.range(job, first, last + 1).forEach(row -> rows.put(row.index(), row));
    } else {
      wanted.forEach(i -> jobs.subjobs.find(job, i).ifPresent(row -> rows.put(i, row)));
    }
    return rows;
  }

  private ObjectNode subjob(
      JobPlan plan,
      JobRecord record,
      int index,
      char state,
      @Nullable SubjobRow row,
      Map<Long, String> names) {
    ObjectNode node = Views.JSON.objectNode();
    node.put("index", index);
    node.put("state", SubjobState.of(state).word());
    node.put("label", plan.label(index));
    node.put("attempt", row == null ? 0 : row.attempt());
    if (row == null) {
      node.putNull("failure");
      return node;
    }
    String machine =
        state == 'R' ? jobs.pool.views().machine(record.id(), index).orElse(null) : row.machine();
    node.put(
        "node", machine != null ? machine : names.computeIfAbsent(row.node(), jobs.pool::nodeName));
    node.put("startedAt", Views.time(row.startedAt()));
    node.put("endedAt", Views.time(row.endedAt()));
    node.put("exitCode", row.exitCode());
    node.put("cpuSeconds", row.cpuSeconds());
    node.put("peakMemoryBytes", row.peakMemory());
    if (record.state() == JobState.RUNNING) {
      jobs.pool
          .views()
          .advance(record.id(), index)
          .ifPresent(
              advance -> node.put("percent", advance.percent()).put("message", advance.message()));
    }
    Views.failure(node, row.failure());
    return node;
  }
}
