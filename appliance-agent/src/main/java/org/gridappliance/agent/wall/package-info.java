/**
 * A quota that the file system itself holds every program to. Read {@link
 * org.gridappliance.agent.wall.HomeWalls} first.
 */
@NullMarked
package org.gridappliance.agent.wall;

import org.jspecify.annotations.NullMarked;
