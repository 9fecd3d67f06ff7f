package org.gridappliance.jobs.lease;

/**
 * Somebody wants to see into a subjob that runs.
 *
 * @param channel names the connection that is wanted, once: 43 letters that cannot be guessed
 * @param lease which subjob
 * @param fence that lease's fence
 * @param kind {@link LeaseProtocol#VNC} or {@link LeaseProtocol#TERMINAL}
 */
public record Opening(String channel, String lease, long fence, String kind) {}
