/**
 * What people keep: settings of an application's form by name, and views of the list of jobs. Read
 * {@link org.gridappliance.jobs.saved.SavedOperations} first.
 */
@NullMarked
package org.gridappliance.jobs.saved;

import org.jspecify.annotations.NullMarked;
