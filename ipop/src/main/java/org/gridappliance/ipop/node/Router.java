package org.gridappliance.ipop.node;

import java.nio.ByteBuffer;
import org.gridappliance.ipop.wire.Address;
import org.gridappliance.ipop.wire.Message;
import org.gridappliance.ipop.wire.Packet;
import org.jspecify.annotations.Nullable;

/**
 * Greedy routing on the ring: every hop sends a packet to the edge whose address is nearest to the
 * goal, as long as that is nearer than itself. Runs under the node's lock.
 *
 * <p>An edge is a peer with a direct path, or one behind a relay to which there is a direct path;
 * to reach the latter the packet is given to the relay with the peer as waypoint, so nothing is
 * ever sealed twice on its way.
 */
final class Router {

  private final Node node;
  private final Links links;

  Router(Node node, Links links) {
    this.node = node;
    this.links = links;
  }

  /** Sends a body of our own. {@return whether there was an edge to send it to} */
  boolean originate(Packet.Mode mode, Address target, @Nullable Address waypoint, Packet body) {
    return originate(mode, target, waypoint, body.encode());
  }

  /** Sends a datagram of a session to its other end through the ring. */
  void tunnel(Address target, @Nullable Address waypoint, ByteBuffer datagram) {
    originate(Packet.Mode.EXACT, target, waypoint, new Packet.Tunnel(datagram).encode());
  }

  private boolean originate(
      Packet.Mode mode, Address target, @Nullable Address waypoint, ByteBuffer body) {
    Address goal = waypoint != null ? waypoint : target;
    Packet.Header header =
        new Packet.Header(mode, Packet.Header.HOPS, node.address(), target, waypoint, null);
    Peer hop = nextHop(header, goal, null);
    if (hop == null) {
      node.counters().undeliverable++;
      return false;
    }
    Peer carrier = carrier(hop);
    Packet.Header returning =
        new Packet.Header(
            mode,
            Packet.Header.HOPS,
            node.address(),
            target,
            waypoint,
            carrier == null ? null : carrier.address);
    return hand(hop, returning, body);
  }

  /** Takes a routed packet from a peer: delivers it here or sends it on. */
  void route(Packet.Header received, ByteBuffer body, Peer from) {
    Packet.Header header = received;
    Address waypoint = header.waypoint();
    if (waypoint != null && waypoint.equals(node.address())) {
      header =
          new Packet.Header(
              header.mode(),
              header.hopsLeft(),
              header.source(),
              header.target(),
              null,
              header.returnVia());
      waypoint = null;
    }
    if (waypoint == null && header.target().equals(node.address())) {
      node.arrived(header, body, from);
      return;
    }
    Address goal = waypoint != null ? waypoint : header.target();
    boolean nearest = waypoint == null && header.mode() == Packet.Mode.NEAREST;
    Peer hop = nextHop(header, goal, from);
    boolean nearer =
        hop != null && (hop.address.equals(goal) || hop.address.isNearer(goal, node.address()));
    if (nearest && !nearer) {
      node.arrived(header, body, from);
      return;
    }
    if (hop == null || !nearer || header.hopsLeft() == 0) {
      node.counters().undeliverable++;
      return;
    }
    node.counters().forwarded++;
    hand(hop, header, node.traced(body));
  }

  /** The edge nearest to the goal, the goal itself if it is one; not back where it came from. */
  private @Nullable Peer nextHop(Packet.Header header, Address goal, @Nullable Peer from) {
    boolean notToSource = header.mode() == Packet.Mode.NEAREST;
    Peer exact = links.peer(goal);
    if (exact != null && isEdge(exact) && !(notToSource && goal.equals(header.source()))) {
      return exact;
    }
    boolean onlyDirect = header.waypoint() != null;
    Peer best = null;
    for (Peer peer : links.peers()) {
      if (peer == from
          || !isEdge(peer)
          || (onlyDirect && !peer.isDirect())
          || (notToSource && peer.address.equals(header.source()))) {
        continue;
      }
      if (best == null || peer.address.isNearer(goal, best.address)) {
        best = peer;
      }
    }
    return best;
  }

  private boolean hand(Peer hop, Packet.Header header, ByteBuffer body) {
    Peer carrier = carrier(hop);
    if (carrier == null) {
      return false;
    }
    Address waypoint = carrier == hop ? header.waypoint() : hop.address;
    links.send(carrier, new Message.Routed(header.onwards(waypoint), body));
    return true;
  }

  /** {@return whether packets can be handed to this peer} */
  boolean isEdge(Peer peer) {
    return carrier(peer) != null;
  }

  /** The peer itself if direct, its relay if that is direct, else null. */
  @Nullable Peer carrier(Peer peer) {
    if (!peer.isUp()) {
      return null;
    }
    return switch (peer.path) {
      case Path.Direct direct -> peer;
      case Path.Through through -> {
        Peer relay = through.waypoint() == null ? null : links.peer(through.waypoint());
        yield relay != null && relay.isDirect() ? relay : null;
      }
    };
  }
}
