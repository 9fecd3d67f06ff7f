/**
 * Sessions between two nodes: handshake messages with their MACs and cookies, transport keys, their
 * lifetimes and replay windows. Knows bytes and a clock handed in, nothing of sockets or routes.
 * Read {@link org.gridappliance.ipop.session.Handshaker} first.
 */
@NullMarked
package org.gridappliance.ipop.session;

import org.jspecify.annotations.NullMarked;
