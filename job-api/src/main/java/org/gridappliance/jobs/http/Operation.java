package org.gridappliance.jobs.http;

import java.io.IOException;

/**
 * One operation of the contract, found by its {@code operationId}. Runs on a virtual thread and may
 * block. The request was validated against the contract before.
 */
@FunctionalInterface
public interface Operation {
  /**
   * {@return the answer}
   *
   * @throws Problem an answer other than success, for the caller to read
   * @throws IOException a failing disk or a gone client; answered 500 and logged
   */
  Response run(Request request) throws IOException;
}
