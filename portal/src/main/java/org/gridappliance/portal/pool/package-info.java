/** This machine's part in an HTCondor pool, and other pools: set in the page, kept by the agent. */
@NullMarked
package org.gridappliance.portal.pool;

import org.jspecify.annotations.NullMarked;
