/**
 * The records a node stores for the ring: signed by their owner, leased, versioned. Knows no
 * network. Read {@link org.gridappliance.ipop.dht.RecordStore} first.
 */
@NullMarked
package org.gridappliance.ipop.dht;

import org.jspecify.annotations.NullMarked;
