package org.gridappliance.jobs.app;

/**
 * What one subjob may use and how long it takes.
 *
 * @param cpus 1..64
 * @param memoryBytes of all its processes together
 * @param diskBytes of its scratch folder, inputs not counted
 * @param minimumSeconds shorter is suspicious
 * @param expectedSeconds of a typical subjob
 * @param maximumSeconds after which it is stopped
 * @param priority -20..20, higher runs first
 */
public record Resources(
    int cpus,
    long memoryBytes,
    long diskBytes,
    double minimumSeconds,
    double expectedSeconds,
    double maximumSeconds,
    int priority) {
  /** {@return the same with another amount of memory} */
  public Resources withMemory(long bytes) {
    return new Resources(
        cpus, bytes, diskBytes, minimumSeconds, expectedSeconds, maximumSeconds, priority);
  }
}
