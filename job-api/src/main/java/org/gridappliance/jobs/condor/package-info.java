/**
 * The second pool: HTCondor, driven by its own programs and its event log. Read {@link
 * org.gridappliance.jobs.condor.CondorPool} first.
 */
@NullMarked
package org.gridappliance.jobs.condor;

import org.jspecify.annotations.NullMarked;
