package org.gridappliance.portal.store;

/** The data folder or its database cannot be used. The message is one sentence for the operator. */
public final class StoreException extends Exception {
  private static final long serialVersionUID = 1L;

  public StoreException(String message) {
    super(message);
  }
}
