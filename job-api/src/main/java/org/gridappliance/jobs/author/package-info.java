/**
 * Applications that are made in the browser: their descriptor, its versions, the files of their
 * examples. Read {@link org.gridappliance.jobs.author.SourceOperations} first.
 */
@NullMarked
package org.gridappliance.jobs.author;

import org.jspecify.annotations.NullMarked;
