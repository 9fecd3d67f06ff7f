/** People as the database keeps them. */
@NullMarked
package org.gridappliance.portal.people;

import org.jspecify.annotations.NullMarked;
