/** What the agent keeps running. */
@NullMarked
package org.gridappliance.agent.keep;

import org.jspecify.annotations.NullMarked;
