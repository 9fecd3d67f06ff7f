/**
 * What was deleted or overwritten, until its time or its share of the quota is over. Read {@link
 * org.gridappliance.webdav.history.History} first.
 */
@NullMarked
package org.gridappliance.webdav.history;

import org.jspecify.annotations.NullMarked;
