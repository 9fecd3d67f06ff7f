/**
 * Cuts an input file into chunks, byte ranges of it with their SHA-256, without copying it. Pure
 * but for reading the file. Read {@link org.gridappliance.jobs.split.Splitter} first.
 */
@NullMarked
package org.gridappliance.jobs.split;

import org.jspecify.annotations.NullMarked;
