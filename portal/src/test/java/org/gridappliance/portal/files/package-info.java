/** Tests of people's homes without a portal around them. */
@NullMarked
package org.gridappliance.portal.files;

import org.jspecify.annotations.NullMarked;
