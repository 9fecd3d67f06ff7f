/**
 * Turns what the subjobs of a job left behind into its results: tables merged row by row, files
 * joined. Also reads such tables a page at a time. Read {@link org.gridappliance.jobs.merge.Merge}
 * first.
 */
@NullMarked
package org.gridappliance.jobs.merge;

import org.jspecify.annotations.NullMarked;
