package org.gridappliance.ipop.node;

import org.gridappliance.ipop.wire.Address;
import org.gridappliance.ipop.wire.Endpoint;
import org.jspecify.annotations.Nullable;

/** How datagrams of a session travel, or by which way one came. */
public sealed interface Path {

  /** Straight through the network underneath. */
  record Direct(Endpoint endpoint) implements Path {}

  /**
   * Through other nodes.
   *
   * @param waypoint the node to go by (a relay, or the way back the other side named), or null for
   *     greedy routing
   */
  record Through(@Nullable Address waypoint) implements Path {}

  /** Greedy routing through the ring. */
  Path RING = new Through(null);
}
