package org.gridappliance.webdav.tree;

import java.io.IOException;

/** A step in a home that was not taken; the message names the path and is fit for its owner. */
public final class TreeException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Why, in the terms of the answer. */
  public enum Reason {
    /** Nothing has this name. */
    NOT_FOUND,
    /** The folder that should hold it does not exist, or is a file. */
    NO_PARENT,
    /** Something has this name already. */
    EXISTS,
    /** A folder, where a file is wanted. */
    IS_FOLDER,
    /** A link, FIFO, socket or device, or not permitted. */
    REFUSED,
    /** A name of more than 255 bytes, or a path or tree that is too deep. */
    TOO_LONG,
    /** The disk or the quota is full. */
    FULL,
    /** Not a path: bad escapes, {@code ..}, NUL, control characters, backslash. */
    BAD_PATH
  }

  private final Reason reason;

  /** A refusal with its message. */
  public TreeException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** {@return why} */
  public Reason reason() {
    return reason;
  }
}
