/**
 * What guards every request: Host and Origin checks, headers, who the caller is, what a token may
 * do, and the throttle of wrong passwords. Read {@link org.gridappliance.portal.security.Gate}
 * first.
 */
@NullMarked
package org.gridappliance.portal.security;

import org.jspecify.annotations.NullMarked;
