/**
 * The pool's certificate authority as people and machines meet it: the queue of requests, the list
 * of certificates, EST and the revocation list. Signing is another process's. Read {@link
 * org.gridappliance.portal.ca.PoolCa} first.
 */
@NullMarked
package org.gridappliance.portal.ca;

import org.jspecify.annotations.NullMarked;
