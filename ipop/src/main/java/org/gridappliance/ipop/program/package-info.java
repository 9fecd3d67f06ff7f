/**
 * The program {@code ipop}: settings, key file, threads, and the local API. Read {@link
 * org.gridappliance.ipop.program.Program} first.
 */
@NullMarked
package org.gridappliance.ipop.program;

import org.jspecify.annotations.NullMarked;
