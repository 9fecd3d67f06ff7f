package org.gridappliance.jobs.history;

/**
 * What a person had of the pool in a month.
 *
 * @param month as {@code 2026-11}, UTC
 * @param jobs that were submitted in it
 * @param completed subjobs of these jobs so far
 * @param failed likewise
 * @param coreHours in use in it, of both pools
 */
public record Usage(
    String month, String person, long jobs, long completed, long failed, double coreHours) {}
