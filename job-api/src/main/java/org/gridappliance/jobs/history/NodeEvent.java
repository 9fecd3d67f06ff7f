package org.gridappliance.jobs.history;

import org.jspecify.annotations.Nullable;

/**
 * A node became something else.
 *
 * @param at milliseconds since 1970
 * @param kind Joined, or a word of {@link NodeState}
 */
public record NodeEvent(long at, String kind, @Nullable String reason) {}
