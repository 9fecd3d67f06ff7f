package org.gridappliance.ipop.node;

import org.gridappliance.ipop.session.Session;
import org.gridappliance.ipop.wire.PublicKey;

/** Whose data frames carry an index of ours: found under the node's lock, opened without it. */
public final class Inlet {

  final Peer peer;
  final Session session;

  Inlet(Peer peer, Session session) {
    this.peer = peer;
    this.session = session;
  }

  /** {@return what opens the frames} */
  public Session session() {
    return session;
  }

  /** {@return who sealed what it opens} */
  public PublicKey key() {
    return peer.key;
  }
}
