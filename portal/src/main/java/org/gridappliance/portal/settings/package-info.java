/**
 * The settings of a portal: every key with its default and range, read once at start. Read {@link
 * org.gridappliance.portal.settings.Settings} first.
 */
@NullMarked
package org.gridappliance.portal.settings;

import org.jspecify.annotations.NullMarked;
