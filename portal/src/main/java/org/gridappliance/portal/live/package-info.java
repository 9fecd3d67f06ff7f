/**
 * What the portal tells about itself: health, metrics, and the event stream of the pages. Read
 * {@link org.gridappliance.portal.live.HealthRoutes} first.
 */
@NullMarked
package org.gridappliance.portal.live;

import org.jspecify.annotations.NullMarked;
