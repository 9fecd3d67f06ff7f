package org.gridappliance.ipop.sim;

import java.util.HashMap;
import java.util.Map;
import org.gridappliance.ipop.wire.Endpoint;

/** A network address translator of one of RFC 3489's four kinds, forgetting idle mappings. */
final class Nat {

  /** Who may answer, and whether one inner port keeps one outer port. */
  enum Kind {
    FULL_CONE,
    RESTRICTED,
    PORT_RESTRICTED,
    SYMMETRIC
  }

  private static final long TIMEOUT_MILLIS = 40_000;

  private record Inner(Endpoint source, Endpoint target) {}

  private static final class Mapping {
    private final Endpoint source;
    private final int port;
    private final Map<Endpoint, Long> allowed = new HashMap<>();
    private long used;

    private Mapping(Endpoint source, int port) {
      this.source = source;
      this.port = port;
    }
  }

  final Kind kind;
  int publicAddress;
  final Map<Integer, Internet.Host> hosts = new HashMap<>();
  private final Internet internet;
  private final Map<Inner, Mapping> bySource = new HashMap<>();
  private final Map<Integer, Mapping> byPort = new HashMap<>();

  Nat(Kind kind, int publicAddress, Internet internet) {
    this.kind = kind;
    this.publicAddress = publicAddress;
    this.internet = internet;
  }

  void renumber(int address) {
    publicAddress = address;
    bySource.clear();
    byPort.clear();
  }

  /** {@return the outer endpoint a datagram from inside gets} */
  Endpoint outbound(Endpoint source, Endpoint target) {
    Endpoint any = Endpoint.ipv4(0, 1);
    Inner key = new Inner(source, kind == Kind.SYMMETRIC ? target : any);
    Mapping mapping = bySource.get(key);
    if (mapping == null || internet.now - mapping.used > TIMEOUT_MILLIS) {
      if (mapping != null) {
        byPort.remove(mapping.port);
      }
      int port = 1024 + internet.random.nextInt(60_000);
      while (byPort.containsKey(port)) {
        port = 1024 + internet.random.nextInt(60_000);
      }
      mapping = new Mapping(source, port);
      bySource.put(key, mapping);
      byPort.put(port, mapping);
    }
    mapping.used = internet.now;
    mapping.allowed.put(kind == Kind.RESTRICTED ? target.withPort(1) : target, internet.now);
    return Endpoint.ipv4(publicAddress, mapping.port);
  }

  /** {@return the inner host a datagram from outside is for, or null if the NAT drops it} */
  Internet.Host inbound(Endpoint source, int port) {
    Mapping mapping = byPort.get(port);
    if (mapping == null || internet.now - mapping.used > TIMEOUT_MILLIS) {
      return null;
    }
    boolean allowed =
        switch (kind) {
          case FULL_CONE -> true;
          case RESTRICTED -> recent(mapping, source.withPort(1));
          case PORT_RESTRICTED, SYMMETRIC -> recent(mapping, source);
        };
    if (!allowed) {
      return null;
    }
    mapping.used = internet.now;
    return hosts.get(mapping.source.ipv4());
  }

  private boolean recent(Mapping mapping, Endpoint source) {
    Long at = mapping.allowed.get(source);
    return at != null && internet.now - at <= TIMEOUT_MILLIS;
  }
}
