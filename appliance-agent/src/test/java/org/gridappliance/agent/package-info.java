/** The agent as a process. */
@NullMarked
package org.gridappliance.agent;

import org.jspecify.annotations.NullMarked;
