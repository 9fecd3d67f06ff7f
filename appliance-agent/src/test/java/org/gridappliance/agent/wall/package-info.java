@NullMarked
package org.gridappliance.agent.wall;

import org.jspecify.annotations.NullMarked;
