/**
 * The records of the lease protocol between the portal and its executors, exactly as {@code
 * openapi/jobs.yaml} has them. The only package of this module that the appliance-agent knows; it
 * knows nothing of ours itself. Read {@link org.gridappliance.jobs.lease.LeaseProtocol} first.
 */
@NullMarked
package org.gridappliance.jobs.lease;

import org.jspecify.annotations.NullMarked;
