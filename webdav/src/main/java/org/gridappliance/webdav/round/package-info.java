/**
 * What other programs did to a home between two looks at it, worked out from two lists. Pure but
 * for {@link org.gridappliance.webdav.round.SeenList}.
 */
@NullMarked
package org.gridappliance.webdav.round;

import org.jspecify.annotations.NullMarked;
