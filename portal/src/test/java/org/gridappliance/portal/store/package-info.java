/** Facts about this package. */
@NullMarked
package org.gridappliance.portal.store;

import org.jspecify.annotations.NullMarked;
