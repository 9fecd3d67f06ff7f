/** The file of settings, as the agent reads it; {@link ApplianceYaml} is all. */
@NullMarked
package org.gridappliance.agent.settings;

import org.jspecify.annotations.NullMarked;
