package org.gridappliance.evm.bundle;

/** Thrown when a bundle cannot be made or must not be used; the message names the file and why. */
public final class BundleException extends Exception {
  private static final long serialVersionUID = 1L;

  public BundleException(String reason) {
    super(reason);
  }

  public BundleException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
