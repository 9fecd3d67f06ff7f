/**
 * Who may see, run and publish which application: draft, group, everyone. Read {@link
 * org.gridappliance.jobs.access.AppAccess} first; {@link org.gridappliance.jobs.app.AppShelf} asks.
 */
@NullMarked
package org.gridappliance.jobs.access;

import org.jspecify.annotations.NullMarked;
