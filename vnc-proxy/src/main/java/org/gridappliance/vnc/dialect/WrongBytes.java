package org.gridappliance.vnc.dialect;

/** Bytes that are not what we relay; the message is the reason given to both sides. */
public final class WrongBytes extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  public WrongBytes(String reason) {
    super(reason, null, false, false);
    this.reason = reason;
  }

  /** What was sent, and what was wanted. */
  public String reason() {
    return reason;
  }
}
