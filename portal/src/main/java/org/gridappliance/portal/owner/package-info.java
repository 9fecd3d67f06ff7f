/**
 * The door for whoever owns the data folder: a Unix socket in it, for what no login can ask (a way
 * back in, a copy of the open database). Read {@link org.gridappliance.portal.owner.OwnerDoor}.
 */
@NullMarked
package org.gridappliance.portal.owner;

import org.jspecify.annotations.NullMarked;
