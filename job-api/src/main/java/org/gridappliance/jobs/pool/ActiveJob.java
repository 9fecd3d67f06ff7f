package org.gridappliance.jobs.pool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.gridappliance.jobs.job.JobPlan;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.jspecify.annotations.Nullable;

/**
 * A job that has not ended, in memory: a byte for every subjob's state, another for its attempts, a
 * bit for those ready; nothing per event grows with the number of subjobs. Guarded by the pool's
 * lock, but for {@code transition}.
 */
final class ActiveJob {
  /** What went wrong with one subjob so far. */
  static final class Faults {
    int tries;
    int lost;
    final Set<Long> nodes = new HashSet<>();
  }

  /** How far the merge command is, for a job that has one. */
  enum MergeCommand {
    NOT_YET,
    READY,
    LEASED,
    DONE
  }

  /** Held while the job's state goes from one to another on disk; taken before the pool's lock. */
  final ReentrantLock transition = new ReentrantLock();

  final JobPlan plan;
  JobRecord record;
  final byte[] states;
  private final byte[] attempts;
  private final BitSet ready = new BitSet();
  private int cursor;
  private final Deque<Integer> again = new ArrayDeque<>();
  private int mergeAttempts;
  int readyCount;
  int idle;
  int running;

  /** Of those running, the ones that another scheduler holds but has not begun. */
  int waiting;

  int completed;
  int failed;
  double meanSeconds;
  boolean meanKnown;
  final Map<Integer, Faults> faults = new HashMap<>();
  final Map<Integer, Held> held = new HashMap<>();

  /** Nodes on which a subjob completed, at most 64. */
  final Set<Long> goodNodes = new HashSet<>();

  /** Failures of the program itself since the last success, and where. */
  int badInARow;

  final Set<Long> badNodes = new HashSet<>();
  @Nullable Failure firstFailure;

  MergeCommand merge = MergeCommand.NOT_YET;
  JobPlan.@Nullable Work mergeWork;
  @Nullable Failure mergeFailure;
  List<FileRef> mergeOutputs = List.of();

  /** Its last subjob has ended and the finisher was told. */
  boolean finishing;

  /** Waits for its result to be merged, in words. */
  @Nullable String finishingPhase;

  ActiveJob(JobRecord record, JobPlan plan) {
    this.record = record;
    this.plan = plan;
    this.states = new byte[record.total()];
    this.attempts = new byte[record.total()];
    Arrays.fill(states, (byte) 'I');
    ready.set(0, record.total());
    readyCount = record.total();
    idle = record.total();
    meanSeconds = plan.resources().expectedSeconds();
  }

  long id() {
    return record.id();
  }

  String pool() {
    return record.pool();
  }

  int attempt(int index) {
    return index < 0 ? mergeAttempts : attempts[index];
  }

  void attempt(int index, int value) {
    if (index < 0) {
      mergeAttempts = value;
    } else {
      attempts[index] = (byte) Math.min(value, Byte.MAX_VALUE);
    }
  }

  /** Takes up a row of the database, before the job is in the queue. */
  void restore(int index, char state, int attempt) {
    attempt(index, attempt);
    if (index >= 0 && state != 'I') {
      ready.clear(index);
      readyCount--;
      move(index, state);
    }
  }

  /** {@return whether some subjob can be handed out} */
  boolean hasReady() {
    return readyCount > 0 || merge == MergeCommand.READY;
  }

  /**
   * Takes up to {@code most} ready subjobs out of the queue, and makes them running.
   *
   * @param avoid leaves those that failed on this node to others; {@code null} when there is no
   *     other
   */
  List<Integer> take(int most, @Nullable Long avoid) {
    List<Integer> taken = new ArrayList<>();
    if (merge == MergeCommand.READY) {
      merge = MergeCommand.LEASED;
      return List.of(LeaseProtocol.MERGE_INDEX);
    }
    Iterator<Integer> retries = again.iterator();
    while (retries.hasNext() && taken.size() < most) {
      int index = retries.next();
      Faults fault = faults.get(index);
      if (avoid == null || fault == null || !fault.nodes.contains(avoid)) {
        retries.remove();
        taken.add(index);
      }
    }
    while (taken.size() < most) {
      int index = ready.nextSetBit(cursor);
      if (index < 0) {
        break;
      }
      ready.clear(index);
      cursor = index + 1;
      taken.add(index);
    }
    readyCount -= taken.size();
    taken.forEach(index -> move(index, 'R'));
    return taken;
  }

  /** Puts a subjob that runs back into the queue. */
  void giveBack(int index) {
    if (index < 0) {
      merge = MergeCommand.READY;
      return;
    }
    move(index, 'I');
    readyCount++;
    if (faults.containsKey(index)) {
      again.add(index);
    } else {
      ready.set(index);
      cursor = Math.min(cursor, index);
    }
  }

  /** Moves a subjob from its state to another, and the counts with it. */
  void move(int index, char to) {
    count((char) states[index], -1);
    states[index] = (byte) to;
    count(to, 1);
  }

  private void count(char state, int change) {
    switch (state) {
      case 'I' -> idle += change;
      case 'R' -> running += change;
      case 'C' -> completed += change;
      case 'F' -> failed += change;
      default -> throw new IllegalStateException("no subjob is stored as " + state);
    }
  }

  /** Notes how long a subjob took; the newest weigh most. */
  void took(double seconds) {
    meanSeconds = meanKnown ? meanSeconds * 0.9 + seconds * 0.1 : seconds;
    meanKnown = true;
  }

  Faults faultsOf(int index) {
    return faults.computeIfAbsent(index, i -> new Faults());
  }

  boolean subjobsEnded() {
    return idle == 0 && running == 0;
  }
}
