/**
 * What the overlay answers on the virtual device itself: ARP, DHCP and DNS; and which virtual
 * address belongs to which node. Read {@link org.gridappliance.ipop.services.VirtualNet} first.
 */
@NullMarked
package org.gridappliance.ipop.services;

import org.jspecify.annotations.NullMarked;
