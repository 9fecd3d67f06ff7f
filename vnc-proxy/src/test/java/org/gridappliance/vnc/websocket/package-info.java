/** Frames as a browser sends them, cut anywhere. */
@NullMarked
package org.gridappliance.vnc.websocket;

import org.jspecify.annotations.NullMarked;
