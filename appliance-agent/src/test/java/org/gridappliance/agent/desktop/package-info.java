/** Desktops and terminals, with the machine's real programs. */
@NullMarked
package org.gridappliance.agent.desktop;

import org.jspecify.annotations.NullMarked;
