/** The controller on readings of its own and on those of this machine. */
@NullMarked
package org.gridappliance.agent.controller;

import org.jspecify.annotations.NullMarked;
