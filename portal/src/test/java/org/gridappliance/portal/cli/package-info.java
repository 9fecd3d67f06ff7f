/** Facts about this package. */
@NullMarked
package org.gridappliance.portal.cli;

import org.jspecify.annotations.NullMarked;
