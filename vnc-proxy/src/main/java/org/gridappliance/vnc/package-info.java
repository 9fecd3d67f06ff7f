/**
 * Carries bytes between a browser's WebSocket and an RFB server, with one-time tickets and
 * back-pressure. Knows nothing of the other modules.
 */
@NullMarked
package org.gridappliance.vnc;

import org.jspecify.annotations.NullMarked;
