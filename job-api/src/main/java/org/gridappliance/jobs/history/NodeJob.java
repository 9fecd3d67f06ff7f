package org.gridappliance.jobs.history;

import org.jspecify.annotations.Nullable;

/**
 * A job of which something ran on a machine.
 *
 * @param subjobs of it that ran there, among the newest that are looked at
 * @param failed of them
 * @param startedAt when the first of them began, milliseconds since 1970
 * @param endedAt when the last of them ended; null while one runs
 */
public record NodeJob(
    long job,
    String owner,
    String name,
    int subjobs,
    int failed,
    long startedAt,
    @Nullable Long endedAt) {}
