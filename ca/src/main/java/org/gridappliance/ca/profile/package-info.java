/** What each kind of certificate contains. Pure. */
@NullMarked
package org.gridappliance.ca.profile;

import org.jspecify.annotations.NullMarked;
