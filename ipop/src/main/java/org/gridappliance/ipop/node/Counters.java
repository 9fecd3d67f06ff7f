package org.gridappliance.ipop.node;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a node has counted since its start. Owned by the node. */
public final class Counters {
  long malformed;
  long forged;
  long unknownSession;
  long noSession;
  long refusedHandshakes;
  long failedHandshakes;
  long ownKeySeen;
  long forwarded;
  long undeliverable;
  long ipIn;
  long ipOut;
  long ipRefused;
  long ipDropped;

  /** Counts a packet refused because its addresses do not belong to where it comes from or goes. */
  public void refusedIp() {
    ipRefused++;
  }

  /** {@return how often another node has come with this node's own key} */
  public long ownKeySeen() {
    return ownKeySeen;
  }

  /** {@return every counter by name} */
  public Map<String, Long> all() {
    Map<String, Long> map = new LinkedHashMap<>();
    map.put("malformed", malformed);
    map.put("forged", forged);
    map.put("unknownSession", unknownSession);
    map.put("noSession", noSession);
    map.put("refusedHandshakes", refusedHandshakes);
    map.put("failedHandshakes", failedHandshakes);
    map.put("ownKeySeen", ownKeySeen);
    map.put("forwarded", forwarded);
    map.put("undeliverable", undeliverable);
    map.put("ipIn", ipIn);
    map.put("ipOut", ipOut);
    map.put("ipRefused", ipRefused);
    map.put("ipDropped", ipDropped);
    return map;
  }
}
