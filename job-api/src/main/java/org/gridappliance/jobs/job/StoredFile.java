package org.gridappliance.jobs.job;

/**
 * An input file of a job.
 *
 * @param input the input it is a value of
 * @param name as the caller gave it: a path in the home, or {@code example:NAME}
 */
public record StoredFile(String input, String name, long bytes, String sha256) {}
