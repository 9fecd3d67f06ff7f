/**
 * What needs the machine itself: the executor and its desktop controller, desktops, Samba, IPsec,
 * modules and updates. Runs as root where there is root, and then does nothing but its fixed verbs.
 */
@NullMarked
package org.gridappliance.agent;

import org.jspecify.annotations.NullMarked;
