/**
 * Samba as the portal sees it: the agent's smbd, people's passwords for it, and locks that cross
 * between it and WebDAV (decision 0302). Read {@link
 * org.gridappliance.portal.samba.SambaOperations} first.
 */
@NullMarked
package org.gridappliance.portal.samba;

import org.jspecify.annotations.NullMarked;
