/** Desktops as people see them. */
@NullMarked
package org.gridappliance.portal.desktops;

import org.jspecify.annotations.NullMarked;
