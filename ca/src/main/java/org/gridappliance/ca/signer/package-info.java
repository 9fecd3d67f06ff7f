/**
 * The process that holds the authority's keys, its audit log, and how it is asked over its socket.
 * Read {@link org.gridappliance.ca.signer.Signer} first.
 */
@NullMarked
package org.gridappliance.ca.signer;

import org.jspecify.annotations.NullMarked;
