/**
 * Where a program that somebody else chose runs: one subjob, contained, limited and gone without a
 * trace afterwards. Read {@link org.gridappliance.agent.envelope.Envelope} first, then {@link
 * org.gridappliance.agent.envelope.Evm}. Knows nothing of leases beyond their limits and failures.
 */
@NullMarked
package org.gridappliance.agent.envelope;

import org.jspecify.annotations.NullMarked;
