/** The page "Share this computer": what this machine's owner allows, kept by the agent. */
@NullMarked
package org.gridappliance.portal.sharing;

import org.jspecify.annotations.NullMarked;
