/**
 * This machine's part in an HTCondor pool: configuration, tokens, condor_master in a root of its
 * own, and what the portal needs to submit. Read {@link org.gridappliance.agent.pool.Condor} first.
 */
@NullMarked
package org.gridappliance.agent.pool;

import org.jspecify.annotations.NullMarked;
