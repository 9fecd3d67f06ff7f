/**
 * Workflows: jobs as steps, each begun when those it needs have completed, their results its input
 * files. Read {@link org.gridappliance.jobs.workflow.Workflows} first.
 */
@NullMarked
package org.gridappliance.jobs.workflow;

import org.jspecify.annotations.NullMarked;
