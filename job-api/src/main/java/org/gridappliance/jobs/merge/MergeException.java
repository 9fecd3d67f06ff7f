package org.gridappliance.jobs.merge;

/** Outputs that cannot be merged; the message names subjob, file and line. */
public final class MergeException extends Exception {
  private static final long serialVersionUID = 1L;

  MergeException(String message) {
    super(message);
  }
}
