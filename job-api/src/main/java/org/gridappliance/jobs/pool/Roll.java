package org.gridappliance.jobs.pool;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import org.gridappliance.jobs.history.Run;
import org.gridappliance.jobs.history.RunStore;
import org.gridappliance.jobs.job.Ids;
import org.gridappliance.jobs.job.JobState;
import org.gridappliance.jobs.job.SubjobRow;
import org.gridappliance.jobs.job.SubjobStore;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Failure.Kind;
import org.gridappliance.jobs.lease.Heartbeat;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews leases by heartbeat, and takes back those that nobody renews. */
final class Roll {
  private static final Logger log = LoggerFactory.getLogger(Roll.class);

  /** A lease that so many heartbeats in a row do not name was forgotten by its node. */
  private static final int FORGOTTEN_AFTER = 2;

  private static final long YOUNG_MILLIS = 10_000;

  private final PoolState state;
  private final SubjobStore subjobs;
  private final LongConsumer ended;

  Roll(PoolState state, SubjobStore subjobs, LongConsumer ended) {
    this.state = state;
    this.subjobs = subjobs;
    this.ended = ended;
  }

  /** {@return what the node must do; leases that are its own are renewed} */
  Heartbeat.Orders heartbeat(Node node, Heartbeat beat) {
    List<String> stop = new ArrayList<>();
    List<String> suspend = new ArrayList<>();
    List<String> finish = new ArrayList<>();
    List<Held> forgotten = new ArrayList<>();
    state.lock.lock();
    try {
      long now = state.clock.millis();
      node.lastSeenAt = now;
      node.nudged = false;
      Set<Held> named = new HashSet<>();
      for (Heartbeat.Item item : beat.leases()) {
        Held held = state.held.get(item.lease());
        if (held == null || held.node != node || held.lease.fence() != item.fence()) {
          stop.add(item.lease());
          continue;
        }
        named.add(held);
        held.renew(state.ticks.getAsLong());
        if (item.started() && !held.started && held.job.completed == 0) {
          state.noteJob(held.job); // its phase goes from staging in to running
        }
        state.started(held, item.started());
        if (item.percent() != null && !item.percent().equals(held.percent)) {
          held.percent = item.percent();
          state.noteSubjob(held.job, held.lease.index());
        }
        if (held.job.record.state() == JobState.SUSPENDED) {
          suspend.add(item.lease());
        } else if (held.finish) {
          finish.add(item.lease());
        }
      }
      for (Held held : node.held.values()) {
        if (!named.contains(held)
            && !held.ending
            && now - held.handedOutAt >= YOUNG_MILLIS
            && ++held.missed >= FORGOTTEN_AFTER) {
          forgotten.add(held);
        }
      }
      forgotten.forEach(held -> held.ending = true);
    } finally {
      state.lock.unlock();
    }
    lose(forgotten, "started anew and forgot this subjob");
    return new Heartbeat.Orders(stop, suspend, finish);
  }

  /** Takes back the leases whose time is over. */
  void expire() {
    List<Held> expired = new ArrayList<>();
    state.lock.lock();
    try {
      long now = state.ticks.getAsLong();
      for (Held held : state.held.values()) {
        if (held.expiresAt <= now && !held.ending) {
          held.ending = true;
          expired.add(held);
        }
      }
    } finally {
      state.lock.unlock();
    }
    lose(expired, "was not heard of for longer than its lease");
  }

  /** Takes back all leases of a node; {@code how} goes on "the node one …". */
  void abandon(Node node, String how) {
    List<Held> all;
    state.lock.lock();
    try {
      all = node.held.values().stream().filter(held -> !held.ending).toList();
      all.forEach(held -> held.ending = true);
    } finally {
      state.lock.unlock();
    }
    lose(all, how);
  }

  private void lose(List<Held> lost, String how) {
    if (lost.isEmpty()) {
      return;
    }
    List<SubjobRow> failed = new ArrayList<>();
    List<Run> runs = new ArrayList<>();
    Set<Long> touched = new HashSet<>();
    state.lock.lock();
    try {
      for (Held held : lost) {
        held.ending = false;
        if (state.held.get(held.lease.lease()) != held) {
          continue; // cancelled meanwhile
        }
        state.release(held);
        int index = held.lease.index();
        log.info(
            "lease lost job={} index={} node={} attempt={}",
            held.job.id(),
            index,
            held.node.row.name(),
            held.attempt);
        if (index == LeaseProtocol.MERGE_INDEX) {
          held.job.merge = ActiveJob.MergeCommand.READY;
          state.work.signalAll();
          continue;
        }
        ActiveJob.Faults faults = held.job.faultsOf(index);
        faults.lost++;
        if (faults.nodes.size() < 16) {
          faults.nodes.add(held.node.id());
        }
        Failure why =
            Failure.of(
                Kind.LOST,
                "the node " + held.node.row.name() + " " + how,
                "it is tried again elsewhere");
        Verdict verdict = Classifier.judge(why, faults.tries, faults.lost, false, true);
        if (verdict instanceof Verdict.Failed(Failure last)) {
          failed.add(row(held, last));
        }
        if (!held.waits()) {
          runs.add(PastRuns.lost(held, verdict, why, state.clock.millis()));
        }
        state.settle(held.job, index, verdict, held.node.id(), false);
        state.noteJob(held.job);
        touched.add(held.job.id());
      }
    } finally {
      state.lock.unlock();
    }
    if (!failed.isEmpty() || !runs.isEmpty()) {
      subjobs.ended(failed, List.of(), handle -> RunStore.add(handle, runs));
    }
    touched.forEach(ended::accept);
  }

  private SubjobRow row(Held held, Failure why) {
    return new SubjobRow(
        Ids.subjob(held.lease.job(), held.lease.index()),
        'F',
        held.attempt,
        held.lease.fence(),
        held.node.id(),
        held.handedOutAt,
        state.clock.millis(),
        null,
        null,
        null,
        null,
        why,
        List.of(),
        held.machine);
  }
}
