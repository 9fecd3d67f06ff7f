package org.gridappliance.jobs.split;

/** A file that cannot be cut: not of its kind, or empty. The message is for its owner. */
public final class CannotSplit extends Exception {
  private static final long serialVersionUID = 1L;

  CannotSplit(String message) {
    super(message);
  }
}
