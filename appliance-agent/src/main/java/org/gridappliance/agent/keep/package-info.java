/** Keeps one program of the agent's running, or says why it does not. */
@NullMarked
package org.gridappliance.agent.keep;

import org.jspecify.annotations.NullMarked;
