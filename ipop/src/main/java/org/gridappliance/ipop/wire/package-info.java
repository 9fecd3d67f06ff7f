/**
 * Every byte that crosses the network: records and their parsers. Knows nothing of sockets, keys or
 * time. The layout is written down in {@code docs/wire.md}. Read {@link
 * org.gridappliance.ipop.wire.Frame} first.
 */
@NullMarked
package org.gridappliance.ipop.wire;

import org.jspecify.annotations.NullMarked;
