package org.gridappliance.ipop.node;

import org.gridappliance.ipop.session.Session;
import org.gridappliance.ipop.wire.Endpoint;

/**
 * Where a vector of packets goes: found under the node's lock, used without it. Once the peer has
 * other keys the session refuses.
 *
 * @param session seals for the peer
 * @param endpoint where it is reached directly
 */
public record Outlet(Session session, Endpoint endpoint) {}
