/** Settings and configuration, without HTCondor; the real pool is in {@code tests}. */
@NullMarked
package org.gridappliance.agent.pool;

import org.jspecify.annotations.NullMarked;
