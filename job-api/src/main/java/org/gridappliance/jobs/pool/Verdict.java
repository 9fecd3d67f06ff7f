package org.gridappliance.jobs.pool;

import org.gridappliance.jobs.lease.Failure;

/** What becomes of a subjob whose lease has ended. */
sealed interface Verdict {
  /** It completed. */
  record Completed() implements Verdict {}

  /** It goes back into the queue; another node may do better. */
  record Again(Failure why) implements Verdict {}

  /** It failed for good. */
  record Failed(Failure why) implements Verdict {}
}
