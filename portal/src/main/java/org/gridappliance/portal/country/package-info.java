/**
 * Which country a network address is said to be in, by a table of this machine; nobody outside is
 * ever asked. Begin with {@link org.gridappliance.portal.country.Whereabouts}.
 */
@NullMarked
package org.gridappliance.portal.country;

import org.jspecify.annotations.NullMarked;
