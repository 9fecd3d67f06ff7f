package org.gridappliance.vnc;

import java.time.Instant;

/**
 * Somebody who looks at a desktop now.
 *
 * @param share by whose leave; empty for the owner
 * @param lastInput when he last sent anything that the desktop was given
 */
public record Viewer(
    String user,
    String desktop,
    boolean viewOnly,
    String share,
    Instant since,
    Instant lastInput) {}
