/**
 * The data folder and the database in it, opened so that damage or a full disk stops the program
 * before anything is lost. Read {@link org.gridappliance.portal.store.DataFolder} first.
 */
@NullMarked
package org.gridappliance.portal.store;

import org.jspecify.annotations.NullMarked;
