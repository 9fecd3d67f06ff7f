/**
 * One node of the overlay: its peers, paths, ring edges and routes, without threads, sockets or a
 * clock of its own, so that the same code runs on a real network and in the simulator. Read {@link
 * org.gridappliance.ipop.node.Node} first.
 */
@NullMarked
package org.gridappliance.ipop.node;

import org.jspecify.annotations.NullMarked;
