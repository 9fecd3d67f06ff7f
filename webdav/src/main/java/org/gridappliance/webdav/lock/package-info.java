/**
 * WebDAV locks (RFC 4918 §6, §7) and the If header (§10.4). Read {@link
 * org.gridappliance.webdav.lock.LockTable} first.
 */
@NullMarked
package org.gridappliance.webdav.lock;

import org.jspecify.annotations.NullMarked;
