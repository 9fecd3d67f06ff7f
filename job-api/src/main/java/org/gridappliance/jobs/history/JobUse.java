package org.gridappliance.jobs.history;

/**
 * What some runs asked for and used. Immutable.
 *
 * @param runs that ended
 * @param completed of these
 * @param coreSeconds cores asked for × run time
 * @param lostSeconds the same of runs that did not complete
 * @param measuredSeconds the same of runs whose CPU time is known
 * @param cpuSeconds used by these
 * @param memoryAsked bytes × run time, of runs whose peak is known
 * @param memoryUsed the same with the peak in place of what was asked for
 * @param memoryBytes the most that a run asked for
 * @param peakMemory the most that one used, 0 when unknown
 */
public record JobUse(
    long runs,
    long completed,
    double coreSeconds,
    double lostSeconds,
    double measuredSeconds,
    double cpuSeconds,
    double memoryAsked,
    double memoryUsed,
    long memoryBytes,
    long peakMemory) {
  /** Nothing. */
  public static final JobUse NONE = new JobUse(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  static JobUse of(Run run) {
    double core = run.wallSeconds() * run.cpus();
    boolean completed = run.state() == Run.State.COMPLETED;
    Double cpu = run.cpuSeconds();
    Long peak = run.peakMemory();
    return new JobUse(
        1,
        completed ? 1 : 0,
        core,
        completed ? 0 : core,
        cpu == null ? 0 : core,
        cpu == null ? 0 : cpu,
        peak == null ? 0 : run.wallSeconds() * run.memoryBytes(),
        peak == null ? 0 : run.wallSeconds() * peak,
        run.memoryBytes(),
        peak == null ? 0 : peak);
  }

  /** {@return both together} */
  public JobUse plus(JobUse other) {
    return new JobUse(
        runs + other.runs,
        completed + other.completed,
        coreSeconds + other.coreSeconds,
        lostSeconds + other.lostSeconds,
        measuredSeconds + other.measuredSeconds,
        cpuSeconds + other.cpuSeconds,
        memoryAsked + other.memoryAsked,
        memoryUsed + other.memoryUsed,
        Math.max(memoryBytes, other.memoryBytes),
        Math.max(peakMemory, other.peakMemory));
  }
}
