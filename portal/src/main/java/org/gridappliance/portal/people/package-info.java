/**
 * Accounts, roles, groups, sessions and tokens. Read {@link org.gridappliance.portal.people.People}
 * first.
 */
@NullMarked
package org.gridappliance.portal.people;

import org.jspecify.annotations.NullMarked;
