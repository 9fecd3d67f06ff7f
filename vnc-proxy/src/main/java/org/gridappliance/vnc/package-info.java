/**
 * A WebSocket ⇄ RFB byte pump with one-time tickets. Knows nothing of the other modules: who may
 * open which desktop is decided by whoever issues the ticket. Read {@link
 * org.gridappliance.vnc.VncProxy} first.
 */
@NullMarked
package org.gridappliance.vnc;

import org.jspecify.annotations.NullMarked;
