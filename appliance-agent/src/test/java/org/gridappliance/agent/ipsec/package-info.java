/** Tests. */
@NullMarked
package org.gridappliance.agent.ipsec;

import org.jspecify.annotations.NullMarked;
