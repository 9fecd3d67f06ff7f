package org.gridappliance.ipop.underlay;

import java.util.ArrayList;
import java.util.List;
import org.gridappliance.ipop.wire.Endpoint;

/** The UDP socket and, beside it, TLS connections: an endpoint says which of them it is for. */
public record Underlays(Underlay udp, TlsUnderlay tls) implements Underlay {

  @Override
  public void send(Endpoint to, byte[] bytes, int offset, int length) {
    (to.isUdp() ? udp : tls).send(to, bytes, offset, length);
  }

  @Override
  public List<Endpoint> localEndpoints() {
    List<Endpoint> all = new ArrayList<>(udp.localEndpoints());
    all.addAll(tls.listeningAt(udp.localEndpoints()));
    return all;
  }
}
