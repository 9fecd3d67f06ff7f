/**
 * The local certificate authority and the certificate with which this node serves HTTPS. Read
 * {@link org.gridappliance.portal.tls.LocalCa} first.
 */
@NullMarked
package org.gridappliance.portal.tls;

import org.jspecify.annotations.NullMarked;
