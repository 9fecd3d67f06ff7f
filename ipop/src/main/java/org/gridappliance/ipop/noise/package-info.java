/**
 * The Noise protocol framework's pattern IKpsk2 over X25519, AES-256-GCM and SHA-256, built from
 * the JDK's own primitives. Knows bytes only. Read {@link org.gridappliance.ipop.noise.Handshake}
 * first.
 */
@NullMarked
package org.gridappliance.ipop.noise;

import org.jspecify.annotations.NullMarked;
