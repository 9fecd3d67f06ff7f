/** Fuzzing of all parsers here at once, each in a JVM of its own. */
@NullMarked
package org.gridappliance.vnc.fuzz;

import org.jspecify.annotations.NullMarked;
