package org.gridappliance.jobs.trigger;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.job.Submission;

/** Submits jobs and puts them into the queue, as the contract's submitJob does. */
public interface Submitter {
  /**
   * {@return the job's id}
   *
   * @param also takes part in the submission
   * @throws org.gridappliance.jobs.http.Problem when the job is not taken
   */
  long submit(Caller caller, JsonNode request, Submission.Also also) throws IOException;

  /** Checks a request as far as it goes without its files. */
  void check(Caller caller, JsonNode request);

  /** Checks a request whole, with its files; nothing of it is left. */
  void checkWithFiles(Caller caller, JsonNode request) throws IOException;
}
