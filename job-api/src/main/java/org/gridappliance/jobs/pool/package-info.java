/**
 * The local pool: one queue, leases over HTTP, the nodes that hold them. Read {@link
 * org.gridappliance.jobs.pool.LocalPool} first.
 */
@NullMarked
package org.gridappliance.jobs.pool;

import org.jspecify.annotations.NullMarked;
