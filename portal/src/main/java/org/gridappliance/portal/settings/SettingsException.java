package org.gridappliance.portal.settings;

/**
 * A setting that cannot be used. The message names key, value, range and line; for the operator.
 */
public final class SettingsException extends Exception {
  private static final long serialVersionUID = 1L;

  public SettingsException(String message) {
    super(message);
  }
}
