/** Tests. */
@NullMarked
package org.gridappliance.ca.request;

import org.jspecify.annotations.NullMarked;
