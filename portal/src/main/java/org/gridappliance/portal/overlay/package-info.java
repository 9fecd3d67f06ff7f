/** The overlay as this machine's node sees it; {@link OverlayOperations} is all. */
@NullMarked
package org.gridappliance.portal.overlay;

import org.jspecify.annotations.NullMarked;
