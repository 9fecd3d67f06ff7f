/**
 * Runs started by events (thesis §6.1): a new complete file in a drop folder, or the clock. Read
 * {@link org.gridappliance.jobs.trigger.Triggers} first; {@link
 * org.gridappliance.jobs.trigger.Schedule} is pure.
 */
@NullMarked
package org.gridappliance.jobs.trigger;

import org.jspecify.annotations.NullMarked;
