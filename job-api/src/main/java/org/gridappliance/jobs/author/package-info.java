/**
 * Applications that are made in the browser: their descriptor, its versions, the files of their
 * examples; and the removing and restoring of any application. Read {@link
 * org.gridappliance.jobs.author.SourceOperations} first.
 */
@NullMarked
package org.gridappliance.jobs.author;

import org.jspecify.annotations.NullMarked;
