package org.gridappliance.jobs.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.jobs.Countries;
import org.gridappliance.jobs.app.Column;
import org.gridappliance.jobs.app.Plot;
import org.gridappliance.jobs.app.Resources;
import org.gridappliance.jobs.deliver.Delivery;
import org.gridappliance.jobs.history.Load;
import org.gridappliance.jobs.history.NodeEvent;
import org.gridappliance.jobs.history.NodeJob;
import org.gridappliance.jobs.job.Hold;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.job.JobState;
import org.gridappliance.jobs.job.Json;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.pool.JobSnapshot;
import org.gridappliance.jobs.pool.NodeSnapshot;
import org.gridappliance.jobs.pool.PoolSnapshot;
import org.jspecify.annotations.Nullable;

/** The schemas of {@code openapi/jobs.yaml}, written. Pure. */
final class Views {
  static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private Views() {}

  static ObjectNode job(JobSnapshot now) {
    JobRecord job = now.record();
    ObjectNode node = JSON.objectNode();
    node.put("id", job.id());
    node.put("name", job.name());
    node.put("app", job.app());
    node.put("appTitle", job.appTitle());
    node.put("owner", job.owner());
    node.put("pool", job.pool());
    node.put("state", job.state().word());
    counts(node.putObject("counts"), now);
    node.put("phase", now.phase());
    node.put("secondsLeft", now.secondsLeft());
    JobSnapshot.Advance advance = now.advance();
    if (advance == null) {
      node.putNull("progress");
    } else {
      node.putObject("progress")
          .put("percent", advance.percent())
          .put("message", advance.message());
    }
    node.put("submittedAt", time(job.submittedAt()));
    node.put("startedAt", time(job.startedAt()));
    node.put("endedAt", time(job.endedAt()));
    failure(node, job.failure());
    Hold hold = job.hold();
    if (hold == null) {
      node.putNull("hold");
    } else {
      node.putObject("hold")
          .put("by", hold.by())
          .put("reason", hold.reason())
          .put("at", time(hold.at()));
    }
    return node;
  }

  /** As {@link #job}, for somebody whom a group lets list it: without what its program said. */
  static ObjectNode listed(JobSnapshot now) {
    ObjectNode node = job(now);
    node.putNull("phase");
    node.putNull("progress");
    node.putNull("failure");
    node.putNull("hold");
    node.put("access", "listed");
    return node;
  }

  /** As {@link #job}, for somebody whom a group lets read it. */
  static ObjectNode readable(JobSnapshot now) {
    return job(now).put("access", "read");
  }

  private static void counts(ObjectNode counts, JobSnapshot now) {
    JobState state = now.record().state();
    boolean held = state == JobState.HELD;
    int rest = now.idle() + now.running();
    counts.put("total", now.record().total());
    counts.put("idle", state.ended() || held ? 0 : now.idle());
    boolean paused = state.ended() || state == JobState.SUSPENDED;
    counts.put("running", paused ? 0 : now.running());
    counts.put("suspended", state == JobState.SUSPENDED ? now.running() : 0);
    counts.put("held", held ? now.idle() : 0);
    counts.put("completed", now.completed());
    counts.put("failed", now.failed());
    counts.put("removed", state.ended() ? rest : 0);
  }

  static void failure(ObjectNode node, @Nullable Failure failure) {
    if (failure == null) {
      node.putNull("failure");
    } else {
      node.set("failure", Json.tree(failure));
    }
  }

  static @Nullable String time(@Nullable Long millis) {
    return millis == null ? null : Instant.ofEpochMilli(millis).toString();
  }

  /** Adds the job that had the same results, when there is one. */
  static void earlier(ObjectNode answer, Optional<JobRecord> earlier) {
    earlier.ifPresent(
        job -> {
          long ended = job.endedAt() == null ? job.submittedAt() : job.endedAt();
          long started = job.startedAt() == null ? job.submittedAt() : job.startedAt();
          answer
              .putObject("earlier")
              .put("job", job.id())
              .put("name", job.name())
              .put("endedAt", time(ended))
              .put("seconds", Math.max(0, ended - started) / 1000.0);
        });
  }

  static ObjectNode resources(Resources resources) {
    ObjectNode node = JSON.objectNode();
    node.put("cpus", resources.cpus());
    node.put("memoryBytes", resources.memoryBytes());
    node.put("diskBytes", resources.diskBytes());
    node.put("minimumSeconds", resources.minimumSeconds());
    node.put("expectedSeconds", resources.expectedSeconds());
    node.put("maximumSeconds", resources.maximumSeconds());
    node.put("priority", resources.priority());
    return node;
  }

  static ObjectNode column(Column column) {
    ObjectNode node = JSON.objectNode();
    node.put("name", column.name());
    node.put("title", column.title());
    node.put("type", column.type().word());
    node.put("units", column.units().orElse(null));
    return node;
  }

  static ObjectNode plot(Plot plot) {
    ObjectNode node = JSON.objectNode();
    node.put("title", plot.title());
    node.put("kind", plot.kind().word());
    node.put("table", plot.table());
    node.set("x", axis(plot.x()));
    if (plot.y().isPresent()) {
      node.set("y", axis(plot.y().get()));
    } else {
      node.putNull("y");
    }
    plot.z().ifPresent(z -> node.set("z", axis(z)));
    node.put("label", plot.label().orElse(null));
    return node;
  }

  private static ObjectNode axis(Plot.Axis axis) {
    ObjectNode node = JSON.objectNode();
    node.put("column", axis.column());
    node.put("label", axis.label());
    node.put("units", axis.units().orElse(null));
    node.put("scale", axis.logarithmic() ? "log" : "linear");
    return node;
  }

  static ObjectNode delivery(Delivery delivery) {
    ObjectNode node = JSON.objectNode();
    node.put("state", delivery.state().word());
    node.put("folder", delivery.state() == Delivery.State.COPIED ? delivery.folder() : null);
    node.put("message", delivery.message());
    return node;
  }

  static ObjectNode file(FileRef file) {
    ObjectNode node = JSON.objectNode();
    node.put("path", file.path());
    node.put("bytes", file.bytes());
    node.put("sha256", file.sha256());
    return node;
  }

  /**
   * Writes a node.
   *
   * @param caller whose subjobs there are shown
   * @param countries asked where nobody set its place
   */
  static ObjectNode node(NodeSnapshot now, String caller, Countries countries) {
    ObjectNode node = JSON.objectNode();
    node.put("id", now.id());
    node.put("kind", now.kind().name().toLowerCase(Locale.ROOT));
    node.put("name", now.name());
    node.put("state", now.state());
    node.put("reason", now.reason());
    node.put("cpus", now.cpus());
    node.put("freeCpus", now.freeCpus());
    node.put("memoryBytes", now.memoryBytes());
    node.put("version", now.version());
    node.put("lastSeenAt", now.lastSeenAt() == 0 ? null : time(now.lastSeenAt()));
    node.put("enrolledAt", time(now.enrolledAt()));
    node.put("standing", now.standing().word());
    node.put("load", now.load());
    if (now.place() != null) {
      node.set("place", Json.tree(now.place()));
    } else {
      putCountry(node, now.address(), countries);
    }
    ArrayNode running = node.putArray("running");
    for (NodeSnapshot.Running one : now.running()) {
      if (one.owner().equals(caller)) {
        running.addObject().put("job", one.job()).put("index", one.index());
      }
    }
    return node;
  }

  /** Writes what a machine's address tells of its place, if anything. */
  static void putCountry(ObjectNode machine, @Nullable String address, Countries countries) {
    Optional.ofNullable(address)
        .flatMap(countries::of)
        .ifPresent(country -> machine.put("country", country));
  }

  static ObjectNode nodeJob(NodeJob job) {
    ObjectNode node = JSON.objectNode();
    node.put("job", job.job());
    node.put("owner", job.owner());
    node.put("name", job.name());
    node.put("subjobs", job.subjobs());
    node.put("failed", job.failed());
    node.put("startedAt", time(job.startedAt()));
    node.put("endedAt", job.endedAt() == null ? null : time(job.endedAt()));
    return node;
  }

  static ObjectNode event(NodeEvent event) {
    ObjectNode node = JSON.objectNode();
    node.put("at", time(event.at()));
    node.put("kind", event.kind());
    node.put("reason", event.reason());
    return node;
  }

  /**
   * Writes a point of the pool's history.
   *
   * @param only whose name may be shown; null shows all
   */
  static ObjectNode load(long at, Load load, @Nullable String only) {
    ObjectNode node = JSON.objectNode();
    node.put("at", time(at));
    node.put("running", load.running());
    node.put("free", load.free());
    node.put("off", load.off());
    node.put("waiting", load.waiting());
    ObjectNode users = node.putObject("users");
    double others = 0;
    for (Map.Entry<String, Double> one : load.users().entrySet()) {
      if (only == null || only.equals(one.getKey())) {
        users.put(one.getKey(), one.getValue());
      } else {
        others += one.getValue();
      }
    }
    if (others > 0) {
      node.put("others", others);
    }
    return node;
  }

  static ObjectNode pool(PoolSnapshot now) {
    ObjectNode node = JSON.objectNode();
    node.put("nodes", now.nodes());
    node.put("slots", now.slots());
    node.put("freeSlots", now.freeSlots());
    node.put("idle", now.idle());
    node.put("running", now.running());
    node.put("accepting", now.accepting());
    node.put("reason", now.reason());
    return node;
  }
}
