/** Tests. */
@NullMarked
package org.gridappliance.ca;

import org.jspecify.annotations.NullMarked;
