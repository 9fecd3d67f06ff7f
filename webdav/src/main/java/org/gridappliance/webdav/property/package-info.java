/**
 * Dead properties (RFC 4918 §4.2): what clients store about a resource without our knowing what it
 * means. Read {@link org.gridappliance.webdav.property.PropertyStore} first.
 */
@NullMarked
package org.gridappliance.webdav.property;

import org.jspecify.annotations.NullMarked;
