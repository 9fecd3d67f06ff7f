/** The frames between a page and the keeper of a terminal. Pure: bytes in, bytes out. */
@NullMarked
package org.gridappliance.vnc.terminal;

import org.jspecify.annotations.NullMarked;
