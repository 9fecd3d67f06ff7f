/**
 * Applications, jobs, subjobs, the pools that run them, and their results. Knows nothing of the
 * other modules: a user's files are a path. What other modules may know of it is in {@code
 * jobs.lease}.
 */
@NullMarked
package org.gridappliance.jobs;

import org.jspecify.annotations.NullMarked;
