package org.gridappliance.ipop.wire;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * A UDP address and port of the network underneath. IPv4 is held mapped into IPv6 (RFC 4291
 * §2.5.5.2). On the wire 18 bytes: address, port.
 *
 * @param high the address's upper 64 bits
 * @param low the address's lower 64 bits
 * @param port 1 to 65535
 */
public record Endpoint(long high, long low, int port) {

  /** Length on the wire, in bytes. */
  public static final int LENGTH = 18;

  private static final long IPV4_MAPPED = 0xffff_0000_0000L;

  public Endpoint {
    if (port < 1 || port > 0xffff) {
      throw new IllegalArgumentException("port " + port + ": want 1..65535");
    }
  }

  /** {@return the endpoint of an IPv4 address given as a number} */
  public static Endpoint ipv4(int address, int port) {
    return new Endpoint(0, IPV4_MAPPED | (address & 0xffffffffL), port);
  }

  /** {@return the endpoint of a resolved socket address} */
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
    return new Endpoint(high, low, other);
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
    out.putLong(high).putLong(low).putShort((short) port);
  }

  /** {@return {@code 192.0.2.1:4000} or {@code [2001:db8::1]:4000}} */
  @Override
  public String toString() {
    String host = socket().getAddress().getHostAddress();
    return isIpv4() ? host + ":" + port : "[" + host + "]:" + port;
  }
}
