package org.gridappliance.jobs.lease;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The right to run one subjob until {@code leaseSeconds} after the last heartbeat.
 *
 * @param lease its name
 * @param fence grows with every lease of any subjob; a result or output with an older one is
 *     refused
 * @param job the job's id
 * @param index the subjob's index, or {@link LeaseProtocol#MERGE_INDEX}
 * @param command the argument list, never empty, never for a shell
 * @param environment variables beside the envelope's own
 * @param inputs files to lay into the scratch folder before the start
 * @param outputs paths or globs to bring back, relative to the scratch folder
 * @param limits what it may use
 * @param leaseSeconds how long the lease holds without a heartbeat
 * @param heartbeatSeconds how often to renew it
 * @param interactive {@link LeaseProtocol#VNC} when the program shows windows that people open over
 *     {@link LeaseProtocol#LINE}; null when not
 * @param sandbox null for a program of the executor's machine that may do what every program may
 * @param checkpoint globs of the files that hold its state; null when it does not write any
 */
public record Lease(
    String lease,
    long fence,
    long job,
    int index,
    List<String> command,
    Map<String, String> environment,
    List<FileRef> inputs,
    List<String> outputs,
    Limits limits,
    int leaseSeconds,
    int heartbeatSeconds,
    @Nullable String interactive,
    @Nullable Sandbox sandbox,
    @Nullable List<String> checkpoint) {

  /** The exit status of a program that wrote its state and wants to be started again. */
  public static final int CHECKPOINTED = 85;

  /** {@return the same with other limits} */
  public Lease withLimits(Limits other) {
    return new Lease(
        lease,
        fence,
        job,
        index,
        command,
        environment,
        inputs,
        outputs,
        other,
        leaseSeconds,
        heartbeatSeconds,
        interactive,
        sandbox,
        checkpoint);
  }

  /** {@return the same in another sandbox} */
  public Lease withSandbox(Sandbox other) {
    return new Lease(
        lease,
        fence,
        job,
        index,
        command,
        environment,
        inputs,
        outputs,
        limits,
        leaseSeconds,
        heartbeatSeconds,
        interactive,
        other,
        checkpoint);
  }
}
