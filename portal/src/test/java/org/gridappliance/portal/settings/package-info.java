/** Facts about this package. */
@NullMarked
package org.gridappliance.portal.settings;

import org.jspecify.annotations.NullMarked;
