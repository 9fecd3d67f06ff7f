/**
 * Applications: what an {@code app.yaml} says, as records, and what can be done with it without
 * running anything: read it ({@link org.gridappliance.jobs.app.AppParser}), show it as a form
 * ({@link org.gridappliance.jobs.app.AppSchema}), check what was filled in ({@link
 * org.gridappliance.jobs.app.InputValues}), write the argument list ({@link
 * org.gridappliance.jobs.app.CommandLine}). Read {@link org.gridappliance.jobs.app.App} first.
 */
@NullMarked
package org.gridappliance.jobs.app;

import org.jspecify.annotations.NullMarked;
