package org.gridappliance.jobs.lease;

/**
 * What one subjob may use at most.
 *
 * @param cpus cores, ≥ 1
 * @param memoryBytes resident memory of all its processes
 * @param diskBytes bytes in its scratch folder
 * @param processes processes and threads at once
 * @param wallSeconds time from start to end
 * @param outputBytes bytes of stdout and stderr, each
 */
public record Limits(
    int cpus,
    long memoryBytes,
    long diskBytes,
    int processes,
    double wallSeconds,
    long outputBytes) {}
