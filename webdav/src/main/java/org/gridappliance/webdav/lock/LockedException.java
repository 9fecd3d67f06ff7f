package org.gridappliance.webdav.lock;

import java.io.IOException;
import java.util.List;

/** A lock stands in the way: 423 with the roots of the locks (RFC 4918 §16). */
public final class LockedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> roots;
  private final boolean isConflict;

  LockedException(List<Lock> locks, boolean isConflict) {
    super(
        isConflict
            ? "a lock that is there already forbids this one; wait for it, or unlock it"
            : "locked; send its token in the If header");
    this.roots = locks.stream().map(Lock::path).distinct().toList();
    this.isConflict = isConflict;
  }

  /** Another file server's client has opened it and lets nobody else write. */
  public LockedException(String key) {
    super("another program has it open over Samba and lets nobody else write; close it there");
    this.roots = List.of(key);
    this.isConflict = true;
  }

  /** {@return the keys of the lock roots} */
  public List<String> roots() {
    return roots;
  }

  /** {@return true: a new lock conflicts; false: a token was not submitted} */
  public boolean isConflict() {
    return isConflict;
  }
}
