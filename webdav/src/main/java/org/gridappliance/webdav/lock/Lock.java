package org.gridappliance.webdav.lock;

import java.time.Instant;

/**
 * One lock.
 *
 * @param path the key of its lock root, see {@link org.gridappliance.webdav.tree.TreePath#key}
 * @param token {@code urn:uuid:…}
 * @param isExclusive else shared
 * @param isDeep Depth infinity, else 0
 * @param ownerXml the DAV:owner element as sent, empty when there was none
 * @param principal who made it
 * @param seconds the timeout granted, from the last refresh
 */
public record Lock(
    String path,
    String token,
    boolean isExclusive,
    boolean isDeep,
    String ownerXml,
    String principal,
    long seconds,
    Instant expires) {

  /** {@return whether it protects the resource of this key: its root, or beneath a deep one} */
  public boolean covers(String key) {
    return isDeep ? key.startsWith(path) : key.equals(path);
  }

  Lock until(long newSeconds, Instant newExpires) {
    return new Lock(path, token, isExclusive, isDeep, ownerXml, principal, newSeconds, newExpires);
  }
}
