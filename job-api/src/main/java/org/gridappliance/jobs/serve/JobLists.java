package org.gridappliance.jobs.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.jobs.Homes;
import org.gridappliance.jobs.access.Sight;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.jobs.job.JobFilter;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.job.JobStore;
import org.gridappliance.jobs.pool.JobSnapshot;
import org.jspecify.annotations.Nullable;

/** The list of jobs: the caller's own, those that a group of his shows, or everybody's. */
record JobLists(Jobs jobs, Clock clock) {
  void addTo(Map<String, Operation> operations) {
    operations.put("listJobs", this::list);
  }

  private Response list(Request request) {
    Caller caller = request.requireCaller();
    int limit = (int) request.queryLong("limit", 50);
    long before = request.queryLong("before", 0);
    Map<String, Long> since = since(request, caller);
    JobStore.Page page =
        jobs.store.list(
            new JobStore.Filter(
                since,
                caller.administrator() ? null : caller.name(),
                terms(request),
                before == 0 ? null : before,
                limit));
    Map<Long, JobStore.Label> labels =
        jobs.store.labels(
            page.jobs().stream()
                .filter(record -> Jobs.isHis(caller, record))
                .map(JobRecord::id)
                .toList());
    ObjectNode answer = Views.JSON.objectNode();
    ArrayNode list = answer.putArray("jobs");
    List<Homes.Group> groups =
        request.query("group").isPresent() ? jobs.sight.groups(caller) : List.of();
    for (JobRecord record : page.jobs()) {
      list.add(job(caller, groups, record, labels.get(record.id())));
    }
    answer.put("count", page.count());
    if (page.jobs().size() == limit) {
      answer.put("next", page.jobs().getLast().id());
    } else {
      answer.putNull("next");
    }
    return Response.ok(answer);
  }

  /** {@return whose jobs are asked for, and from which submission on; everybody's when null} */
  private @Nullable Map<String, Long> since(Request request, Caller caller) {
    boolean all = request.query("owner").orElse("me").equals("all");
    Optional<String> group = request.query("group");
    if (all && group.isPresent()) {
      throw new Problem(400, "Not valid", "owner=all and group=" + group.get() + ": want one");
    }
    if (group.isPresent()) {
      return Sight.listed(caller, jobs.sight.require(caller, group.get()));
    }
    if (!all) {
      return Map.of(caller.name(), Long.MIN_VALUE);
    }
    if (!caller.administrator()) {
      throw Problem.forbidden("only an administrator lists everybody's jobs; leave owner out");
    }
    return null;
  }

  private ObjectNode job(
      Caller caller, List<Homes.Group> groups, JobRecord record, JobStore.@Nullable Label label) {
    JobSnapshot now = jobs.now(record);
    if (!Jobs.isHis(caller, record)) {
      return Sight.reads(groups, record.owner(), record.submittedAt())
          ? Views.readable(now)
          : Views.listed(now);
    }
    ObjectNode node = Views.job(now);
    label(node, label);
    return node;
  }

  private JobFilter terms(Request request) {
    JobFilter terms = JobFilter.parse(request.query("q").orElse(""), clock.millis());
    terms = request.query("state").map(terms::inState).orElse(terms);
    terms = request.query("app").map(terms::ofApp).orElse(terms);
    return request.query("text").filter(text -> !text.isEmpty()).map(terms::named).orElse(terms);
  }

  /** Writes the owner's words on a job beside it. */
  static void label(ObjectNode job, JobStore.@Nullable Label label) {
    if (label != null) {
      ArrayNode tags = job.putArray("tags");
      label.tags().forEach(tags::add);
      job.put("note", label.note());
      job.put("archived", label.archived());
    }
  }
}
