/**
 * Per-user storage over WebDAV: tree, locks, properties and quota. Knows nothing of the other
 * modules. Read {@link org.gridappliance.webdav.WebDavHandler} first, then docs/flow-file.md.
 */
@NullMarked
package org.gridappliance.webdav;

import org.jspecify.annotations.NullMarked;
