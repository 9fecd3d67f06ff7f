/** This machine's agent as the portal asks it, over its socket. */
@NullMarked
package org.gridappliance.portal.agent;

import org.jspecify.annotations.NullMarked;
