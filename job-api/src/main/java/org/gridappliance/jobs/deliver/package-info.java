/**
 * Puts the results of ended jobs into their owners' homes as ordinary files. Read {@link
 * org.gridappliance.jobs.deliver.Deliverer} first.
 */
@NullMarked
package org.gridappliance.jobs.deliver;

import org.jspecify.annotations.NullMarked;
