/**
 * A home as a tree of regular files and folders, reached only by steps from its own descriptor.
 * Everything else that may lie there (links, FIFOs, sockets, devices) is refused. Read {@link
 * org.gridappliance.webdav.tree.HomeTree} first.
 */
@NullMarked
package org.gridappliance.webdav.tree;

import org.jspecify.annotations.NullMarked;
