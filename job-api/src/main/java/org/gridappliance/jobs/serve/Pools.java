package org.gridappliance.jobs.serve;

import java.util.List;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.condor.CondorPool;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.job.Submission;
import org.gridappliance.jobs.pool.LocalPool;

/**
 * The two pools that a job may run on. Where a request names none, it is HTCondor when that is
 * ready, the program shows no windows and connects to no host, else the executors.
 */
final class Pools implements Submission.PoolChoice {
  private final LocalPool local;
  private final CondorPool condor;

  Pools(LocalPool local, CondorPool condor) {
    this.local = local;
    this.condor = condor;
  }

  @Override
  public String choose(App app, String wanted) {
    boolean windows = app.interactive().isPresent();
    boolean reaches = !app.network().isEmpty();
    if (!wanted.equals(JobRecord.CONDOR)) {
      boolean byDefault = wanted.isEmpty() && condor.isReady() && !windows && !reaches;
      return byDefault ? JobRecord.CONDOR : JobRecord.LOCAL;
    }
    if (windows) {
      throw field(app.title() + " shows windows, which run on this portal's executors only");
    }
    if (reaches) {
      throw field(
          app.title()
              + " connects to hosts outside, which jobs do on this portal's executors only");
    }
    if (!condor.isReady() && condor.slots() == 0) {
      throw field(condor.reason());
    }
    return wanted;
  }

  private static Problem field(String message) {
    return Problem.invalid("pool: " + message, List.of(new Problem.FieldError("pool", message)));
  }

  @Override
  public int slots(String pool) {
    return pool.equals(JobRecord.CONDOR) ? condor.slots() : local.views().localSlots();
  }
}
