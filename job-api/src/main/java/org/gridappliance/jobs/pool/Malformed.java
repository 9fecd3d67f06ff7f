package org.gridappliance.jobs.pool;

import java.util.List;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Failure.Kind;

/**
 * Tells a job that cannot work from bad luck (Entropia §4.3.3: "if all of the subjobs are coming
 * back as failed from different clients"): the program itself failed {@value #FAILURES} times in a
 * row without one success, on at least two nodes, or on the only one there is.
 */
final class Malformed {
  static final int FAILURES = 5;

  private Malformed() {}

  static boolean is(ActiveJob job, List<Node> usable) {
    if (job.completed > 0 || job.badInARow < FAILURES) {
      return false;
    }
    return job.badNodes.size() > 1
        || usable.stream()
            .allMatch(
                node -> job.badNodes.contains(node.id()) || !node.couldRun(job.plan.limits()));
  }

  static Failure failure(ActiveJob job) {
    Failure first = job.firstFailure;
    String where = job.badNodes.size() > 1 ? " on " + job.badNodes.size() + " different nodes" : "";
    String why = first == null ? "" : "; the first: " + first.message();
    return new Failure(
        Kind.PROGRAM,
        "the first "
            + job.badInARow
            + " subjobs to end all failed"
            + where
            + ", so the job was stopped"
            + why,
        "the inputs most likely do not suit this application: check them, then submit again",
        first == null ? null : first.exitCode(),
        first == null ? null : first.signal(),
        first == null ? List.of() : first.lines());
  }
}
