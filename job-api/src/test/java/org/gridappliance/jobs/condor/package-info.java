/** HTCondor's log and what comes back, without HTCondor; the real pool is in {@code tests}. */
@NullMarked
package org.gridappliance.jobs.condor;

import org.jspecify.annotations.NullMarked;
