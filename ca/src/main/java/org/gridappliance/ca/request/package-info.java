/** Requests for certificates (PKCS#10), checked. Pure. */
@NullMarked
package org.gridappliance.ca.request;

import org.jspecify.annotations.NullMarked;
