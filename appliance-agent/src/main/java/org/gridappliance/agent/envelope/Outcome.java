package org.gridappliance.agent.envelope;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.gridappliance.evm.EvmResult;
import org.gridappliance.jobs.lease.Failure;
import org.jspecify.annotations.Nullable;

/**
 * How a program ended.
 *
 * @param exitCode 0..255 when it ended by itself, else null
 * @param signal the signal that ended it, as {@code SIGSEGV}; exit codes 129..159 count as signals,
 *     as in a shell
 * @param failure set when it was not the program that ended it: a limit, the envelope
 * @param wall from its start to its end, without the time it was suspended
 * @param cpu user and system time of all its processes; null when unknown
 * @param peakMemoryBytes most resident memory, of its largest process or of all together when that
 *     was seen to be more; null when unknown
 * @param refusal what the program tried last that it may not, in words; null when nothing
 * @param crash which of its processes crashed last, where and why, in words; null when none did
 * @param reached what went to hosts outside
 */
public record Outcome(
    @Nullable Integer exitCode,
    @Nullable String signal,
    @Nullable Failure failure,
    Duration wall,
    @Nullable Duration cpu,
    @Nullable Long peakMemoryBytes,
    @Nullable String refusal,
    @Nullable String crash,
    List<EvmResult.Reached> reached) {

  public Outcome {
    reached = List.copyOf(reached);
  }

  /** One that connected to nothing. */
  public Outcome(
      @Nullable Integer exitCode,
      @Nullable String signal,
      @Nullable Failure failure,
      Duration wall,
      @Nullable Duration cpu,
      @Nullable Long peakMemoryBytes,
      @Nullable String refusal,
      @Nullable String crash) {
    this(exitCode, signal, failure, wall, cpu, peakMemoryBytes, refusal, crash, List.of());
  }

  /** {@return the same with what went to hosts outside} */
  Outcome withReached(List<EvmResult.Reached> hosts) {
    return new Outcome(
        exitCode, signal, failure, wall, cpu, peakMemoryBytes, refusal, crash, hosts);
  }

  /** {@return how a program ended that was started again, with what both runs used} */
  public static Outcome after(Outcome first, Outcome then) {
    Duration cpu = first.cpu == null || then.cpu == null ? null : first.cpu.plus(then.cpu);
    Long memory =
        first.peakMemoryBytes == null || then.peakMemoryBytes == null
            ? null
            : Long.valueOf(Math.max(first.peakMemoryBytes, then.peakMemoryBytes));
    return new Outcome(
        then.exitCode,
        then.signal,
        then.failure,
        first.wall.plus(then.wall),
        cpu,
        memory,
        then.refusal,
        then.crash,
        Stream.concat(first.reached.stream(), then.reached.stream()).toList());
  }

  /** {@return what to say of data that is not what was written} */
  public static Failure altered(String reason) {
    return Failure.of(
        Failure.Kind.EXECUTOR,
        "Its data was altered on that machine while it ran: " + reason + ".",
        "It runs again on another machine; look who may write to that one's disk.");
  }

  static Outcome failed(Failure failure) {
    return new Outcome(null, null, failure, Duration.ZERO, null, null, null, null);
  }

  static Outcome ended(
      int status, Duration wall, @Nullable Duration cpu, @Nullable Long peakMemoryBytes) {
    return status > 128 && status < 160
        ? new Outcome(
            null, Signals.name(status - 128), null, wall, cpu, peakMemoryBytes, null, null)
        : new Outcome(status, null, null, wall, cpu, peakMemoryBytes, null, null);
  }

  /** {@return the same with what the envelope saw; empty words are none} */
  Outcome seen(String refused, String crashed) {
    return new Outcome(
        exitCode,
        signal,
        failure,
        wall,
        cpu,
        peakMemoryBytes,
        refused.isEmpty() ? null : refused,
        crashed.isEmpty() ? null : crashed,
        reached);
  }
}
