package org.gridappliance.portal.cli;

/** Something the person at the terminal must know or mend; the message is all that is shown. */
final class CliException extends Exception {
  private static final long serialVersionUID = 1L;

  CliException(String message) {
    super(message);
  }
}
