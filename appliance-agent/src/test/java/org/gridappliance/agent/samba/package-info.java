/** Tests of this package, with Debian's own smbd and smbclient. */
@NullMarked
package org.gridappliance.agent.samba;

import org.jspecify.annotations.NullMarked;
