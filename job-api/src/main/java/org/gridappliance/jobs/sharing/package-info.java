/**
 * How machines are shared: rules of their owners, bounds of the pool's policy for groups of
 * machines. {@link org.gridappliance.jobs.lease.Sharing} is both; {@link
 * org.gridappliance.jobs.sharing.Policies} keeps them and tells each machine its own.
 */
@NullMarked
package org.gridappliance.jobs.sharing;

import org.jspecify.annotations.NullMarked;
