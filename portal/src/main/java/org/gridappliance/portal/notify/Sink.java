package org.gridappliance.portal.notify;

import org.gridappliance.jobs.job.JobEnd;
import org.jdbi.v3.core.Handle;

/** One way in which people are told of their jobs' ends. */
interface Sink {
  /**
   * Lays down what is to be sent, in the caller's transaction; must not wait for anything else.
   *
   * @param link to the job's page
   */
  void take(Handle handle, JobEnd end, String link);

  /** What was laid down is on disk; must not block. */
  void wake();
}
