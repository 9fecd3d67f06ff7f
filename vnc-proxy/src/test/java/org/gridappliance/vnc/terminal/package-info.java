/** The frames of terminals. */
@NullMarked
package org.gridappliance.vnc.terminal;

import org.jspecify.annotations.NullMarked;
