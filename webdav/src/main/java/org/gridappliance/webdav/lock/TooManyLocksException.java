package org.gridappliance.webdav.lock;

import java.io.IOException;

/** A home has as many locks as it may: 507. */
public final class TooManyLocksException extends IOException {
  private static final long serialVersionUID = 1L;

  TooManyLocksException(int limit) {
    super("this home has " + limit + " locks, the most it may; unlock some");
  }
}
