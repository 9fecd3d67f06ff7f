/**
 * Desktops, single graphical applications and terminals that live on this machine until they are
 * stopped, each in an envelope that sees its owner's home and nobody else's. Read {@link
 * org.gridappliance.agent.desktop.Desktops} first.
 */
@NullMarked
package org.gridappliance.agent.desktop;

import org.jspecify.annotations.NullMarked;
