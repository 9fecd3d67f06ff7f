/** Facts about the portal, told to it over real HTTP. */
@NullMarked
package org.gridappliance.portal;

import org.jspecify.annotations.NullMarked;
