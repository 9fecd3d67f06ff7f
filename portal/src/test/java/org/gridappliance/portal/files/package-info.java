/** Facts about this package. */
@NullMarked
package org.gridappliance.portal.files;

import org.jspecify.annotations.NullMarked;
