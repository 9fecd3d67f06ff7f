/**
 * The operations of {@code openapi/jobs.yaml} and the plain routes beside them, on top of the pool
 * and the store. Read {@link org.gridappliance.jobs.serve.Operations} first.
 */
@NullMarked
package org.gridappliance.jobs.serve;

import org.jspecify.annotations.NullMarked;
