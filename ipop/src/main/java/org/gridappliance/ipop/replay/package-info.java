/** The window that accepts each packet counter once. Knows numbers only. */
@NullMarked
package org.gridappliance.ipop.replay;

import org.jspecify.annotations.NullMarked;
