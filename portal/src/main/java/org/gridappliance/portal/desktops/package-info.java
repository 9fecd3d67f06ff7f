/**
 * Desktops and terminals as people see them: who may open, watch and stop which. The agent owns the
 * programs ({@link org.gridappliance.portal.agent.AgentClient}), vnc-proxy moves the bytes. Read
 * {@link org.gridappliance.portal.desktops.DesktopOperations} first.
 */
@NullMarked
package org.gridappliance.portal.desktops;

import org.jspecify.annotations.NullMarked;
