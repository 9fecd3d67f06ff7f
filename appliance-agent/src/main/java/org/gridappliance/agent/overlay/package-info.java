/**
 * This machine's node of the overlay: the agent writes its settings, starts the program {@code
 * ipop} without any right but that on its own network device, asks for an address by DHCP and tells
 * the portal what it sees. Read {@link org.gridappliance.agent.overlay.Overlay} first.
 */
@NullMarked
package org.gridappliance.agent.overlay;

import org.jspecify.annotations.NullMarked;
