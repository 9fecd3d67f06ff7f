/** Frames of RFC 6455 as a browser sends them. Pure: bytes in, bytes out. */
@NullMarked
package org.gridappliance.vnc.websocket;

import org.jspecify.annotations.NullMarked;
