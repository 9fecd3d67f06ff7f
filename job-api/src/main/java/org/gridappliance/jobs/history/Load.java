package org.gridappliance.jobs.history;

import java.util.Map;

/**
 * What the pool does at one moment, or on average over a bucket.
 *
 * @param running cores in use
 * @param free cores that would be used at once
 * @param off cores of nodes that are there but take no work: paused, draining, or in trouble
 * @param waiting subjobs in the queue
 * @param users cores in use by the name of who uses them
 */
public record Load(
    double running, double free, double off, double waiting, Map<String, Double> users) {
  public Load {
    users = Map.copyOf(users);
  }
}
