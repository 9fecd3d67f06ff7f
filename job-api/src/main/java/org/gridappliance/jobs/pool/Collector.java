package org.gridappliance.jobs.pool;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.gridappliance.jobs.history.Run;
import org.gridappliance.jobs.history.RunStore;
import org.gridappliance.jobs.job.Ids;
import org.gridappliance.jobs.job.StorageException;
import org.gridappliance.jobs.job.SubjobRow;
import org.gridappliance.jobs.job.SubjobStore;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Failure.Kind;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.SubjobResult;
import org.jspecify.annotations.Nullable;

/**
 * Takes results in. A request's results go to disk in one transaction, together with those of other
 * requests that come at the same time, before they are answered. Each counts once: its lease must
 * be held, by this node, with this fence.
 */
final class Collector {
  static final int TAKEN = 204;
  static final int NOT_YOURS = 404;
  static final int SUPERSEDED = 409;

  /** Short outputs up to so many characters live in the database, longer ones in files. */
  static final int SHORT_OUTPUT = 4096;

  private final PoolState state;
  private final SubjobStore subjobs;
  private final LongConsumer ended;

  /**
   * @param ended told of a job whose subjobs have all ended, or whose merge command has
   */
  Collector(PoolState state, SubjobStore subjobs, LongConsumer ended) {
    this.state = state;
    this.subjobs = subjobs;
    this.ended = ended;
  }

  private record Taken(
      Held held, SubjobResult result, @Nullable Failure failure, boolean fast, Verdict verdict) {}

  /** {@return one status a result, in order} */
  List<Integer> results(Node node, List<SubjobResult> results) {
    node.results.lock();
    try {
      List<Integer> statuses = new ArrayList<>(results.size());
      Map<Held, SubjobResult> claimed = claim(node, results, statuses);
      if (!claimed.isEmpty()) {
        keep(claimed);
      }
      return statuses;
    } finally {
      node.results.unlock();
    }
  }

  private Map<Held, SubjobResult> claim(
      Node node, List<SubjobResult> results, List<Integer> statuses) {
    Map<Held, SubjobResult> claimed = new LinkedHashMap<>();
    state.lock.lock();
    try {
      node.lastSeenAt = state.clock.millis();
      for (SubjobResult result : results) {
        Held held = state.held.get(result.lease());
        if (held != null && held.node == node && held.lease.fence() == result.fence()) {
          if (held.ending) { // named twice in one request
            statuses.add(SUPERSEDED);
            continue;
          }
          held.ending = true;
          claimed.put(held, result);
          statuses.add(TAKEN);
        } else {
          statuses.add(isOwnName(node, result.lease()) ? SUPERSEDED : NOT_YOURS);
        }
      }
    } finally {
      state.lock.unlock();
    }
    return claimed;
  }

  private static boolean isOwnName(Node node, String lease) {
    return LeaseName.parse(lease).map(name -> name.node() == node.id()).orElse(false);
  }

  private void keep(Map<Held, SubjobResult> claimed) {
    try {
      Map<Held, @Nullable Failure> failures = new LinkedHashMap<>();
      claimed.forEach((held, result) -> failures.put(held, failure(held, result)));
      List<SubjobStore.ShortOutput> outputs = new ArrayList<>();
      for (Map.Entry<Held, SubjobResult> one : claimed.entrySet()) {
        output(one.getKey(), "stdout", one.getValue().stdout(), outputs);
        output(one.getKey(), "stderr", one.getValue().stderr(), outputs);
      }
      List<Taken> taken = judge(claimed, failures);
      List<SubjobRow> rows = taken.stream().map(this::row).toList();
      long now = state.clock.millis();
      List<Run> runs =
          taken.stream()
              .map(one -> PastRuns.of(one.held(), one.result(), one.verdict(), now))
              .toList();
      subjobs.ended(rows, outputs, handle -> RunStore.add(handle, runs));
      apply(taken);
    } catch (IOException | UncheckedIOException e) {
      throw new StorageException("a subjob's output cannot be kept: " + e.getMessage(), e);
    } finally {
      state.lock.lock();
      try {
        claimed.keySet().forEach(held -> held.ending = false);
      } finally {
        state.lock.unlock();
      }
    }
  }

  /** Looks at the files that it names; those are on disk already. */
  private static @Nullable Failure failure(Held held, SubjobResult result) {
    Set<String> brought = new HashSet<>();
    for (FileRef output : result.outputs()) {
      Path blob = held.job.plan.folder().blob(output.sha256());
      try {
        if (Files.size(blob) != output.bytes()) {
          throw new IOException("length differs");
        }
      } catch (IOException e) { // absent, or not what was promised
        return Failure.of(
            Kind.EXECUTOR,
            "the output file " + output.path() + " did not arrive from " + held.node.row.name(),
            "it is tried again; look at that node's log if this comes back");
      }
      brought.add(output.path());
    }
    String missing = null;
    for (String wanted : held.lease.outputs()) {
      if (!brought.contains(wanted) && missing == null && held.lease.interactive() == null) {
        missing = wanted;
      }
    }
    return Classifier.failure(result, missing);
  }

  private static void output(
      Held held, String stream, @Nullable String text, List<SubjobStore.ShortOutput> outputs)
      throws IOException {
    if (text == null || text.isEmpty()) {
      if (held.attempt > 1) {
        long key = Ids.subjob(held.lease.job(), held.lease.index());
        outputs.add(new SubjobStore.ShortOutput(key, stream, ""));
      }
      if (text == null) {
        OutputFiles.sync(held.job.plan.folder(), held.lease.index(), stream);
      }
      return;
    }
    if (text.length() <= SHORT_OUTPUT) {
      long key = Ids.subjob(held.lease.job(), held.lease.index());
      outputs.add(new SubjobStore.ShortOutput(key, stream, text.replace("\0", "\uFFFD")));
      return;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    OutputFiles.replace(held.job.plan.folder(), held.lease.index(), stream, bytes);
  }

  private List<Taken> judge(
      Map<Held, SubjobResult> claimed, Map<Held, @Nullable Failure> failures) {
    List<Taken> taken = new ArrayList<>(claimed.size());
    state.lock.lock();
    try {
      claimed.forEach(
          (held, result) -> {
            Failure why = failures.get(held);
            boolean fast =
                why != null && Classifier.isFast(result.wallSeconds(), held.job.plan.resources());
            taken.add(new Taken(held, result, why, fast, verdict(held, why, fast)));
          });
    } finally {
      state.lock.unlock();
    }
    return taken;
  }

  private Verdict verdict(Held held, @Nullable Failure why, boolean fast) {
    if (why == null) {
      return new Verdict.Completed();
    }
    if (why.kind() == Kind.OWNER) { // as often as it takes
      return new Verdict.Again(why);
    }
    ActiveJob.Faults faults = held.job.faultsOf(held.lease.index());
    if (faults.nodes.size() < 16) {
      faults.nodes.add(held.node.id());
    }
    if (why.kind() == Kind.LOST) {
      faults.lost++;
    } else {
      faults.tries++;
    }
    boolean untried =
        state.usable(state.clock.millis(), held.job.pool()).stream()
            .anyMatch(
                other ->
                    !faults.nodes.contains(other.id()) && other.couldRun(held.job.plan.limits()));
    return Classifier.judge(why, faults.tries, faults.lost, fast, untried);
  }

  private SubjobRow row(Taken one) {
    char letter =
        switch (one.verdict()) {
          case Verdict.Completed() -> 'C';
          case Verdict.Again(Failure why) -> 'I';
          case Verdict.Failed(Failure why) -> 'F';
        };
    SubjobResult result = one.result();
    return new SubjobRow(
        Ids.subjob(one.held().lease.job(), one.held().lease.index()),
        letter,
        one.held().attempt,
        result.fence(),
        one.held().node.id(),
        one.held().handedOutAt,
        state.clock.millis(),
        result.exitCode(),
        result.wallSeconds(),
        result.cpuSeconds(),
        result.peakMemoryBytes(),
        one.failure(),
        letter == 'C' ? result.outputs() : List.of(),
        one.held().machine);
  }

  private void apply(List<Taken> taken) {
    Set<ActiveJob> touched = new HashSet<>();
    state.lock.lock();
    try {
      long now = state.clock.millis();
      for (Taken one : taken) {
        Held held = one.held();
        boolean stillHeld = state.held.get(held.lease.lease()) == held;
        if (!stillHeld) {
          continue; // cancelled meanwhile
        }
        state.release(held);
        blame(one, now);
        if (held.lease.index() == LeaseProtocol.MERGE_INDEX) {
          merged(one);
        } else {
          if (one.verdict() instanceof Verdict.Completed) {
            held.job.took(one.result().wallSeconds());
          }
          Failure why = one.failure();
          boolean programsOwn =
              why != null && (why.kind() == Kind.PROGRAM || why.kind() == Kind.LIMIT);
          state.settle(held.job, held.lease.index(), one.verdict(), held.node.id(), programsOwn);
        }
        touched.add(held.job);
      }
      touched.forEach(state::noteJob);
      touched.removeIf(job -> !mayEnd(job));
    } finally {
      state.lock.unlock();
    }
    touched.stream().map(ActiveJob::id).collect(Collectors.toSet()).forEach(ended::accept);
  }

  private boolean mayEnd(ActiveJob job) {
    return (job.subjobsEnded() && job.merge != ActiveJob.MergeCommand.LEASED)
        || Malformed.is(job, state.usable(state.clock.millis(), job.pool()));
  }

  private void blame(Taken one, long now) {
    Held held = one.held();
    Failure why = one.failure();
    String machine = held.machine;
    if (why == null) {
      held.node.failures.succeeded();
      if (machine != null) {
        state.machineFailures.remove(machine);
      }
      return;
    }
    boolean ofEngine = held.node.engine;
    if (why.kind() == Kind.OWNER || (ofEngine && (machine == null || why.kind() == Kind.LOST))) {
      return; // what is lost to another scheduler is not its machine's doing
    }
    boolean itsFault =
        why.kind().retried()
            || held.job.goodNodes.stream().anyMatch(good -> good != held.node.id());
    if (why.kind().retried() || (why.kind() == Kind.PROGRAM && one.fast())) {
      FastFailures failures =
          ofEngine
              ? state.machineFailures.computeIfAbsent(
                  String.valueOf(machine), name -> new FastFailures())
              : held.node.failures;
      if (failures.add(held.job.id(), itsFault, now)) {
        state.changes.note(0, ChangeLog.Kind.POOL, 0);
      }
    }
  }

  private static void merged(Taken one) {
    ActiveJob job = one.held().job;
    switch (one.verdict()) {
      case Verdict.Completed() -> {
        job.merge = ActiveJob.MergeCommand.DONE;
        job.mergeOutputs = one.result().outputs();
      }
      case Verdict.Again(Failure why) -> job.merge = ActiveJob.MergeCommand.READY;
      case Verdict.Failed(Failure why) -> {
        job.merge = ActiveJob.MergeCommand.DONE;
        job.mergeFailure =
            new Failure(
                Kind.MERGE,
                "the merge command failed: " + why.message(),
                why.remedy(),
                why.exitCode(),
                why.signal(),
                why.lines());
      }
    }
  }
}
