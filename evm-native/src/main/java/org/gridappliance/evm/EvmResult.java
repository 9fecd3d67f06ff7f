package org.gridappliance.evm;

import java.time.Duration;
import java.util.List;

/**
 * How a run ended, and what it used.
 *
 * @param exitCode of the program; -1 if it did not exit by itself
 * @param signal that ended it; 0 if none
 * @param limit name of the limit reached ("wall-ms", "memory-bytes", …); empty if none
 * @param reason one sentence for everything but EXITED and SIGNALED; empty for these
 * @param wall from the program's first instruction to its end, pauses included
 * @param paused of that time, paused
 * @param user CPU time of all processes
 * @param system CPU time of all processes in the kernel
 * @param maxRssBytes of the largest process
 * @param peak most seen, sampled four times a second
 * @param crash which of its processes died of a fault last, in which file at which offset, and why,
 *     in words; empty if none did, or the kernel lets nobody trace
 * @param refusedCalls system calls that were refused
 * @param lastRefusal the last of them, in words; empty if none
 * @param refusals the first 16 kinds of them
 * @param reached what went to each host and port that it might connect to
 */
public record EvmResult(
    Outcome outcome,
    int exitCode,
    int signal,
    String limit,
    String reason,
    Duration wall,
    Duration paused,
    Duration user,
    Duration system,
    long maxRssBytes,
    EvmUsage peak,
    String crash,
    long refusedCalls,
    String lastRefusal,
    List<Refusal> refusals,
    List<Reached> reached) {
  public EvmResult {
    reached = List.copyOf(reached);
    refusals = List.copyOf(refusals);
  }

  /** What ended the run. */
  public enum Outcome {
    /** The program exited by itself. */
    EXITED,
    /** A signal ended it, for instance a crash. */
    SIGNALED,
    /** A limit was reached. */
    LIMIT,
    /** The controller or a signal to the launcher asked for it. */
    KILLED,
    /** The controller was silent or gone. */
    LIFELINE,
    /** Sealed scratch is not what was written to it; the subjob belongs on another machine. */
    ALTERED,
    /** The sandbox or the program could not be started. */
    REFUSED,
    /** The launcher itself ended without a report; everything inside ended with it. */
    LOST
  }

  /**
   * What went to a host outside and came from it.
   *
   * @param connections begun by the program
   * @param failed of those: nobody answered there
   */
  public record Reached(
      String host, int port, long connections, long failed, long sentBytes, long receivedBytes) {}

  /**
   * A kind of refused call.
   *
   * @param words what the program tried
   * @param count how often
   */
  public record Refusal(String words, long count) {}
}
