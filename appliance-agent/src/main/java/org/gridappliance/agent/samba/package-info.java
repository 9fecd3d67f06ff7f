/**
 * Debian's {@code smbd} under our own configuration, folders and port, which serves each person's
 * home as the share {@code home}. Nothing of the machine's Samba is read or written. Read {@link
 * org.gridappliance.agent.samba.Samba} first; decision 0302 says how locks cross to WebDAV.
 */
@NullMarked
package org.gridappliance.agent.samba;

import org.jspecify.annotations.NullMarked;
