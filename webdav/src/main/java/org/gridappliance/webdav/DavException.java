package org.gridappliance.webdav;

import java.io.IOException;
import java.util.Optional;

/** An answer other than success, with what it tells the client. */
public final class DavException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient Optional<String> condition;

  /** An answer with its reason, fit for the client. */
  public DavException(int status, String message) {
    super(message);
    this.status = status;
    this.condition = Optional.empty();
  }

  /**
   * An answer with a precondition code.
   *
   * @param condition the element inside DAV:error, as XML with the prefix {@code D} (RFC 4918 §16)
   */
  DavException(int status, String message, String condition) {
    super(message);
    this.status = status;
    this.condition = Optional.of(condition);
  }

  /** {@return the HTTP status} */
  public int status() {
    return status;
  }

  Optional<String> condition() {
    return condition;
  }
}
