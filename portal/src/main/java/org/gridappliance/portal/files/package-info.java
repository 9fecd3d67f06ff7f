/**
 * A person's own files over HTTP, reached by steps that never follow a link. Read {@link
 * org.gridappliance.portal.files.FileRoutes} first.
 */
@NullMarked
package org.gridappliance.portal.files;

import org.jspecify.annotations.NullMarked;
