/**
 * Uploads that go on after a break: a server of the tus protocol 1.0.0. Read {@link
 * org.gridappliance.portal.uploads.UploadRoutes} first.
 */
@NullMarked
package org.gridappliance.portal.uploads;

import org.jspecify.annotations.NullMarked;
