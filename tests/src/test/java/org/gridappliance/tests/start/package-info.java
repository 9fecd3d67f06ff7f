/** The life of an appliance as its owner drives it, through the real {@code ./appliance} script. */
@NullMarked
package org.gridappliance.tests.start;

import org.jspecify.annotations.NullMarked;
