package org.gridappliance.vnc.rfb;

/** Bytes that are not the RFB we relay; the message is the reason given to both sides. */
public final class RfbException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  RfbException(String reason) {
    super(reason, null, false, false);
    this.reason = reason;
  }

  /** What was sent, and what was wanted. */
  public String reason() {
    return reason;
  }
}
