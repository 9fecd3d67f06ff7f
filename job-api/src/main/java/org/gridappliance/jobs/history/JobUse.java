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
 * @param timeUsed seconds that completed runs took of which is known how long they might have
 * @param timeExpected of these, as their applications declare
 * @param timeAllowed of these, at most
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
    double timeUsed,
    double timeExpected,
    double timeAllowed,
    long memoryBytes,
    long peakMemory) {
  /** Nothing. */
  public static final JobUse NONE = new JobUse(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  static JobUse of(Run run) {
    double core = run.wallSeconds() * run.cpus();
    boolean completed = run.state() == Run.State.COMPLETED;
    boolean timed = completed && run.maximumSeconds() > 0;
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
        timed ? run.wallSeconds() : 0,
        timed ? run.expectedSeconds() : 0,
        timed ? run.maximumSeconds() : 0,
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
        timeUsed + other.timeUsed,
        timeExpected + other.timeExpected,
        timeAllowed + other.timeAllowed,
        Math.max(memoryBytes, other.memoryBytes),
        Math.max(peakMemory, other.peakMemory));
  }
}
