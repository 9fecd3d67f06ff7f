package org.gridappliance.jobs.history;

import org.jspecify.annotations.Nullable;

/**
 * How one node stands now.
 *
 * @param word what its history calls it: Up, Away, Paused, Problem, Draining or Banned
 * @param reason why, in words
 */
public record NodeState(long node, String word, @Nullable String reason) {}
