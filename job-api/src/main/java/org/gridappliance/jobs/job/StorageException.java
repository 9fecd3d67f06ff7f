package org.gridappliance.jobs.job;

import org.jspecify.annotations.Nullable;

/**
 * The disk or the database did not do its work; nothing that was not acknowledged before can be
 * relied on. Answered 503, or 507 when the disk is full.
 */
public final class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StorageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
