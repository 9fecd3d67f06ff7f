package org.gridappliance.jobs.pool;

import org.jspecify.annotations.Nullable;

/**
 * The pool at one moment.
 *
 * @param nodes machines that have joined
 * @param slots cores of those that can be used
 * @param idle subjobs in the queue
 * @param reason why no job can run now, with the remedy
 */
public record PoolSnapshot(
    int nodes,
    int slots,
    int freeSlots,
    long idle,
    long running,
    boolean accepting,
    @Nullable String reason) {}
