package org.gridappliance.ipop.node;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.gridappliance.ipop.session.Handshaker;
import org.gridappliance.ipop.session.Session;
import org.gridappliance.ipop.wire.Address;
import org.gridappliance.ipop.wire.Contact;
import org.gridappliance.ipop.wire.Endpoint;
import org.gridappliance.ipop.wire.PublicKey;
import org.jspecify.annotations.Nullable;

/**
 * What this node knows of another: its sessions, its path, and why it is kept. Owned by {@link
 * Links}; times are in milliseconds of the node's clock.
 */
final class Peer {

  final PublicKey key;
  final Address address;

  /** The session for sending, the one before it, and one the other side has yet to confirm. */
  @Nullable Session current;

  /** Session and direct path together, as vectors were last sent by. */
  @Nullable Outlet outlet;

  @Nullable Session previous;
  @Nullable Session next;

  /** A handshake of ours that waits for its response. */
  Handshaker.@Nullable Attempt attempt;

  int tries;
  long nextTryMillis;
  byte @Nullable [] cookie;
  long cookieMillis;

  /** The newest clock seen in the peer's initiations. */
  long stamp = Long.MIN_VALUE;

  Path path = Path.RING;

  /** When something authentic last came: at all, and by the current path. */
  long heardMillis;

  long heardOnPathMillis;
  long sentMillis;
  long probeMillis;
  int unansweredProbes;

  /** Paths that have gone silent since it was last heard. */
  int doubts;

  /** Where it may listen, as it says itself or as others said. */
  final Set<Endpoint> candidates = new LinkedHashSet<>();

  /** Nodes that can relay to it, as it says. */
  List<Contact> relays = List.of();

  /** Rounds of hole punching still to do, and when the next is due. */
  int punchRounds;

  long punchMillis;
  long punchStartMillis = Long.MIN_VALUE / 2;
  int punchFailures;

  /** Last time it said that it counts us among its ring edges. */
  long wantsUsMillis = Long.MIN_VALUE / 2;

  /** Last time the machine's own traffic went to or came from it. */
  long trafficMillis = Long.MIN_VALUE / 2;

  boolean bootstrap;
  boolean far;
  long upMillis;

  Peer(PublicKey key) {
    this.key = key;
    address = key.address();
  }

  /** {@return the session with this index, or null} */
  @Nullable Session session(int index) {
    if (current != null && current.localIndex() == index) {
      return current;
    }
    if (previous != null && previous.localIndex() == index) {
      return previous;
    }
    return next != null && next.localIndex() == index ? next : null;
  }

  boolean isUp() {
    return current != null;
  }

  /** {@return the endpoint it is reached at directly, or null} */
  @Nullable Endpoint directEndpoint() {
    return path instanceof Path.Direct direct ? direct.endpoint() : null;
  }

  boolean isDirect() {
    return isUp() && path instanceof Path.Direct;
  }

  /** {@return whether it is reached directly and by plain UDP, the best there is} */
  boolean isDirectByUdp() {
    Endpoint direct = directEndpoint();
    return isUp() && direct != null && direct.isUdp();
  }

  /** {@return how others may reach it}: where we reach it first, then where it says it listens. */
  Contact contact() {
    Set<Endpoint> endpoints = new LinkedHashSet<>();
    Endpoint direct = directEndpoint();
    if (direct != null && direct.isListening()) {
      endpoints.add(direct);
    }
    endpoints.addAll(candidates);
    List<Endpoint> list = new ArrayList<>(endpoints);
    return new Contact(key, list.subList(0, Math.min(list.size(), Contact.MAX_ENDPOINTS)));
  }

  /** Adds candidates, forgetting the oldest above the bound. */
  void addCandidates(List<Endpoint> endpoints) {
    for (Endpoint endpoint : endpoints) {
      if (endpoint.isListening()) {
        candidates.remove(endpoint);
        candidates.add(endpoint);
      }
    }
    while (candidates.size() > 2 * org.gridappliance.ipop.wire.Message.MAX_CANDIDATES) {
      candidates.remove(candidates.iterator().next());
    }
  }
}
