package org.gridappliance.agent.executor;

import java.io.IOException;

/** The portal answered, and the answer is no. */
public final class PortalException extends IOException {
  private static final long serialVersionUID = 1;

  private final int status;

  /**
   * @param status the HTTP status
   * @param message what was asked and the portal's own words
   */
  public PortalException(int status, String message) {
    super(message);
    this.status = status;
  }

  /** {@return the HTTP status} */
  public int status() {
    return status;
  }

  /** {@return whether the same request may succeed later} */
  boolean isPassing() {
    return status >= 500 || status == 429 || status == 408;
  }
}
