/**
 * Per-user storage over WebDAV: tree, locks, properties, quotas and versions. Knows nothing of the
 * other modules.
 */
@NullMarked
package org.gridappliance.webdav;

import org.jspecify.annotations.NullMarked;
