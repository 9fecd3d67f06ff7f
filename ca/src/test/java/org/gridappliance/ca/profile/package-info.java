/** Tests. */
@NullMarked
package org.gridappliance.ca.profile;

import org.jspecify.annotations.NullMarked;
