package org.gridappliance.ipop.wire;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * An address and port of the network underneath, and what is spoken there. IPv4 is held mapped into
 * IPv6 (RFC 4291 §2.5.5.2). On the wire 19 bytes: transport, address, port.
 *
 * @param transport how datagrams get there
 * @param high the address's upper 64 bits
 * @param low the address's lower 64 bits
 * @param port 1 to 65535
 */
public record Endpoint(Transport transport, long high, long low, int port) {

  /** How datagrams travel; on the wire 0 is UDP and 1 is TLS. */
  public enum Transport {
    UDP,
    /** TLS 1.3 over TCP, to a node that listens there. */
    TLS,
    /**
     * A TLS connection that the other side has opened: good for answers as long as it lasts. Nobody
     * can be told of it, so it never stands on the wire.
     */
    TLS_ACCEPTED
  }

  /** Length on the wire, in bytes. */
  public static final int LENGTH = 19;

  private static final long IPV4_MAPPED = 0xffff_0000_0000L;

  public Endpoint {
    if (port < 1 || port > 0xffff) {
      throw new IllegalArgumentException("port " + port + ": want 1..65535");
    }
  }

  /** A UDP endpoint. */
  public Endpoint(long high, long low, int port) {
    this(Transport.UDP, high, low, port);
  }

  /** {@return the UDP endpoint of an IPv4 address given as a number} */
  public static Endpoint ipv4(int address, int port) {
    return new Endpoint(0, IPV4_MAPPED | (address & 0xffffffffL), port);
  }

  /** {@return the UDP endpoint of a resolved socket address} */
  public static Endpoint of(InetSocketAddress socket) {
    InetAddress address = socket.getAddress();
    if (address == null) {
      throw new IllegalArgumentException("host " + socket.getHostString() + " is not resolved");
    }
    ByteBuffer in = ByteBuffer.wrap(address.getAddress());
    return address instanceof Inet4Address
        ? ipv4(in.getInt(), socket.getPort())
        : new Endpoint(in.getLong(), in.getLong(), socket.getPort());
  }

  /** {@return whether the address is an IPv4 one} */
  public boolean isIpv4() {
    return high == 0 && low >>> 32 == 0xffffL;
  }

  /** {@return the IPv4 address as a number}; only for {@link #isIpv4}. */
  public int ipv4() {
    return (int) low;
  }

  /** {@return the same address with another port} */
  public Endpoint withPort(int other) {
    return new Endpoint(transport, high, low, other);
  }

  /** {@return the same address and port over another transport} */
  public Endpoint over(Transport other) {
    return new Endpoint(other, high, low, port);
  }

  /** {@return whether it is plain UDP} */
  public boolean isUdp() {
    return transport == Transport.UDP;
  }

  /** {@return whether others can be told of it} */
  public boolean isListening() {
    return transport != Transport.TLS_ACCEPTED;
  }

  /** {@return whether it is an IPv4 address of RFC 1918, or an IPv6 one of RFC 4193} */
  public boolean isPrivate() {
    if (!isIpv4()) {
      return high >>> 57 == 0xfc >>> 1;
    }
    int address = ipv4();
    return address >>> 24 == 10
        || address >>> 20 == (172 << 4 | 1)
        || address >>> 16 == (192 << 8 | 168);
  }

  /** {@return the address and port for the JDK's sockets} */
  public InetSocketAddress socket() {
    ByteBuffer bytes = ByteBuffer.allocate(16).putLong(high).putLong(low);
    try {
      byte[] raw = isIpv4() ? ByteBuffer.allocate(4).putInt(ipv4()).array() : bytes.array();
      return new InetSocketAddress(InetAddress.getByAddress(raw), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are always an address", e);
    }
  }

  void write(ByteBuffer out) {
    if (!isListening()) {
      throw new IllegalStateException(this + " is nobody else's business");
    }
    out.put((byte) (isUdp() ? 0 : 1)).putLong(high).putLong(low).putShort((short) port);
  }

  /**
   * {@return {@code 192.0.2.1:4000} or {@code [2001:db8::1]:4000}}, over TLS with {@code tls://}
   * before it, {@code tls-from://} where the other side has connected.
   */
  @Override
  public String toString() {
    String host = socket().getAddress().getHostAddress();
    String scheme =
        switch (transport) {
          case UDP -> "";
          case TLS -> "tls://";
          case TLS_ACCEPTED -> "tls-from://";
        };
    return scheme + (isIpv4() ? host : "[" + host + "]") + ":" + port;
  }
}
