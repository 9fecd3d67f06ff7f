package org.gridappliance.ipop.underlay;

import java.util.List;
import org.gridappliance.ipop.wire.Endpoint;

/** Sends datagrams. Delivery is not promised; received ones are handed to the node elsewhere. */
public interface Underlay {

  /** Sends a copy of the bytes; what cannot be sent is dropped and counted. */
  void send(Endpoint to, byte[] bytes, int offset, int length);

  /** {@return the endpoints this machine itself believes to have, best first} */
  List<Endpoint> localEndpoints();
}
