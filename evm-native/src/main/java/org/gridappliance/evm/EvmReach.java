package org.gridappliance.evm;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;

/**
 * One host and port outside that a program may connect to. Inside, the name stands in /etc/hosts
 * and the port is open on the loopback; what is sent there goes to the address, and nowhere else.
 *
 * @param host its name in small letters
 * @param port TCP, 1..65535
 * @param address where it is, found outside; without a scope
 */
public record EvmReach(String host, int port, InetAddress address) {
  public EvmReach {
    if (!isName(host)) {
      throw new IllegalArgumentException("host " + host + ": want a host's name in small letters");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port " + port + ": want 1..65535");
    }
    try {
      address = InetAddress.getByAddress(address.getAddress()); // no scope, no name
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("address " + address, e);
    }
  }

  /** {@return whether it is a host's name of labels (RFC 1123 §2.1) and not an address} */
  public static boolean isName(String host) {
    return host.length() <= 253
        && host.equals(host.toLowerCase(Locale.ROOT))
        && host.matches("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
        && !host.equals("localhost")
        && !host.endsWith(".localhost")
        && !host.equals("evm");
  }
}
