package org.gridappliance.evm;

import java.time.Duration;

/**
 * What all processes of a sandbox use at a moment, or used at most.
 *
 * @param cpu user and system time so far
 * @param memoryBytes resident memory and in-memory files
 * @param processes processes and threads
 * @param diskBytes blocks of files under /work, removed but open ones too
 * @param diskFiles entries under /work
 */
public record EvmUsage(
    Duration cpu, long memoryBytes, long processes, long diskBytes, long diskFiles) {}
