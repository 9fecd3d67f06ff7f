/**
 * The overlay network: ring, NAT traversal, DHT, and the answers to ARP, DHCP and DNS on a TAP
 * device. Knows nothing of the other modules.
 */
@NullMarked
package org.gridappliance.ipop;

import org.jspecify.annotations.NullMarked;
