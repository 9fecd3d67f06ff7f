/**
 * The executor: asks the portal for subjobs, brings their inputs, runs each in an envelope and
 * sends back what it left. Read {@link org.gridappliance.agent.executor.Executor} first. The
 * protocol's records are {@code org.gridappliance.jobs.lease}.
 */
@NullMarked
package org.gridappliance.agent.executor;

import org.jspecify.annotations.NullMarked;
