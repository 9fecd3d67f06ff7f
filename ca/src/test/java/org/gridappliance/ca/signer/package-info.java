/** Tests. */
@NullMarked
package org.gridappliance.ca.signer;

import org.jspecify.annotations.NullMarked;
