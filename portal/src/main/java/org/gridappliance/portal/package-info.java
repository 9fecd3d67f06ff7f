/**
 * The web program: login, routing, certificates, map and audit. Composes jobs, storage and desktops
 * into one address.
 */
@NullMarked
package org.gridappliance.portal;

import org.jspecify.annotations.NullMarked;
