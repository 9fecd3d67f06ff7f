/**
 * What the pool did over time: utilisation in buckets of a minute to a day, and what happened to
 * each node. Written by one thread, read by any.
 */
@NullMarked
package org.gridappliance.jobs.history;

import org.jspecify.annotations.NullMarked;
