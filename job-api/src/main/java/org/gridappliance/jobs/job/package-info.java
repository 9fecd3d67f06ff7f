/**
 * Jobs and subjobs on disk: the database with its group commit, submission, states. Read {@link
 * org.gridappliance.jobs.job.JobStore} first.
 */
@NullMarked
package org.gridappliance.jobs.job;

import org.jspecify.annotations.NullMarked;
