/** What the portal may ask of the agent over its socket: fixed verbs, each checking its input. */
@NullMarked
package org.gridappliance.agent.verb;

import org.jspecify.annotations.NullMarked;
