package org.gridappliance.evm.seal;

import java.io.IOException;

/**
 * Thrown when a sealed folder is not what was sealed with the key: altered, rolled back, cut, or
 * another one. Its content must not be used; the message names the file and the block.
 */
public final class SealException extends IOException {
  private static final long serialVersionUID = 1L;

  public SealException(String reason) {
    super(reason);
  }

  public SealException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
