/** The functions of Linux that the device and the socket need. First file: {@code LibC}. */
@NullMarked
package org.gridappliance.ipop.kernel;

import org.jspecify.annotations.NullMarked;
